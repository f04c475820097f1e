"""Replays: draft policies held against a period, and what came out."""

import django.contrib.postgres.fields
import django.db.models.deletion
import registry.models.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('compliance', '0012_complaint_queue'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Replay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('queued', 'queued'), ('running', 'running'), ('completed', 'completed'), ('failed', 'failed'), ('cancelled', 'cancelled')], default='queued', max_length=10)),
                ('created_at', models.DateTimeField(help_text='When it came in.')),
                ('started_at', models.DateTimeField(blank=True, help_text='When the worker that has it began: the token of its claim.', null=True)),
                ('beat_at', models.DateTimeField(blank=True, help_text="The worker's last sign of life.", null=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('problem', models.JSONField(blank=True, help_text='Why it failed: code, title, status, detail.', null=True)),
                ('pack', models.CharField(help_text='The pack that the draft is of.', max_length=40)),
                ('draft', models.TextField(help_text='Its text, TOML.')),
                ('digest', models.CharField(help_text='SHA-256 of the draft.', max_length=64)),
                ('base_digest', models.CharField(help_text='SHA-256 of the file in force then.', max_length=64)),
                ('changes', models.JSONField(help_text='The parameters that differ: was, now, and whether replaying shows it.')),
                ('terms_on', models.DateField(blank=True, help_text='The day whose terms hold for the whole period; none: as they are dated.', null=True)),
                ('first', models.DateField(help_text='The first day, UTC.')),
                ('last', models.DateField(help_text='The last day, UTC.')),
                ('sectors', registry.models.fields.CodeSetField(codes=('insurance', 'finance', 'real_estate', 'education', 'health', 'consumer_goods', 'telecom_it', 'travel', 'food', 'other'))),
                ('companies', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), help_text='Their ids; empty: all.', size=None)),
                ('share', models.SmallIntegerField(default=100, help_text='Per cent of all numbers.')),
                ('as_of', models.DateTimeField(help_text='Calls that came on record later are left out.')),
                ('units_total', models.IntegerField(default=0, help_text='Company-days.')),
                ('units_done', models.IntegerField(default=0)),
                ('figures', models.JSONField(help_text='What turns, by sector, company and reason, with examples.', null=True)),
                ('asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [models.Index(condition=models.Q(('state__in', ['queued', 'running'])), fields=['id'], name='replay_open')],
                'constraints': [models.CheckConstraint(condition=models.Q(('share__gte', 1), ('share__lte', 100)), name='replay_share_in_per_cent')],
            },
        ),
    ]
