"""Who of the regulator's staff saw what, and the permissions that roles are made of."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from registry.sql import RunSQLFile

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):

    dependencies = [
        ("registry", "0002_guards_and_checks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AccessRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(help_text='What was looked at: opt-out, consent, call, …', max_length=40)),
                ('object_id', models.CharField(help_text='Its public id, or the number of its row.', max_length=40)),
                ('reason', models.CharField(help_text='Why, in the words of who looked.', max_length=500)),
                ('at', models.DateTimeField(help_text='When.')),
                ('user', models.ForeignKey(help_text='Who looked.', on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-id'],
                'permissions': [
                    ('unmask_numbers', 'Can see whole numbers, giving a reason'),
                    ('enter_companies', 'Can enter companies and their calling numbers'),
                    ('license_companies', 'Can license and reinstate companies'),
                    ('suspend_companies', 'Can suspend companies'),
                    ('manage_keys', 'Can issue and revoke API keys'),
                    ('write_opt_outs', 'Can register and withdraw opt-outs'),
                    ('decide_consents', 'Can confirm, dispute and revoke consents'),
                    ('decide_violations', 'Can confirm and dismiss violations'),
                    ('resolve_incidents', 'Can resolve incidents'),
                    ('manage_staff', 'Can see and change users and roles'),
                ],
                'default_permissions': ('view',),
                'indexes': [
                    models.Index(fields=['kind', 'object_id'], name='access_record_object'),
                    models.Index(fields=['user', '-id'], name='access_record_user'),
                ],
            },
        ),
        RunSQLFile(SQL / "access_records_v1.sql", reverse_sql=(
            "DROP TRIGGER registry_accessrecord_never_changed ON registry_accessrecord;"
            "DROP TRIGGER registry_accessrecord_never_truncated ON registry_accessrecord;"
        )),
    ]
