"""`manage.py sums [BACKUP]`: rows and sums of every table, or whether they are those of a backup."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from waba_inbox.backup import restoring, sums
from waba_inbox.backup.programs import BackupFailed


class Command(BaseCommand):
    help = "Print the number of rows and the sum of every table; with a backup, compare them with its own."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("backup", type=Path, nargs="?", help="the folder of a backup")

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            found = sums.all_sums()
        for name, one in found.items():
            self.stdout.write(f"{name:<40} {one.rows:>12,} {one.sum:>28}")
        if options["backup"] is None:
            return
        try:
            told = restoring.manifest(options["backup"])["tables"]
        except BackupFailed as problem:
            raise CommandError(str(problem)) from None
        wanted = {name: sums.Sum(one["rows"], one["sum"]) for name, one in told.items()}
        wrong = sums.differences(wanted, found)
        for words in wrong:
            self.stdout.write(self.style.ERROR(words))
        if wrong:
            sys.exit(1)
        self.stdout.write(self.style.SUCCESS("Equal to the backup, table by table."))
