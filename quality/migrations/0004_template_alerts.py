"""Alerts about templates and drafts, which the desk kept in a table of its own, join all the others."""

from django.db import migrations
from django.db.models.functions import Now

BAD = ("rejected", "disabled", "missed")


def take_over(apps, schema_editor):
    """Both kept what is paused: that is one alert now. Runs before the desk's table goes (templates_app 0009)."""
    Alert = apps.get_model("quality", "Alert")
    TemplateAlert = apps.get_model("templates_app", "TemplateAlert")
    gone = Alert.objects.filter(kind="template_paused", facts__status="DISABLED")
    gone.update(kind="template_disabled", severity="bad")
    standing = set(
        Alert.objects.filter(closed_at=None).values_list("template_id", "draft_id", "kind")
    )
    taken = []
    rows = TemplateAlert.objects.select_related("template", "draft").order_by("-at", "-pk")
    for old in rows.iterator(chunk_size=500):
        key = (old.template_id, old.draft_id, f"template_{old.kind}")
        about = old.template or old.draft
        if about is None or (old.closed_at is None and key in standing):
            continue
        if old.closed_at is None:
            standing.add(key)
        taken.append(
            Alert(
                workspace_id=old.workspace_id,
                account_id=about.account_id,
                template_id=old.template_id,
                draft_id=old.draft_id,
                kind=f"template_{old.kind}",
                severity="bad" if old.kind in BAD else "warning",
                facts={"before": old.before, "after": old.after},
                opened_at=old.at,
                closed_at=old.closed_at,
                acknowledged_at=old.closed_at,
                acknowledged_by_id=old.closed_by_id,
                mailed_at=old.mailed_at or Now(),
            )
        )
    Alert.objects.bulk_create(taken, batch_size=500)


class Migration(migrations.Migration):
    dependencies = [
        ("quality", "0003_alerts_of_drafts"),
        ("templates_app", "0008_figures"),
    ]

    operations = [
        migrations.RunPython(take_over, migrations.RunPython.noop),
    ]
