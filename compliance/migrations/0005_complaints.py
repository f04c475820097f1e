"""Complaints, their steps, evidence and matches; steps, evidence and what was said are kept for good."""

from pathlib import Path

import datetime
import django.db.models.deletion
import registry.models.fields
from django.conf import settings
from django.db import migrations, models

from registry.sql import RunSQLFile

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):

    dependencies = [
        ('compliance', '0004_audit_checks_skipped'),
        ('registry', '0012_complaint_permission'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Complaint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tracking', models.CharField(help_text='Secret of who filed it: opens its tracking page, nothing else.', max_length=24, unique=True)),
                ('state', models.CharField(choices=[('filed', 'filed'), ('joined', 'joined'), ('relayed', 'relayed'), ('answered', 'answered'), ('notified', 'notified'), ('referred', 'referred'), ('closed', 'closed'), ('withdrawn', 'withdrawn')], default='filed', max_length=10)),
                ('source', models.CharField(choices=[('portal', 'portal'), ('12321', '12321'), ('ftc', 'ftc')], max_length=10)),
                ('reference', models.CharField(blank=True, help_text='What makes it the same complaint when it is sent twice.', max_length=80)),
                ('number', registry.models.fields.NumberField(help_text='The number called, if it was given.', null=True)),
                ('proven', models.BooleanField(help_text='Whether who filed it has proved that the number is theirs.')),
                ('caller', registry.models.fields.NumberField(help_text='The number it was called from; none where it was hidden.', null=True)),
                ('called_at', models.DateTimeField(help_text='When, as the person remembers it.')),
                ('tolerance', models.DurationField(default=datetime.timedelta(seconds=1800), help_text='How far off that may be, either way.')),
                ('sector', registry.models.fields.CodeField(codes=('insurance', 'finance', 'real_estate', 'education', 'health', 'consumer_goods', 'telecom_it', 'travel', 'food', 'other'), help_text='What was sold.')),
                ('voice', models.CharField(choices=[('person', 'person'), ('recording', 'recording'), ('unsure', 'unsure')], default='unsure', max_length=10)),
                ('said_no', models.BooleanField(help_text='Whether the person had told them before not to call; none if unsure.', null=True)),
                ('company_named', models.CharField(blank=True, help_text='Whom the caller claimed to be.', max_length=200)),
                ('category', models.CharField(choices=[('commercial', 'commercial'), ('malicious', 'malicious'), ('illegal', 'illegal')], max_length=10)),
                ('text', models.TextField(blank=True, help_text="In the person's own words.")),
                ('language', models.CharField(default='en', help_text='In which they are answered.', max_length=10)),
                ('show_number', models.BooleanField(default=False, help_text='Whether the company may see the number called.')),
                ('text_updates', models.BooleanField(default=False, help_text='Whether each step is told by text message.')),
                ('filed_at', models.DateTimeField(help_text='When it was filed, here or at the centre it came from.')),
                ('received_at', models.DateTimeField(help_text='When the register got it; clocks run from then.')),
                ('late', models.BooleanField(default=False, help_text='Filed later after the call than the policy asks for.')),
                ('network', models.CharField(blank=True, help_text='Keyed digest of the network it came from, for the limit.', max_length=32)),
                ('match_at', models.DateTimeField(help_text='When it is to be matched (again) with calls and checks.', null=True)),
                ('matched_at', models.DateTimeField(null=True)),
                ('tell_at', models.DateTimeField(help_text='When the person is to be told where it stands.', null=True)),
                ('calendar', models.CharField(help_text='Whose working days count: `CN`, `US-FL`.', max_length=8)),
                ('zone', models.CharField(help_text='IANA zone in which a day ends.', max_length=40)),
                ('clock', models.CharField(blank=True, choices=[('relay', 'relay'), ('answer', 'answer'), ('notify', 'notify'), ('act', 'act')], help_text='Which clock runs.', max_length=8)),
                ('due_at', models.DateTimeField(help_text='When it runs out.', null=True)),
                ('outcome', models.CharField(blank=True, choices=[('upheld', 'upheld'), ('not_upheld', 'not upheld'), ('not_clear', 'not clear')], max_length=10)),
                ('company', models.ForeignKey(help_text='Whom it is about, as matched.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.company')),
                ('joined_to', models.ForeignKey(help_text='The same complaint, filed before.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='joined', to='compliance.complaint')),
                ('policy', models.ForeignKey(help_text='Whose clocks run.', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.policy')),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='ComplaintEvidence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('recording', 'recording'), ('picture', 'picture')], max_length=10)),
                ('media_type', models.CharField(help_text='By its content, whatever its name says.', max_length=40)),
                ('file', models.CharField(help_text='Where it lies, below the files folder.', max_length=255)),
                ('file_name', models.CharField(blank=True, help_text='Its name as sent.', max_length=255)),
                ('bytes_total', models.BigIntegerField()),
                ('sha256', models.CharField(max_length=64)),
                ('added_at', models.DateTimeField()),
                ('complaint', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='evidence', to='compliance.complaint')),
            ],
            options={
                'verbose_name_plural': 'complaint evidence',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='ComplaintMatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ground', models.CharField(choices=[('call_with_check', 'call with check'), ('call_after_deny', 'call after deny'), ('call_check_expired', 'call check expired'), ('call_without_check', 'call without check'), ('call_unreported', 'call unreported'), ('caller_unknown', 'caller unknown'), ('caller_hidden', 'caller hidden'), ('number_not_given', 'number not given')], max_length=20)),
                ('call', models.BigIntegerField(db_column='call_row', help_text="The call's row.", null=True)),
                ('call_started_at', models.DateTimeField(null=True)),
                ('check_id', models.BigIntegerField(help_text='The check it rests on, or one without a call.', null=True)),
                ('checked_at', models.DateTimeField(null=True)),
                ('company', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.company')),
                ('complaint', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='matches', to='compliance.complaint')),
            ],
            options={
                'verbose_name_plural': 'complaint matches',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='ComplaintStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('step', models.CharField(choices=[('file', 'file'), ('join', 'join'), ('relay', 'relay'), ('answer', 'answer'), ('notify', 'notify'), ('refer', 'refer'), ('close', 'close'), ('withdraw', 'withdraw')], max_length=10)),
                ('state', models.CharField(choices=[('filed', 'filed'), ('joined', 'joined'), ('relayed', 'relayed'), ('answered', 'answered'), ('notified', 'notified'), ('referred', 'referred'), ('closed', 'closed'), ('withdrawn', 'withdrawn')], help_text='The state it led to.', max_length=10)),
                ('by', models.CharField(choices=[('complainant', 'complainant'), ('company', 'company'), ('regulator', 'regulator'), ('register', 'register')], max_length=12)),
                ('at', models.DateTimeField()),
                ('text', models.TextField(blank=True, help_text='The answer, or what was told to the person.')),
                ('evidence', models.JSONField(default=list, help_text='What a company can show for its answer.')),
                ('in_time', models.BooleanField(help_text='Whether the clock that ran had not run out; none if none ran.', null=True)),
                ('clock', models.CharField(blank=True, choices=[('relay', 'relay'), ('answer', 'answer'), ('notify', 'notify'), ('act', 'act')], help_text='The clock that runs now.', max_length=8)),
                ('due_at', models.DateTimeField(help_text='When that runs out.', null=True)),
                ('company', models.ForeignKey(help_text='Which company.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.company')),
                ('complaint', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='compliance.complaint')),
                ('user', models.ForeignKey(help_text='Which member of staff.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.AddIndex(
            model_name='complaint',
            index=models.Index(fields=['company', '-id'], name='complaint_company'),
        ),
        migrations.AddIndex(
            model_name='complaint',
            index=models.Index(fields=['number', '-id'], name='complaint_number'),
        ),
        migrations.AddIndex(
            model_name='complaint',
            index=models.Index(fields=['caller', '-id'], name='complaint_caller'),
        ),
        migrations.AddIndex(
            model_name='complaint',
            index=models.Index(condition=models.Q(('match_at__isnull', False)), fields=['match_at'], name='complaint_match'),
        ),
        migrations.AddIndex(
            model_name='complaint',
            index=models.Index(condition=models.Q(('due_at__isnull', False)), fields=['due_at'], name='complaint_due'),
        ),
        migrations.AddIndex(
            model_name='complaint',
            index=models.Index(condition=models.Q(('tell_at__isnull', False)), fields=['tell_at'], name='complaint_tell'),
        ),
        migrations.AddIndex(
            model_name='complaint',
            index=models.Index(condition=models.Q(('network', ''), _negated=True), fields=['network', 'received_at'], name='complaint_network'),
        ),
        migrations.AddConstraint(
            model_name='complaint',
            constraint=models.UniqueConstraint(condition=models.Q(('reference', ''), _negated=True), fields=('source', 'reference'), name='complaint_once'),
        ),
        migrations.AddConstraint(
            model_name='complaint',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('joined_to__isnull', False), ('state', 'joined')), models.Q(models.Q(('state', 'joined'), _negated=True), ('joined_to__isnull', True)), _connector='OR'), name='complaint_joined_to_another'),
        ),
        migrations.AddConstraint(
            model_name='complaint',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('relayed', 'answered')), _negated=True), ('company__isnull', False), _connector='OR'), name='complaint_relayed_to_a_company'),
        ),
        migrations.AddConstraint(
            model_name='complaint',
            constraint=models.CheckConstraint(condition=models.Q(('proven', False), ('number__isnull', False), _connector='OR'), name='complaint_proves_a_number'),
        ),
        migrations.AddIndex(
            model_name='complaintmatch',
            index=models.Index(condition=models.Q(('call__isnull', False)), fields=['call'], name='complaint_match_call'),
        ),
        RunSQLFile(SQL / "complaints_v1.sql"),
    ]
