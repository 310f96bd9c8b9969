"""`manage.py price`: what a file of messages costs under a pricing plan, entry by entry. For finance, and for tests."""

from __future__ import annotations

import argparse
import re
import sys
import zoneinfo
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError, CommandParser

from billing import card_files, lines
from billing.engine import Account, Engine, priced
from billing.entries import Entry, Refused
from billing.facts import Fact
from billing.ordering import in_order
from billing.plans import PLANS, Plan

FORMAT = """\
FILE holds one JSON object a line, in any order; a line told twice is one message.

  at         ISO time; without an offset it is taken in --timezone
  direction  "out" (the company writes) or "in" (the contact writes)
  contact    the contact's number, "+7…", or a business-scoped id, "RU.13…"
  kind       out: "template" or "free_form"; in: "message"
  category   of a template: "marketing", "utility" or "authentication"
             (conversation-2022 does without)
  status     "delivered", "read" or "failed"; without one the message is priced as an estimate
  referral   true if the contact came from an advertisement
  number     which of the company's numbers; one if left out
  id         the message's own name, which tells apart two that are alike in all else
  delivered_at  when it reached the phone, if later than "at"

Out come, in order of opening: a line for each ledger entry (entry, opened_at, expires_at, contact,
kind, category, free, reason, amount, currency, market, card, tier, quota_position, rule …), a line
with "refused" for each message that may not be sent, and a last line with totals. Amounts are text.
A missing rate gives "amount": null and the reason "no_rate": never zero.

A line that cannot be read is named on standard error and left out; all others are priced, the totals
count it as "unread", and the command ends with an error.
"""


class Command(BaseCommand):
    requires_system_checks = ()  # it touches neither the database nor the site
    help = "Price a file of messages under a pricing plan and print one JSON line a ledger entry."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.epilog = FORMAT
        parser.add_argument("file", help="JSON lines, or - for standard input")
        parser.add_argument("--plan", required=True, choices=sorted(PLANS))
        parser.add_argument(
            "--market", help="a country (RU, Russia) or a market; else from each contact's number"
        )
        parser.add_argument("--currency", default="USD", help="of the rate card; USD unless told")
        parser.add_argument(
            "--free-used", type=int, default=0, help="of the free tier, in the first fact's month"
        )
        parser.add_argument(
            "--timezone", default="UTC", help="of the account, such as Europe/Moscow"
        )

    def handle(self, *args: Any, file: str, plan: str, timezone: str, **options: Any) -> None:
        account = _account(PLANS[plan], timezone=timezone, **options)
        engine = Engine({"": account}, cards=card_files.shipped())
        totals = lines.Totals.of(account.currency)
        with _opened(file) as text:
            facts = in_order(self._facts(text, account=account, totals=totals))
            for line in _lines(facts, engine=engine, account=account, totals=totals):
                self.stdout.write(line)
        self.stdout.write(totals.line)
        if totals.unread:
            raise CommandError(f"{totals.unread} lines could not be read; the totals lack them")

    def _facts(
        self, text: Iterable[bytes], *, account: Account, totals: lines.Totals
    ) -> Iterator[Fact]:
        told: set[str] = set()
        for number, line in enumerate(text, start=1):
            if not line.strip():
                continue
            try:
                said = lines.object_in(line)
                for key in sorted(lines.unknown_keys(said) - told):
                    told.add(key)
                    self.stderr.write(f"line {number}: {key!r} is no key of a fact; passed over")
                yield lines.fact_in(
                    said, zone=account.zone, needs_category=account.plan.needs_category
                )
            except lines.LineRefused as refusal:
                totals.unread += 1
                self.stderr.write(f"line {number}: {refusal}")


def _lines(
    facts: Iterable[Fact], *, engine: Engine, account: Account, totals: lines.Totals
) -> Iterator[str]:
    for outcome in priced(facts, engine=engine):
        if isinstance(outcome, Entry):
            totals.add(outcome)
            yield lines.entry_line(outcome, number=totals.entries, zone=account.zone)
        elif isinstance(outcome, Refused):
            totals.refused += 1
            yield lines.refused_line(outcome, zone=account.zone)
        else:
            totals.joined += 1


def _account(
    plan: Plan, *, timezone: str, market: str | None, currency: str, free_used: int, **options: Any
) -> Account:
    try:
        zone = zoneinfo.ZoneInfo(timezone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise CommandError(f"{timezone!r} is not a time zone; try Europe/Moscow") from None
    place = card_files.shipped().markets.named(market) if market else None
    if market and not place:
        raise CommandError(f"{market!r} is neither a country nor a market of the rate cards")
    if not re.fullmatch(r"[A-Za-z]{3}", currency):
        raise CommandError(f"{currency!r} is not a currency; write three letters such as USD")
    if free_used < 0:
        raise CommandError("--free-used cannot be below nought")
    return Account(plan, currency.upper(), zone, place, free_used)


def _opened(file: str) -> AbstractContextManager[BinaryIO]:
    """As bytes, so that a line in a wrong encoding is one bad line and not the end."""
    if file == "-":
        return nullcontext(sys.stdin.buffer)
    try:
        return Path(file).open("rb")
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}") from None
