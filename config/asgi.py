"""The web process for servers that speak ASGI. WSGI is several times faster here and is what `up` runs."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_asgi_application()
