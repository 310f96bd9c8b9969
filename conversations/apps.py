from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    name = "conversations"

    def ready(self) -> None:
        from conversations import template_uses
        from templates_app import usage

        usage.also(template_uses.of)
