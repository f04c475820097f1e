"""The project shell: settings, addresses, the queue, and the embedded servers.

The Celery application is imported here so that `shared_task` finds it in every process that loads Django.
"""

from config.celery import app as celery_app

__all__ = ["celery_app"]
