from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    name = "conversations"

    def ready(self) -> None:
        """Templates may be filled in from what we know of people, and are told who counts on them."""
        from conversations import template_sources, template_uses
        from templates_app import sources, usage

        sources.also(template_sources.choices)
        usage.also(template_uses.of, template_uses.planned)
