"""`manage.py catalogues` compiles the translations; --update collects new words, --check says what is missing."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from waba_inbox import catalogues


class Command(BaseCommand):
    help = "Compile the translations (*.po to *.mo) without GNU gettext."
    requires_system_checks: list[str] = []  # noqa: RUF012 (Django's own way)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--update", action="store_true", help="bring new words into the *.po")
        parser.add_argument("--check", action="store_true", help="fail if a word is not translated")

    def handle(self, *args: Any, update: bool, check: bool, **options: Any) -> None:
        if update or check:
            wanted = catalogues.collect(settings.BASE_DIR)
        missing = 0
        for path in catalogues.catalogues():
            if update:
                catalogues.update(path, wanted)
            if check:
                words = catalogues.untranslated(path, wanted)
                missing += len(words)
                for word in words:
                    self.stdout.write(f"{path.parent.parent.name}: {word!r}")
        for path in catalogues.compile_all():
            self.stdout.write(f"compiled {path.relative_to(settings.BASE_DIR)}")
        if missing:
            raise CommandError(f"{missing} words are not translated")
