"""`manage.py restore FOLDER`: a backup into an empty database and an empty MEDIA_ROOT."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from waba_inbox.backup import restoring
from waba_inbox.backup.programs import BackupFailed


class Command(BaseCommand):
    help = "Restore a backup into an empty database and an empty MEDIA_ROOT, and compare the sums."
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="one backup, with its manifest.json")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            restoring.restore(options["folder"], say=self.stdout.write)
        except BackupFailed as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write(
            self.style.SUCCESS("Restored. Run manage.py migrate, then manage.py doctor.")
        )
