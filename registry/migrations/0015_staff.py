"""Passwords given to staff, and a cache that all processes share: tries at signing in are counted there."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

#: The table of `django.core.cache.backends.db`, as `createcachetable` makes it.
CACHE = """
CREATE TABLE registry_cache (
    cache_key varchar(255) NOT NULL PRIMARY KEY,
    value text NOT NULL,
    expires timestamptz NOT NULL
);
CREATE INDEX registry_cache_expires ON registry_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("registry", "0014_disputes_announcements"),
    ]

    operations = [
        migrations.CreateModel(
            name="GivenPassword",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("given_at", models.DateTimeField(help_text="When it was set.")),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"default_permissions": ()},
        ),
        migrations.RunSQL(CACHE, "DROP TABLE registry_cache"),
    ]
