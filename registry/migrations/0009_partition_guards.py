"""Partitions made so far refuse TRUNCATE, and are vacuumed as what is only ever added to."""

from pathlib import Path

from django.db import migrations

from registry.sql import RunSQLFile

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("registry", "0008_scrubs")]
    operations = [RunSQLFile(SQL / "partitions_v1.sql")]
