from django.apps import AppConfig


class CoachingConfig(AppConfig):
    name = "coaching"

    def ready(self) -> None:
        from coaching import reviewing
        from conversations import merging

        merging.also("reviews", reviewing.follow_merger)
