"""Processes stored webhooks again, from an id or a day on. Safe to repeat: what is known changes nothing."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from webhooks import draining
from webhooks.models import Envelope


class Command(BaseCommand):
    help = "Process stored webhooks again, from an envelope id, a day or an instant on"

    def add_arguments(self, parser: ArgumentParser) -> None:
        start = parser.add_mutually_exclusive_group(required=True)
        start.add_argument("--from-id", type=int, help="the first envelope")
        start.add_argument("--since", help="2026-11-20 or 2026-11-20T12:00:00Z")
        parser.add_argument("--dry-run", action="store_true", help="only count them")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = Envelope.objects.order_by("pk")
        if options["from_id"] is not None:
            rows = rows.filter(pk__gte=options["from_id"])
        else:
            rows = rows.filter(received_at__gte=_instant(options["since"]))
        if options["dry_run"]:
            self.stdout.write(f"{rows.count()} webhooks would be processed again")
            return
        count = rows.update(processed_at=None, tries=0, claimed_until=None)
        while draining.drain():
            self.stdout.write(".", ending="")
        self.stdout.write(f"{count} webhooks were processed again")


def _instant(text: str) -> datetime:
    found = parse_datetime(text)  # a day alone is its midnight
    if found is None:
        raise CommandError(f"{text!r} is no day and no instant")
    return found if timezone.is_aware(found) else timezone.make_aware(found)
