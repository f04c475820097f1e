"""Settings of the bare Django view behind the middleware that the project has on the paths of its API."""

from config.settings import *  # noqa: F403 - settings are made of settings

ROOT_URLCONF = "benchmarks.hello"
