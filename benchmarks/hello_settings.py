"""Settings of the bare Django view: the project's, with no middleware and two addresses."""

from config.settings import *  # noqa: F403 - settings are made of settings

ROOT_URLCONF = "benchmarks.hello"
MIDDLEWARE: list[str] = []
