from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"

    def ready(self) -> None:
        from conversations import merging
        from reports import gathering

        merging.also("spans", gathering.follow_merger)
