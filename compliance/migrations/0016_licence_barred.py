"""No licence for the sector and time of a decided suspension."""

from pathlib import Path

from django.db import migrations

from registry.sql import RunSQLFile

SQL = Path(__file__).parent.parent / "sql"
DROP = """
DROP TRIGGER compliance_licence_barred ON registry_licence;
DROP FUNCTION compliance_licence_barred_v1();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("compliance", "0015_campaigns"),
        ("registry", "0019_changes_and_webhooks"),
    ]

    operations = [RunSQLFile(SQL / "licence_barred_v1.sql", DROP)]
