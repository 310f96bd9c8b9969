"""`manage.py backup [FOLDER]`: database and files into a new folder in it, while everything runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from waba_inbox.backup import taking
from waba_inbox.backup.programs import BackupFailed


class Command(BaseCommand):
    help = "Take a backup of the database and the files, with sums by which a restore is proved."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "into",
            type=Path,
            nargs="?",
            default=settings.BACKUP_DIR or None,
            help="where backups are kept, each in its own folder (BACKUP_DIR)",
        )
        parser.add_argument("--keep", type=int, default=0, help="delete all but so many (0: none)")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["into"] is None:
            raise CommandError("Say where to: manage.py backup FOLDER, or set BACKUP_DIR")
        try:
            folder = taking.take(
                Path(options["into"]), keep=max(options["keep"], 0), say=self.stdout.write
            )
        except BackupFailed as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write(self.style.SUCCESS(f"Taken: {folder}"))
        self.stdout.write(taking.KEYS)
