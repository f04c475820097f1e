"""What the tests of compliance share."""

from pathlib import Path

import pytest

from config.celery import app


@pytest.fixture
def files(settings, tmp_path) -> Path:
    """The folder in which uploads and what is made of them lie, empty and of this test alone."""
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.MEDIA_ROOT.mkdir()
    return settings.MEDIA_ROOT


@pytest.fixture
def eager():
    """Tasks are done at once, by whoever sends them."""
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False
