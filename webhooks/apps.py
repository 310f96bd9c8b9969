from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "webhooks"

    def ready(self) -> None:
        from conversations import erasing
        from webhooks import forgetting

        erasing.also(forgetting.forget)
