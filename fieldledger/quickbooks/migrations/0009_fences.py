from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("quickbooks", "0008_plan_in_bites"),
    ]

    operations = [
        migrations.AddField(
            model_name="connection",
            name="fence",
            field=models.CharField(db_default="auto", default="auto", max_length=4),
        ),
        migrations.AddField(
            model_name="connection",
            name="fence_facts",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="messageset",
            name="fence_mark",
            field=models.CharField(blank=True, db_default="", max_length=23),
        ),
        migrations.AlterField(
            model_name="messageset",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("write", "Write"),
                    ("read", "Read"),
                    ("ask", "Ask"),
                    ("look", "Look"),
                    ("check", "Check"),
                    ("probe", "Probe"),
                    ("fence", "Fence"),
                ],
                max_length=5,
            ),
        ),
    ]
