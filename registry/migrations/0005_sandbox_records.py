"""What test keys write, apart from everything live."""

import django.db.models.deletion
from django.db import migrations, models

import registry.models.fields
from registry.models.sandbox import SANDBOX_KINDS


class Migration(migrations.Migration):
    dependencies = [("registry", "0004_access_records")]
    operations = [
        migrations.CreateModel(
            name="SandboxRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", registry.models.fields.CodeField(codes=SANDBOX_KINDS)),
                ("number", registry.models.fields.NumberField(help_text="A number of the reserved range.")),
                ("reference", models.CharField(blank=True, help_text="The company's own id for it.", max_length=100)),
                ("document", models.JSONField(help_text="The object as the API answers it.")),
                ("created_at", models.DateTimeField(db_index=True)),
                (
                    "key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="registry.apikey"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["key", "kind", "id"], name="sandbox_key_kind"),
                    models.Index(fields=["key", "number"], name="sandbox_key_number"),
                ],
            },
        ),
    ]
