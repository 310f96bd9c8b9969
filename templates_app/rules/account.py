"""What stands against a draft in its account at this moment: names, twins, counts, how often it was changed. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from templates_app.content import CAROUSEL, DraftContent
from templates_app.rules.problem import Problem, Severity, problem, refused

EDITABLE: Final = frozenset({"APPROVED", "REJECTED", "PAUSED"})
GONE: Final = frozenset({"DELETED"})
HOUR, DAY, MONTH = timedelta(hours=1), timedelta(hours=24), timedelta(days=30)
EDITS_MONTH, CREATED_HOUR = 10, 100
COUNT_MOST, COUNT_UNVERIFIED = 6000, 250


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """Another template of the same account."""

    name: str
    language: str
    status: str
    text: str  # body and footer
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the database knows. `status`: of the template that the draft changes, empty for a new one."""

    others: Sequence[Other] = ()
    count: int = 0
    status: str = ""
    category: str = ""
    edits: Sequence[datetime] = ()  # those made while it was approved
    created: Sequence[datetime] = ()  # templates of the account, in the last hour


def check_known(draft: DraftContent, known: Known, *, at: datetime) -> list[Problem]:
    """What stands against it in this account at this moment."""
    if known.status:
        return [*_edit(draft, known, at=at), *_twin(draft, known)]
    return [*_name(draft, known, at=at), *_twin(draft, known), *_counts(known, at=at)]


def _name(draft: DraftContent, known: Known, *, at: datetime) -> Iterator[Problem]:
    same = [o for o in known.others if (o.name, o.language) == (draft.name, draft.language)]
    if any(other.status not in GONE for other in same):
        yield refused("name", "name_taken")
    ends = [o.deleted_at + MONTH for o in same if o.status in GONE and o.deleted_at]
    if ends and max(ends) > at:
        yield refused("name", "name_blocked", until=max(ends))


def _counts(known: Known, *, at: datetime) -> Iterator[Problem]:
    if known.count >= COUNT_MOST:
        yield refused("name", "count_full", n=known.count)
    elif known.count >= COUNT_UNVERIFIED:
        yield problem("name", "count_unverified", Severity.NOTE, n=known.count)
    recent = sorted(made for made in known.created if made + HOUR > at)
    if len(recent) >= CREATED_HOUR:
        yield refused("name", "created_hour", n=len(recent), until=recent[-CREATED_HOUR] + HOUR)


def _edit(draft: DraftContent, known: Known, *, at: datetime) -> Iterator[Problem]:
    if known.status not in EDITABLE:
        yield refused("name", "edit_state")
    if known.status != "APPROVED":
        return
    if known.category and draft.category != known.category:
        yield refused("category", "category_fixed")
    recent = sorted(edit for edit in known.edits if edit + MONTH > at)
    if recent and recent[-1] + DAY > at:
        yield refused("name", "edit_day", until=recent[-1] + DAY)
    if len(recent) >= EDITS_MONTH:
        yield refused("name", "edit_month", until=recent[-EDITS_MONTH] + MONTH)


def _twin(draft: DraftContent, known: Known) -> Iterator[Problem]:
    content = draft.content
    text = text_of(content.body, "" if content.form else content.footer)
    if draft.is_authentication or content.form == CAROUSEL or not text:
        return
    for other in known.others:
        if other.name != draft.name and other.status not in GONE and other.text == text:
            yield refused("body", "body_twin", name=other.name)
            return


def text_of(body: str, footer: str) -> str:
    """By which twins are known."""
    return f"{body.strip()}\n{footer.strip()}".strip()
