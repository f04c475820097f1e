"""A command whose reader has seen enough ends quietly, as every other in a pipe."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
#: A command of ours that prints more than a pipe holds, or little.
SCRIPT = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
import django
django.setup()
from django.core.management import call_command
from registry.management.console import RegistryCommand

class Command(RegistryCommand):
    def run(self, moment, options):
        for n in range(int(sys.argv[1])):
            self.stdout.write(f"line {n}")
        return {}

call_command(Command(), skip_checks=True)
"""


def piped(lines: int) -> tuple[int, str]:
    """The exit code of the command before `head -1`, and what it said of errors."""
    words = (
        f"{sys.executable} -W error::ResourceWarning -c '{SCRIPT}' {lines} | head -1; exit ${{PIPESTATUS[0]}}"
    )
    done = subprocess.run(["bash", "-c", words], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S607
    assert done.stdout == "line 0\n"
    return done.returncode, done.stderr


def test_it_ends_quietly_when_nobody_reads_on():
    assert piped(200_000) == (141, "")


def test_it_ends_well_when_all_was_read():
    assert piped(1) == (0, "")
