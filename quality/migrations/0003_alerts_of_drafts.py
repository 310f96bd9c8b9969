import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("quality", "0002_told_and_webhooks"),
        ("templates_app", "0008_figures"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="alert", name="alert_open_once"),
        migrations.AddField(
            model_name="alert",
            name="draft",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="alerts",
                to="templates_app.draft",
            ),
        ),
        migrations.AddConstraint(
            model_name="alert",
            constraint=models.UniqueConstraint(
                models.F("account"),
                models.F("number"),
                models.F("template"),
                models.F("draft"),
                models.F("kind"),
                condition=models.Q(("closed_at", None)),
                name="alert_open_once",
                nulls_distinct=False,
            ),
        ),
    ]
