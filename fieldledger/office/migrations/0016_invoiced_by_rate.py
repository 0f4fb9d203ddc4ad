from django.db import migrations, models

TABLE = "office_invoice"
TRIGGER = "keep_office_invoicedtotal_of_office_invoice_insert"


def forget_trigger(apps, schema_editor):
    """Take a trigger away: where one is missing, all are made anew and everything is added up."""
    of_table = "" if schema_editor.connection.vendor == "sqlite" else f' ON "{TABLE}"'
    schema_editor.execute(f"DROP TRIGGER IF EXISTS {TRIGGER}{of_table}")


class Migration(migrations.Migration):

    dependencies = [
        ('office', '0015_find_clients_by_name_alone'),
    ]

    operations = [
        migrations.RunPython(forget_trigger, migrations.RunPython.noop),
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
