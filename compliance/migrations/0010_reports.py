"""Reports, the counts that the desk reads, and what was known when of violations and audits."""

from pathlib import Path

import django.db.models.deletion
import registry.models.fields
from registry.sql import RunSQLFile
from django.conf import settings
from django.db import migrations, models


SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):

    dependencies = [
        ('compliance', '0008_cases'),
        ('registry', '0017_scrub_sources'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('run', models.IntegerField(help_text='The how-manieth it was.')),
                ('state', models.CharField(help_text='completed or failed.', max_length=10)),
                ('started_at', models.DateTimeField(help_text='Calls that came in later it has not seen.', null=True)),
                ('finished_at', models.DateTimeField()),
                ('calls', models.IntegerField()),
                ('incidents', models.IntegerField()),
                ('rule_digest', models.CharField(blank=True, max_length=64)),
                ('policy_digest', models.CharField(blank=True, max_length=64)),
                ('problem', models.TextField(blank=True)),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='CallCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('sector', registry.models.fields.CodeField(codes=('insurance', 'finance', 'real_estate', 'education', 'health', 'consumer_goods', 'telecom_it', 'travel', 'food', 'other'))),
                ('region', models.CharField(blank=True, max_length=6)),
                ('calls', models.IntegerField(help_text='Reported.')),
                ('audited', models.IntegerField(help_text='Of these, seen by the last completed audit.')),
                ('violating', models.IntegerField(help_text='Of the audited, with at least one violation that stands.')),
            ],
        ),
        migrations.CreateModel(
            name='CheckCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('kind', registry.models.fields.CodeField(codes=('dial', 'scrub'))),
                ('sector', registry.models.fields.CodeField(codes=('insurance', 'finance', 'real_estate', 'education', 'health', 'consumer_goods', 'telecom_it', 'travel', 'food', 'other'))),
                ('region', models.CharField(blank=True, max_length=6)),
                ('allowed', models.BooleanField()),
                ('reason', models.CharField(help_text='The first reason of the answer.', max_length=32)),
                ('checks', models.IntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='ChecksCounted',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('until', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='CountDue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('since', models.DateTimeField()),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Report',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(help_text='One of `compliance/reports/kinds.py`.', max_length=24)),
                ('first', models.DateField(help_text='First day, UTC.')),
                ('last', models.DateField(help_text='Last day, UTC.')),
                ('parameters', models.JSONField(default=dict, help_text='company, sector, region: what it is narrowed to.')),
                ('as_of', models.DateTimeField(help_text='What the register knew then, and nothing that came later.')),
                ('scheduled', models.BooleanField(default=False, help_text='Made by the timetable, not at a request.')),
                ('state', models.CharField(choices=[('queued', 'queued'), ('running', 'running'), ('completed', 'completed'), ('failed', 'failed'), ('cancelled', 'cancelled')], default='queued', max_length=10)),
                ('figures', models.JSONField(help_text='Totals, those of the period before, and tables.', null=True)),
                ('rule_digest', models.CharField(blank=True, help_text='Over the rules the calls were judged by.', max_length=64)),
                ('policy_digest', models.CharField(blank=True, help_text='Over the policies, likewise.', max_length=64)),
                ('data_digest', models.CharField(blank=True, help_text='SHA-256 of question and figures as canonical JSON.', max_length=64)),
                ('files', models.JSONField(default=dict, help_text='Of each rendering: where it lies, its SHA-256 and size.')),
                ('problem', models.JSONField(help_text='Why it failed, as a problem document.', null=True)),
                ('created_at', models.DateTimeField()),
                ('started_at', models.DateTimeField(null=True)),
                ('beat_at', models.DateTimeField(help_text='Last sign of life of its worker.', null=True)),
                ('finished_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='ViolationCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(help_text='Of the call.')),
                ('code', models.CharField(max_length=32)),
                ('sector', registry.models.fields.CodeField(codes=('insurance', 'finance', 'real_estate', 'education', 'health', 'consumer_goods', 'telecom_it', 'travel', 'food', 'other'))),
                ('region', models.CharField(blank=True, max_length=6)),
                ('status', models.CharField(max_length=10)),
                ('violations', models.IntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='ViolationVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('status', models.CharField(max_length=10)),
                ('check_id', models.BigIntegerField(null=True)),
                ('evidence', models.JSONField()),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField()),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.AddField(
            model_name='violation',
            name='region',
            field=models.CharField(blank=True, db_default='', editable=False, help_text='Where the number called was when this was found: `CN`, `US-FL`. A trigger fills it in.', max_length=6),
        ),
        migrations.AddIndex(
            model_name='violation',
            index=models.Index(fields=['code', 'call_started_at'], name='violation_code'),
        ),
        migrations.AddIndex(
            model_name='violation',
            index=models.Index(fields=['status', 'call_started_at'], name='violation_status'),
        ),
        migrations.AddIndex(
            model_name='violation',
            index=models.Index(fields=['sector', 'call_started_at'], name='violation_sector'),
        ),
        migrations.AddIndex(
            model_name='violation',
            index=models.Index(fields=['region', 'call_started_at'], name='violation_region'),
        ),
        migrations.AddField(
            model_name='auditrun',
            name='audit',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='finished_runs', to='compliance.audit'),
        ),
        migrations.AddField(
            model_name='callcount',
            name='company',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.company'),
        ),
        migrations.AddField(
            model_name='checkcount',
            name='company',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.company'),
        ),
        migrations.AddConstraint(
            model_name='checkscounted',
            constraint=models.CheckConstraint(condition=models.Q(('id', 1)), name='checks_counted_once'),
        ),
        migrations.AddField(
            model_name='countdue',
            name='company',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.company'),
        ),
        migrations.AddField(
            model_name='report',
            name='made_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='violationcount',
            name='company',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.company'),
        ),
        migrations.AddField(
            model_name='violationversion',
            name='audit',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='compliance.audit'),
        ),
        migrations.AddField(
            model_name='violationversion',
            name='violation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='compliance.violation'),
        ),
        migrations.AddIndex(
            model_name='auditrun',
            index=models.Index(fields=['audit', '-finished_at'], name='audit_run_last'),
        ),
        migrations.AddIndex(
            model_name='callcount',
            index=models.Index(fields=['company', 'day'], name='call_count_company'),
        ),
        migrations.AddConstraint(
            model_name='callcount',
            constraint=models.UniqueConstraint(fields=('day', 'company', 'sector', 'region'), name='call_count_once'),
        ),
        migrations.AddIndex(
            model_name='checkcount',
            index=models.Index(fields=['company', 'day'], name='check_count_company'),
        ),
        migrations.AddConstraint(
            model_name='checkcount',
            constraint=models.UniqueConstraint(fields=('day', 'company', 'kind', 'sector', 'region', 'allowed', 'reason'), name='check_count_once'),
        ),
        migrations.AddIndex(
            model_name='report',
            index=models.Index(fields=['kind', '-id'], name='report_kind'),
        ),
        migrations.AddIndex(
            model_name='report',
            index=models.Index(condition=models.Q(('state__in', ['queued', 'running'])), fields=['id'], name='report_to_make'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.UniqueConstraint(condition=models.Q(('scheduled', True)), fields=('kind', 'first', 'last', 'parameters'), name='report_scheduled_once'),
        ),
        migrations.AddIndex(
            model_name='violationcount',
            index=models.Index(fields=['company', 'day'], name='violation_count_company'),
        ),
        migrations.AddConstraint(
            model_name='violationcount',
            constraint=models.UniqueConstraint(fields=('day', 'company', 'code', 'sector', 'region', 'status'), name='violation_count_once'),
        ),
        migrations.AddIndex(
            model_name='violationversion',
            index=models.Index(fields=['violation', 'until'], name='violation_version_until'),
        ),
        migrations.AddIndex(
            model_name='audit',
            index=models.Index(fields=['day'], name='audit_day'),
        ),
        migrations.AddIndex(
            model_name='audit',
            index=models.Index(fields=['state', 'day'], name='audit_state_day'),
        ),
        migrations.AddIndex(
            model_name='audit',
            index=models.Index(condition=models.Q(('stale_since__isnull', False)), fields=['day'], name='audit_stale'),
        ),
        migrations.AddIndex(
            model_name='calllog',
            index=models.Index(fields=['created_at'], name='call_log_created'),
        ),
        migrations.AddIndex(
            model_name='calllog',
            index=models.Index(fields=['state', 'created_at'], name='call_log_state'),
        ),
        migrations.AddIndex(
            model_name='calllog',
            index=models.Index(fields=['company', 'created_at'], name='call_log_company_created'),
        ),
        migrations.AddIndex(
            model_name='calllog',
            index=models.Index(condition=models.Q(('state', 'completed')), fields=['company', 'finished_at'], name='call_log_completed'),
        ),
        migrations.AddIndex(
            model_name='incident',
            index=models.Index(condition=models.Q(('resolved_at__isnull', True)), fields=['id'], name='incident_open'),
        ),
        RunSQLFile(SQL / "history_v1.sql"),
    ]
