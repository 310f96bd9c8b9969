"""Which category was asked for: told, of what was handed in before, by its last submission that could ask."""

from django.db import migrations, models


def fill_in(apps, schema_editor):
    """An approved template's category cannot be changed, so an edit of one asks for none."""
    Submission = apps.get_model("templates_app", "Submission")
    Template = apps.get_model("templates_app", "Template")
    taken = Submission.objects.filter(state="accepted", template__isnull=False)
    asked = {}
    rows = taken.exclude(status_before="APPROVED").order_by("at", "pk")
    for template_id, category in rows.values_list("template", "body__category"):
        asked[template_id] = str(category or "")[:24]
    for template_id, category in asked.items():
        Template.objects.filter(pk=template_id).update(asked_category=category)


class Migration(migrations.Migration):
    dependencies = [("templates_app", "0011_card_files")]

    operations = [
        migrations.AddField(
            model_name="template",
            name="asked_category",
            field=models.CharField(blank=True, db_default="", default="", max_length=24),
        ),
        migrations.RunPython(fill_in, migrations.RunPython.noop, elidable=True),
    ]
