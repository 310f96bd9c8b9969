"""The pictures and films of a carousel: those that its writer uploaded go out with every message of it.

Where it was made elsewhere, Meta tells only an address that no message can carry: somebody uploads the files here.
"""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from accounts import audit
from accounts.models import Agent
from templates_app import components, live, parts
from templates_app.models import CardFile, SampleFile, SubmissionState, Template
from whatsapp import file_names


def of(template: Template) -> dict[str, SampleFile]:
    """By the key of each card's file; without those that nobody has uploaded.

    Meta shows its own addresses in the components later, so the handles are those of what was last handed in.
    """
    now = components.of(template).cards
    if not now:
        return {}
    last = template.submissions.filter(state=SubmissionState.ACCEPTED).first()
    given = parts.by_type(last.body.get("components", [])) if last else {}
    handed = tuple(parts.cards(given.get("CAROUSEL", {})))
    cards = handed if len(handed) == len(now) else now
    handles = [card.header_handle for card in cards if card.header_handle]
    rows = SampleFile.objects.filter(account=template.account_id, handle__in=handles)
    kept = {row.handle: row for row in rows}
    found = {
        card.file_key: kept[card.header_handle] for card in cards if card.header_handle in kept
    }
    if len(found) == len(now):
        return found
    return _uploaded(template, now) | found


def _uploaded(template: Template, cards: tuple[parts.Card, ...]) -> dict[str, SampleFile]:
    """What was uploaded for a card that has become one of another kind is of no use."""
    rows = template.card_files.select_related("sample")
    return {
        cards[row.place].file_key: row.sample
        for row in rows
        if row.place < len(cards)
        and row.sample.is_picture == (cards[row.place].header_kind == "IMAGE")
    }


def are_all_here(template: Template) -> bool:
    return len(of(template)) == len(components.of(template).cards)


@transaction.atomic
def keep(
    template_id: int, *, place: int, given: UploadedFile[Any], mime: str, by: Agent, address: str
) -> None:
    """The file of this card from now on. The caller has judged its type and size."""
    rows = Template.objects.select_for_update(of=("self",)).select_related("account")
    template = rows.get(pk=template_id)
    sample = SampleFile.objects.create(
        account=template.account,
        mime_type=mime,
        filename=file_names.taken(given.name) or "card",
        size=given.size or 0,
        file=given,
        uploaded_by=by,
    )
    CardFile.objects.update_or_create(template=template, place=place, defaults={"sample": sample})
    audit.record(by, "template.card_file", template.name, address, card=place + 1)
    live.publish("card_file", template, workspace_id=by.workspace_id, actor=by)
