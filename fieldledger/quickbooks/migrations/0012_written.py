from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("quickbooks", "0011_sign_offs"),
    ]

    operations = [
        migrations.AddField(
            model_name="syncentry",
            name="written",
            field=models.CharField(blank=True, db_default="", max_length=120),
        ),
    ]
