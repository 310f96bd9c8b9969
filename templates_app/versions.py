"""The versions of a draft: one row for one person's sitting, frozen once it is handed in. Called by the verbs."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from templates_app.models import Draft, DraftVersion

SITTING: Final = timedelta(minutes=10)


def keep(draft: Draft) -> None:
    """Call after every save of the draft, under its lock. Within a sitting the row grows; then a new one begins."""
    last = draft.versions.first()
    goes_on = (
        last is not None
        and not last.is_sealed
        and last.author_id == draft.author_id
        and draft.updated_at - last.at < SITTING
    )
    said = {
        "version": draft.version,
        "author_id": draft.author_id,
        "at": draft.updated_at,
        "name": draft.name,
        "language": draft.language,
        "category": draft.category,
        "content": draft.content,
    }
    if goes_on and last:
        DraftVersion.objects.filter(pk=last.pk).update(**said)
    else:
        DraftVersion.objects.create(draft=draft, began_at=draft.updated_at, **said)


def seal(draft: Draft) -> None:
    """What was handed in stays as it is: the next word begins a new version."""
    if not draft.versions.filter(version=draft.version).exists():
        keep(draft)
    draft.versions.filter(version=draft.version).update(is_sealed=True)
