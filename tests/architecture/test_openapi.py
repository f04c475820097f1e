"""The committed contract is the one the code makes: `make schema` writes it."""

from io import StringIO
from pathlib import Path

from django.core.management import call_command

COMMITTED = Path(__file__).parents[2] / "openapi.yaml"


def test_it_is_current():
    made = StringIO()
    call_command("spectacular", stdout=made, validate=True, fail_on_warn=True)
    assert made.getvalue().strip() == COMMITTED.read_text(encoding="utf-8").strip()
