"""The checklist as a page shows it: every step judged and in words, what comes next, and what is left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from accounts.models import BusinessAccount
from quality import onboarding, step_words
from quality.onboarding import Judged, NumberAtMeta, Ours, State, Step, Survey
from quality.step_words import StepWords


@dataclass(frozen=True, slots=True)
class Row:
    judged: Judged
    words: StepWords

    @property
    def step(self) -> Step:
        return self.judged.step


@dataclass(frozen=True, slots=True)
class Checklist:
    rows: list[Row]
    mark: str  # changes when a message comes or arrives
    elsewhere: list[NumberAtMeta]  # at Meta in this account, not worked here

    @property
    def done(self) -> int:
        return sum(row.judged.is_done for row in self.rows)

    @property
    def is_complete(self) -> bool:
        return all(row.judged.is_done or row.judged.is_optional for row in self.rows)

    @property
    def next_step(self) -> Step | None:
        """What can be done now: trouble first, then the first that is open; waiting needs nobody."""
        for wanted in ({State.BAD}, {State.TODO, State.UNKNOWN}):
            for row in self.rows:
                if row.judged.state in wanted and not row.judged.is_optional:
                    return row.step
        return None


def of(account: BusinessAccount, survey: Survey, ours: Ours, *, at: datetime) -> Checklist:
    here = set(account.numbers.values_list("phone_number_id", flat=True))
    rows = [
        Row(judged, step_words.of(judged, waba_id=account.waba_id, app_id=account.app.app_id))
        for judged in onboarding.judge(survey, ours, at=at)
    ]
    elsewhere = [number for number in survey.numbers if number.phone_number_id not in here]
    return Checklist(rows, mark(ours), elsewhere)


def mark(ours: Ours) -> str:
    """What an open page compares: what came in, what went out, how that fared."""
    waits = not (ours.inbound_at and ours.is_delivered)
    return f"{bool(ours.inbound_at):d}{bool(ours.outbound_at):d}{ours.failed_code}{waits:d}"
