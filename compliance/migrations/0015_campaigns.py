"""Special actions, and what is noted of their weeks."""

import django.contrib.postgres.fields
import django.db.models.deletion
import registry.models.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('compliance', '0014_replays'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Campaign',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200)),
                ('aim', models.TextField(blank=True, help_text='What it is for, in words.')),
                ('first', models.DateField(help_text='Its first day.')),
                ('last', models.DateField(help_text='Its last day.')),
                ('baseline_first', models.DateField(help_text='The first day it is compared with.')),
                ('baseline_last', models.DateField(help_text='The last day it is compared with: before it begins.')),
                ('sectors', registry.models.fields.CodeSetField(codes=('insurance', 'finance', 'real_estate', 'education', 'health', 'consumer_goods', 'telecom_it', 'travel', 'food', 'other'), help_text='The sectors it is about; none: all.')),
                ('regions', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=6), blank=True, default=list, help_text='`CN`, `US-FL`; none: all.', size=None)),
                ('departments', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=100), blank=True, default=list, help_text='Departments that take part.', size=None)),
                ('most_complaints', models.IntegerField(help_text='Target: complaints received, at most.', null=True)),
                ('most_rate', models.DecimalField(decimal_places=2, help_text='Target: violation rate in per cent, at most.', max_digits=5, null=True)),
                ('fewest_audits', models.IntegerField(help_text='Target: company-days audited, at least.', null=True)),
                ('opened_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(null=True)),
                ('outcome', models.TextField(blank=True, help_text='How it ended, in words.')),
                ('figures', models.JSONField(help_text='Its progress as counted at the closing.', null=True)),
                ('closed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('opened_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='CampaignNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('week', models.DateField(help_text='The first day of the week it is about.')),
                ('text', models.TextField()),
                ('at', models.DateTimeField()),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notes', to='compliance.campaign')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.AddIndex(
            model_name='campaign',
            index=models.Index(condition=models.Q(('closed_at__isnull', True)), fields=['-id'], name='campaign_open'),
        ),
        migrations.AddIndex(
            model_name='campaign',
            index=models.Index(condition=models.Q(('closed_at__isnull', False)), fields=['-id'], name='campaign_closed'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(('baseline_first__lte', models.F('baseline_last')), ('baseline_last__lt', models.F('first')), ('first__lte', models.F('last'))), name='campaign_days_in_order'),
        ),
    ]
