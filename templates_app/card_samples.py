"""The pictures and films of a carousel: those that its writer uploaded go out with every message of it."""

from __future__ import annotations

from templates_app import components, parts
from templates_app.models import SampleFile, SubmissionState, Template


def of(template: Template) -> dict[str, SampleFile]:
    """By the key of each card's file; without those that were uploaded elsewhere.

    Meta shows its own addresses in the components later, so the handles are those of what was last handed in.
    """
    now = components.of(template).cards
    if not now:
        return {}
    last = template.submissions.filter(state=SubmissionState.ACCEPTED).first()
    given = parts.by_type(last.body.get("components", [])) if last else {}
    handed = tuple(parts.cards(given.get("CAROUSEL", {})))
    cards = handed if len(handed) == len(now) else now
    handles = [card.header_handle for card in cards]
    rows = SampleFile.objects.filter(account=template.account_id, handle__in=handles)
    kept = {row.handle: row for row in rows}
    return {card.file_key: kept[card.header_handle] for card in cards if card.header_handle in kept}


def are_all_here(template: Template) -> bool:
    return len(of(template)) == len(components.of(template).cards)
