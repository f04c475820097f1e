"""The web process. Settings are checked before the first request, as no command does it here."""

import multiprocessing
import os

from django.core.checks import Error, Tags, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

from config.embedded.processes import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

if os.environ.get("DIE_WITH_PARENT"):
    # Under `up`, no process of the web server outlives a killed one.
    parent = multiprocessing.parent_process()
    die_with_parent(parent=parent.pid if parent else None)

application = get_wsgi_application()

if wrong := [str(found) for found in run_checks(tags=[Tags.security]) if isinstance(found, Error)]:
    raise ImproperlyConfigured("\n".join(wrong))
