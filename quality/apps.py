from django.apps import AppConfig


class QualityConfig(AppConfig):
    name = "quality"

    def ready(self) -> None:
        """Alerts about templates are kept here, with all others."""
        from quality import template_alerts
        from templates_app import alerts

        alerts.also(template_alerts.heard, template_alerts.standing)
