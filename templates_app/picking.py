"""Choosing a template: what a person is offered, their favourites and recent ones first, and what is hidden from roles.

A shelf is bounded: 6,000 templates cost what one screen costs, the rest is found by words.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import (
    BooleanField,
    Case,
    Exists,
    OuterRef,
    Q,
    Value,
    When,
)

from accounts import audit
from accounts.models import Agent
from templates_app import card_samples, components
from templates_app.models import HiddenName, Pick, Template
from templates_app.models.templates import TemplateQuerySet

FAVOURITE, RECENT, OTHER = "favourite", "recent", "other"
MOST: Final = 60
RECENT_MOST: Final = 5


@dataclass(frozen=True, slots=True)
class Shelf:
    """What is offered: each with its group. `has_more`: there are others, which words would find."""

    rows: list[tuple[str, Template]]
    has_more: bool = False


def offered(agent: Agent, accounts: Iterable[int]) -> TemplateQuerySet:
    """Approved, of these accounts, and not hidden from this person's role."""
    hidden = HiddenName.objects.filter(
        account=OuterRef("account"), name=OuterRef("name"), role=agent.role
    )
    return Template.objects.filter(account__in=list(accounts)).sendable().exclude(Exists(hidden))


def is_hidden(template: Template, agent: Agent) -> bool:
    same = HiddenName.objects.filter(account_id=template.account_id, name=template.name)
    return same.filter(role=agent.role).exists()


def shelf(
    agent: Agent,
    accounts: Iterable[int],
    *,
    words: str = "",
    category: str = "",
    language: str = "",
    with_files: bool = True,
    with_codes: bool = True,
) -> Shelf:
    """Favourites, then recent ones, then the others: those in `language` first, by name. `words` must all be found.

    `with_codes`: not to somebody whose number is not known.
    """
    found = offered(agent, accounts)
    if category:
        found = found.filter(category=category)
    if words:
        found = found.saying(words)
    picks = {pick.template_id: pick for pick in Pick.objects.filter(agent=agent)}
    starred = {pk for pk, pick in picks.items() if pick.is_favourite}
    used = [(pick.used_at, pk) for pk, pick in picks.items() if pick.used_at and pk not in starred]
    recent = [pk for _at, pk in sorted(used, reverse=True)[:RECENT_MOST]]
    kept = found.filter(pk__in=[*starred, *recent]).in_bulk()
    first = sorted((kept[pk] for pk in starred if pk in kept), key=lambda row: row.name)
    rows = [(FAVOURITE, row) for row in first]
    rows += [(RECENT, kept[pk]) for pk in recent if pk in kept]
    rest = found.exclude(pk__in=kept).annotate(is_theirs=_speaks(language))
    others = list(rest.order_by("-is_theirs", "name", "language", "pk")[: MOST + 1])
    rows += [(OTHER, row) for row in others[:MOST]]
    fit = [
        one for one in rows if can_be_filled(one[1], with_files=with_files, with_codes=with_codes)
    ]
    return Shelf(fit, has_more=len(others) > MOST)


def _speaks(language: str) -> Case:
    base = language.partition("_")[0] or "?"
    mine = When(Q(language=base) | Q(language__startswith=f"{base}_"), then=Value(True))
    return Case(mine, default=Value(False), output_field=BooleanField())


def can_be_filled(template: Template, *, with_files: bool = True, with_codes: bool = True) -> bool:
    """Whether a person can fill it in here: all parts are known, and the files of its cards are here."""
    layout = components.of(template)
    if layout.is_code and not with_codes:
        return False
    if layout.unsupported or not card_samples.are_all_here(template):
        return False
    return with_files or not layout.needs_file


# --- what one person keeps ------------------------------------------------------------------------------


def star(template: Template, *, agent: Agent, is_favourite: bool) -> None:
    Pick.objects.update_or_create(
        agent=agent, template=template, defaults={"is_favourite": is_favourite}
    )


def used(template_id: int, *, agent: Agent, at: datetime) -> None:
    """Somebody has chosen it by hand."""
    Pick.objects.update_or_create(agent=agent, template_id=template_id, defaults={"used_at": at})


def is_favourite(template: Template, agent: Agent) -> bool:
    return Pick.objects.filter(agent=agent, template=template, is_favourite=True).exists()


# --- what a role does not see ----------------------------------------------------------------------------


def hidden_from(template: Template) -> set[str]:
    rows = HiddenName.objects.filter(account_id=template.account_id, name=template.name)
    return set(rows.values_list("role", flat=True))


@transaction.atomic
def hide(template: Template, *, roles: Iterable[str], by: Agent, address: str) -> None:
    """All languages of its name are hidden from these roles, and shown to the others."""
    wanted = set(roles)
    rows = HiddenName.objects.filter(account_id=template.account_id, name=template.name)
    rows.exclude(role__in=wanted).delete()
    HiddenName.objects.bulk_create(
        [HiddenName(account_id=template.account_id, name=template.name, role=r) for r in wanted],
        ignore_conflicts=True,
    )
    audit.record(by, "template.hidden", template.name, address, roles=", ".join(sorted(wanted)))
