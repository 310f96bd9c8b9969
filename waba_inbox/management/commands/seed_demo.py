"""`manage.py seed_demo`: makes the demo workspace, or keeps it fresh; `--big` adds rows in bulk for speed work."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from waba_inbox.demo import big, seeding


class Command(BaseCommand):
    help = "Makes the demo workspace. Safe to repeat. Refused when DEBUG is off: its password is public."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--refresh", action="store_true", help="move all times to now")
        parser.add_argument(
            "--big",
            nargs=2,
            type=int,
            metavar=("CONVERSATIONS", "MESSAGES"),
            help="then add very many rows, for speed work",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("The demo has a public password, so it is only made with DEBUG=1.")
        for line in seeding.seed(now=timezone.now(), refresh=options["refresh"]):
            self.stdout.write(line)
        if options["big"]:
            conversations, messages = options["big"]
            if conversations < 1:
                raise CommandError("--big needs at least one conversation.")
            for line in big.add(conversations=conversations, messages=messages, now=timezone.now()):
                self.stdout.write(line)
