"""Months of calls made so far refuse TRUNCATE, and are vacuumed as what is only ever added to."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("compliance", "0002_calls"), ("registry", "0009_partition_guards")]
    operations = [
        migrations.RunSQL("CALL registry_guard_partitions_v1('compliance_call')", migrations.RunSQL.noop)
    ]
