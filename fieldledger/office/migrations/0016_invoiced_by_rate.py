from django.db import migrations, models

TABLE = "office_invoice"
TRIGGERS = "keep_office_invoicedtotal_of_office_invoice"


def forget_triggers(apps, schema_editor):
    """Take the triggers away: where one is missing, all are made anew and everything is added up.

    SQLite refuses to rebuild a table that a trigger names.
    """
    of_table = "" if schema_editor.connection.vendor == "sqlite" else f' ON "{TABLE}"'
    for event in ("insert", "update", "delete"):
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {TRIGGERS}_{event}{of_table}")


class Migration(migrations.Migration):

    dependencies = [
        ('office', '0015_find_clients_by_name_alone'),
    ]

    operations = [
        migrations.RunPython(forget_triggers, migrations.RunPython.noop),
        migrations.AddField(
            model_name='invoicedtotal',
            name='discount',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='invoicedtotal',
            name='rate_id',
            field=models.BigIntegerField(default=0),
        ),
    ]
