"""The partitioned table of calls. Its months are made when a call log brings calls of them."""

from pathlib import Path

from django.db import migrations

from registry.sql import RunSQLFile

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("compliance", "0001_tables"), ("registry", "0002_guards_and_checks")]
    operations = [RunSQLFile(SQL / "calls_v1.sql")]
