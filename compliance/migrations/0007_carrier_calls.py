"""The partitioned table of carrier calls, and the guard of what staff did about discrepancies."""

from pathlib import Path

from django.db import migrations

from registry.sql import RunSQLFile

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("compliance", "0006_reconciliation"), ("registry", "0013_desk_permissions")]
    operations = [RunSQLFile(SQL / "carrier_calls_v1.sql"), RunSQLFile(SQL / "discrepancies_v1.sql")]
