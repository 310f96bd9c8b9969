"""`manage.py upgrade_plan`: may the old version run on while this one migrates? Exit code 1 if not."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection

from waba_inbox.upgrading import pending


class Command(BaseCommand):
    help = (
        "Judge the migrations that are not applied yet: which of them the running version survives."
    )
    requires_migrations_checks = False

    def handle(self, *args: Any, **options: Any) -> None:
        found = pending(connection)
        for one in found:
            paint = self.style.ERROR if one.why else self.style.SUCCESS
            self.stdout.write(
                f"{paint('stop' if one.why else 'runs'):<6} {one.migration}: {one.operation}"
            )
            for words in filter(None, (one.why, one.slow)):
                self.stdout.write(f"{'':<7}→ {words}")
        stops = sum(bool(one.why) for one in found)
        if stops:
            words = (
                f"{stops} of {len(found)} changes disturb the old version: stop it, then migrate."
            )
            self.stdout.write(self.style.WARNING(words))
            sys.exit(1)
        self.stdout.write(
            self.style.SUCCESS(f"{len(found)} changes, and the old version survives all of them.")
        )
