"""The figures of one process are made once, whichever of its threads asks first."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from registry.api import metrics


def test_it_makes_one_set_for_threads_that_begin_at_once(monkeypatch):
    made = []

    class Slow:
        def __init__(self):
            made.append(self)
            time.sleep(0.05)  # long enough for every other thread to come by

    monkeypatch.setattr(metrics, "Instruments", Slow)
    monkeypatch.setattr(metrics, "_made", [])
    together = Barrier(8)

    def first(_):
        together.wait()
        return metrics.instruments()

    with ThreadPoolExecutor(8) as pool:
        seen = set(pool.map(first, range(8)))
    assert len(made) == len(seen) == 1
