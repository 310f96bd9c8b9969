"""`manage.py partitions`: what each night does with the months of the posts, by hand; then how they lie."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection
from django.utils import timezone

from webhooks import partitions, retiring

SIZES = """
    SELECT part.relname, pg_size_pretty(pg_total_relation_size(part.oid)) FROM pg_inherits
    JOIN pg_class AS part ON part.oid = inhrelid WHERE inhparent = %s::regclass ORDER BY 1
"""


class Command(BaseCommand):
    help = "Make the partitions of the months to come and let go of posts older than KEEP_POSTS_DAYS, as each night."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--detach",
            action="store_true",
            default=settings.DETACH_OLD_POSTS,
            help="leave old months as tables of their own, and delete nothing (DETACH_OLD_POSTS=1)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        at, detach = timezone.now(), options["detach"]
        for name in partitions.make_ready(at=at):
            self.stdout.write(f"{name}: made")
        gone = retiring.retire(days=settings.KEEP_POSTS_DAYS, at=at, detach=detach)
        for name in gone.whole:
            self.stdout.write(f"{name}: {'detached' if detach else 'dropped'}")
        for name in gone.busy:
            self.stdout.write(self.style.WARNING(f"{name}: in use, goes the next time"))
        if gone.posts:
            self.stdout.write(f"{gone.posts:,} posts: deleted one by one")
        with connection.cursor() as cursor:
            cursor.execute(SIZES, [partitions.TABLE])
            for name, size in cursor.fetchall():
                self.stdout.write(f"{name:<40} {size:>12}")
