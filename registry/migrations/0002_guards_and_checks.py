"""What SQL says best: the append-only guards, and the partitioned table of checks with its first months."""

from pathlib import Path

from django.db import migrations
from django.utils import timezone

from registry import partitions
from registry.sql import RunSQLFile

SQL = Path(__file__).parent.parent / "sql"


def first_partitions(apps: object, schema_editor: object) -> None:
    """The months around the day of the migration; the daily task makes the later ones."""
    partitions.ensure_around("registry_check", timezone.now())


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_tables")]
    operations = [
        RunSQLFile(SQL / "append_only_v1.sql"),
        RunSQLFile(SQL / "checks_v1.sql"),
        migrations.RunPython(first_partitions, migrations.RunPython.noop),
    ]
