import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_audit_by_time_and_actor'),
        ('quickbooks', '0019_look_again_in_another_session'),
    ]

    operations = [
        migrations.CreateModel(
            name='Outstanding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rank', models.PositiveSmallIntegerField()),
                ('record_id', models.BigIntegerField()),
                ('number', models.BigIntegerField()),
                ('business', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.business')),
            ],
            options={
                'indexes': [models.Index(fields=['business', 'rank', 'record_id'], name='outstanding_record')],
            },
        ),
    ]
