"""Cases, what was gathered in them, their steps and letters; steps and letters are kept for good."""

from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
import registry.models.fields
from django.conf import settings
from django.db import migrations, models

from registry.sql import RunSQLFile

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):

    dependencies = [
        ('compliance', '0007_carrier_calls'),
        ('registry', '0017_scrub_sources'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Case',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sector', registry.models.fields.CodeField(codes=('insurance', 'finance', 'real_estate', 'education', 'health', 'consumer_goods', 'telecom_it', 'travel', 'food', 'other'), help_text='Whose ladder of penalties counts.')),
                ('title', models.CharField(help_text='What it is about, in a few words.', max_length=200)),
                ('state', models.CharField(choices=[('open', 'open'), ('noticed', 'noticed'), ('answered', 'answered'), ('heard', 'heard'), ('proposed', 'proposed'), ('returned', 'returned'), ('decided', 'decided'), ('appealed', 'appealed'), ('reviewed', 'reviewed'), ('closed', 'closed'), ('withdrawn', 'withdrawn')], default='open', max_length=10)),
                ('opened_at', models.DateTimeField()),
                ('calendar', models.CharField(help_text='Whose working days count: `CN`, `US-FL`.', max_length=8)),
                ('zone', models.CharField(help_text='IANA zone in which a day ends.', max_length=40)),
                ('respond_by', models.DateTimeField(help_text='For the answer to the notice.', null=True)),
                ('decide_by', models.DateTimeField(help_text='For the decision, since the opening.', null=True)),
                ('appeal_by', models.DateTimeField(help_text='For an appeal against it.', null=True)),
                ('review_by', models.DateTimeField(help_text='For the decision on that.', null=True)),
                ('clock', models.CharField(blank=True, choices=[('respond', 'respond'), ('decide', 'decide'), ('appeal', 'appeal'), ('review', 'review')], help_text='Which clock runs.', max_length=8)),
                ('due_at', models.DateTimeField(help_text='When that runs out.', null=True)),
                ('penalty', models.CharField(blank=True, choices=[('none', 'none'), ('warning', 'warning'), ('order_correct', 'order correct'), ('fine', 'fine'), ('suspend_new_outbound', 'suspend new outbound'), ('stop_new_outbound', 'stop new outbound')], help_text='As proposed, then as decided.', max_length=24)),
                ('lasts', models.CharField(blank=True, help_text='Of a suspension: ISO 8601; empty: no end.', max_length=20)),
                ('fine', models.CharField(blank=True, help_text='Of a fine: the amount with its currency, `CNY 30000`.', max_length=40)),
                ('all_sectors', models.BooleanField(default=False, help_text="Whether a suspension takes the leave for every sector, not only the case's.")),
                ('decided_at', models.DateTimeField(null=True)),
                ('ends_at', models.DateTimeField(help_text='When the penalty ends by itself.', null=True)),
                ('licences', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, help_text='The licence rows that the penalty cut short.', size=None)),
                ('review', models.CharField(blank=True, choices=[('upheld', 'upheld'), ('penalty_lifted', 'penalty lifted'), ('annulled', 'annulled')], max_length=16)),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.company')),
                ('decided_by', models.ForeignKey(help_text='Who decided: never who proposed.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('officer', models.ForeignKey(help_text='Who works on it.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('opened_by', models.ForeignKey(help_text='Who opened it.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('policy', models.ForeignKey(help_text='Whose clocks run.', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.policy')),
                ('proposed_by', models.ForeignKey(help_text='Who proposed.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('reviewed_by', models.ForeignKey(help_text='Who decided on the appeal: neither of the two.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='CaseItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('violation', 'violation'), ('complaint', 'complaint'), ('discrepancy', 'discrepancy')], max_length=12)),
                ('object_id', models.BigIntegerField(help_text='The number of its row.')),
                ('added_at', models.DateTimeField()),
                ('held', models.BooleanField(default=True, help_text='False once the case was withdrawn: another may take it up.')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='compliance.case')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='CaseStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('step', models.CharField(choices=[('open', 'open'), ('gather', 'gather'), ('assign', 'assign'), ('notify', 'notify'), ('respond', 'respond'), ('invite', 'invite'), ('hear', 'hear'), ('propose', 'propose'), ('return', 'return'), ('decide', 'decide'), ('appeal', 'appeal'), ('review', 'review'), ('close', 'close'), ('withdraw', 'withdraw')], max_length=10)),
                ('state', models.CharField(choices=[('open', 'open'), ('noticed', 'noticed'), ('answered', 'answered'), ('heard', 'heard'), ('proposed', 'proposed'), ('returned', 'returned'), ('decided', 'decided'), ('appealed', 'appealed'), ('reviewed', 'reviewed'), ('closed', 'closed'), ('withdrawn', 'withdrawn')], help_text='The state it led to.', max_length=10)),
                ('by', models.CharField(choices=[('officer', 'officer'), ('supervisor', 'supervisor'), ('company', 'company')], max_length=12)),
                ('at', models.DateTimeField()),
                ('text', models.TextField(blank=True, help_text='In the words of who took it.')),
                ('evidence', models.JSONField(default=list, help_text='What a company can show for its answer.')),
                ('detail', models.JSONField(default=dict, help_text='What was decided, proposed, added, and why.')),
                ('clock', models.CharField(blank=True, choices=[('respond', 'respond'), ('decide', 'decide'), ('appeal', 'appeal'), ('review', 'review')], help_text='The clock it had to meet.', max_length=8)),
                ('due_at', models.DateTimeField(help_text='When that ran out.', null=True)),
                ('in_time', models.BooleanField(help_text='Whether it came before; none if no clock ran.', null=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='compliance.case')),
                ('company', models.ForeignKey(help_text='Which company.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.company')),
                ('user', models.ForeignKey(help_text='Which member of staff.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='CaseLetter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('notice', 'notice'), ('request', 'request'), ('invitation', 'invitation'), ('decision', 'decision'), ('review', 'review'), ('closing', 'closing')], max_length=12)),
                ('language', models.CharField(choices=[('en', 'en'), ('zh-hans', 'zh-hans')], max_length=10)),
                ('made_from', models.JSONField(help_text='Every value that stands in it.')),
                ('pdf', models.BinaryField()),
                ('sha256', models.CharField(max_length=64)),
                ('made_at', models.DateTimeField()),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='letters', to='compliance.case')),
                ('step', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='letters', to='compliance.casestep')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['company', '-id'], name='case_company'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['state', '-id'], name='case_state'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['officer', '-id'], name='case_officer'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['sector', '-id'], name='case_sector'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('due_at__isnull', False)), fields=['due_at'], name='case_due'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(('proposed_by__isnull', False), models.Q(('decided_by', models.F('proposed_by')), _negated=True)), _connector='OR'), name='case_four_eyes'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('reviewed_by__isnull', True), models.Q(models.Q(('reviewed_by', models.F('decided_by')), _negated=True), models.Q(('reviewed_by', models.F('proposed_by')), _negated=True)), _connector='OR'), name='case_review_by_another'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('decided', 'appealed', 'reviewed', 'closed')), _negated=True), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='case_decided_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='caseitem',
            constraint=models.UniqueConstraint(condition=models.Q(('held', True)), fields=('kind', 'object_id'), name='case_item_once'),
        ),
        migrations.AddIndex(
            model_name='casestep',
            index=models.Index(fields=['case', 'id'], name='case_step'),
        ),
        migrations.AddConstraint(
            model_name='caseletter',
            constraint=models.UniqueConstraint(fields=('step', 'kind', 'language'), name='case_letter_once'),
        ),
        RunSQLFile(SQL / "cases_v1.sql"),
    ]
