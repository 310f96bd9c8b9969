from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    name = "conversations"

    def ready(self) -> None:
        """Templates may be filled in from what we know of people."""
        from conversations import template_sources
        from templates_app import sources

        sources.also(template_sources.choices)
