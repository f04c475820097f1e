"""Indexes of the desk's queue of complaints, one for each filter it offers."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("compliance", "0011_objections_erasure")]

    operations = [
        migrations.AddIndex(
            model_name="complaint",
            index=models.Index(fields=[name, "-id"], name=f"complaint_{name}"),
        )
        for name in ("state", "category", "sector", "source")
    ] + [
        migrations.AddIndex(
            model_name="complaint",
            index=models.Index(
                fields=["received_at", "caller"],
                condition=models.Q(caller__isnull=False),
                name="complaint_received_caller",
            ),
        )
    ]
