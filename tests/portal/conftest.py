"""A person at the portal: a browser without scripts, the telephone their code arrives on, a clock that stands still."""

import re

import pytest
import time_machine
from django.core.cache import caches
from django.test import Client

from registry.api import throttles
from registry.messages import memory
from tests.conftest import ANA


@pytest.fixture(autouse=True)
def fresh_memory():
    """Nothing sent, nothing counted, nothing cached."""
    memory.outbox.clear()
    throttles.counters.forget()
    caches["process"].clear()


@pytest.fixture
def now(clock):
    """The faces' clock, standing still at the tests' present; `now.shift(…)` moves it."""
    with time_machine.travel(clock, tick=False) as traveller:
        yield traveller


@pytest.fixture
def browser(db, now) -> Client:
    """A browser that has proven nothing."""
    return Client()


def sent_code() -> str:
    """The code in the last message."""
    return re.search(r"\d{6}", memory.outbox[-1].text)[0]


def sign_in(browser: Client, number: int = ANA) -> Client:
    """Prove a number as a person does."""
    browser.post("/sign-in/", {"number": f"+{number}", "channel": "sms"})
    answer = browser.post("/sign-in/code/", {"code": sent_code()})
    assert answer.status_code == 302, answer.content
    return browser


@pytest.fixture
def ana_at_home(browser) -> Client:
    """Ana, who has proven her number."""
    return sign_in(browser)
