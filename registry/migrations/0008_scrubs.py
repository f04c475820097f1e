"""Scrubs, and the index that finds the attempts of a seller."""

from pathlib import Path

import django.db.models.deletion
import registry.models.fields
from django.db import migrations, models

from registry.sql import RunSQLFile

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):

    dependencies = [
        ('registry', '0007_lookups_by_btree'),
    ]

    operations = [
        migrations.CreateModel(
            name='Scrub',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('queued', 'queued'), ('running', 'running'), ('completed', 'completed'), ('failed', 'failed'), ('cancelled', 'cancelled')], default='queued', max_length=10)),
                ('created_at', models.DateTimeField(help_text='When it came in.')),
                ('started_at', models.DateTimeField(blank=True, help_text='When the worker that has it began: the token of its claim.', null=True)),
                ('beat_at', models.DateTimeField(blank=True, help_text="The worker's last sign of life.", null=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('problem', models.JSONField(blank=True, help_text='Why it failed: code, title, status, detail.', null=True)),
                ('livemode', models.BooleanField(default=True, help_text='False for a test key: nothing live is looked at.')),
                ('caller', registry.models.fields.NumberField(help_text='The number the calls will come from.')),
                ('sector', registry.models.fields.CodeField(codes=('insurance', 'finance', 'real_estate', 'education', 'health', 'consumer_goods', 'telecom_it', 'travel', 'food', 'other'))),
                ('channel', registry.models.fields.CodeField(codes=('live', 'autodialed', 'prerecorded', 'sms'))),
                ('purpose', registry.models.fields.CodeField(codes=('marketing', 'service', 'survey', 'charity', 'political', 'emergency'))),
                ('campaign', models.CharField(blank=True, max_length=100)),
                ('reference', models.CharField(blank=True, help_text="The company's own id.", max_length=100)),
                ('region', models.CharField(blank=True, help_text='Region of national numbers.', max_length=2)),
                ('column', models.CharField(blank=True, help_text="The number's column, as the company says.", max_length=100)),
                ('file', models.CharField(blank=True, help_text='Where the list lies, unpacked, until it is done with.', max_length=255)),
                ('file_name', models.CharField(blank=True, help_text='Its name as uploaded.', max_length=255)),
                ('sha256', models.CharField(help_text='Digest of the list, unpacked.', max_length=64)),
                ('bytes_total', models.BigIntegerField(help_text='Size of the list, unpacked.')),
                ('header', models.TextField(help_text='The columns of the list, as a line of CSV.')),
                ('rows_total', models.IntegerField(default=0, help_text='An estimate until it is completed.')),
                ('rows_done', models.IntegerField(default=0)),
                ('rows_before', models.IntegerField(default=0, help_text='Rows that were done when the worker that has it began: its speed is counted from there.')),
                ('allowed', models.IntegerField(default=0)),
                ('denied', models.IntegerField(default=0)),
                ('rejected', models.IntegerField(default=0)),
                ('forgotten_at', models.DateTimeField(help_text='When its results were removed.', null=True)),
                ('company', models.ForeignKey(help_text='Who asks.', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.company')),
                ('key', models.ForeignKey(help_text='With which key; none for a command.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.apikey')),
                ('seller', models.ForeignKey(help_text='For whom the calls are.', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.company')),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='ScrubPart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first_row', models.IntegerField(help_text='The first of its rows, from 0.')),
                ('rows', models.IntegerField()),
                ('allowed', models.IntegerField()),
                ('denied', models.IntegerField(help_text='The rest of its rows were rejected.')),
                ('token', models.CharField(help_text='What its files are named by.', max_length=32)),
                ('scrub', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='parts', to='registry.scrub')),
            ],
            options={
                'ordering': ['scrub', 'first_row'],
            },
        ),
        migrations.AddIndex(
            model_name='scrub',
            index=models.Index(fields=['company', '-id'], name='scrub_company'),
        ),
        migrations.AddIndex(
            model_name='scrub',
            index=models.Index(condition=models.Q(('state__in', ['queued', 'running'])), fields=['id'], name='scrub_open'),
        ),
        migrations.AddIndex(
            model_name='scrub',
            index=models.Index(condition=models.Q(('forgotten_at__isnull', True)), fields=['finished_at'], name='scrub_kept'),
        ),
        migrations.AddConstraint(
            model_name='scrubpart',
            constraint=models.UniqueConstraint(fields=('scrub', 'first_row'), name='scrub_part_once'),
        ),
        RunSQLFile(SQL / "check_attempts_v1.sql", reverse_sql="DROP INDEX check_attempts"),
    ]
