"""`manage.py doctor`: looks at everything the product needs and says what to do. Exit code 1 if something is red."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from waba_inbox.doctor.finding import Finding, State
from waba_inbox.doctor.site import findings


class Command(BaseCommand):
    help = "Look at settings, servers, clocks, secrets, webhooks and Meta's accounts."
    requires_system_checks: list[str] = []  # noqa: RUF012 (they are among the findings)

    def handle(self, *args: Any, **options: Any) -> None:
        found = []
        for finding in findings():
            found.append(finding)
            self._show(finding)
        red = sum(finding.state == State.RED for finding in found)
        self.stdout.write("")
        if red:
            self.stdout.write(self.style.ERROR(f"{red} of {len(found)} are red."))
            sys.exit(1)
        self.stdout.write(self.style.SUCCESS("Nothing is red."))

    def _show(self, finding: Finding) -> None:
        paint = {
            State.OK: self.style.SUCCESS,
            State.LOOK: self.style.WARNING,
            State.RED: self.style.ERROR,
        }[finding.state]
        self.stdout.write(f"{paint(f'{finding.state:<5}')} {finding.about:<26} {finding.said}")
        if finding.advice:
            self.stdout.write(f"{'':<32} → {finding.advice}")
