from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("templates_app", "0008_figures"),
        ("quality", "0004_template_alerts"),  # which takes the rows over
    ]

    operations = [
        migrations.DeleteModel(name="TemplateAlert"),
    ]
