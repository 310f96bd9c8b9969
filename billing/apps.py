from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "billing"

    def ready(self) -> None:
        from billing import gathering
        from conversations import erasing

        erasing.also(gathering.before_erasing)
