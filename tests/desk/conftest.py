"""The desk's clock stands still, and nothing is counted from one test to the next."""

import pytest
import time_machine

from registry.api import throttles


@pytest.fixture(autouse=True)
def fresh_memory():
    """A web process that has just been started."""
    throttles.counters.forget()


@pytest.fixture
def now(clock):
    """The faces' clock, standing still at the tests' present; `now.shift(…)` moves it."""
    with time_machine.travel(clock, tick=False) as traveller:
        yield traveller
