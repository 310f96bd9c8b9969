"""The files of a carousel's cards as messages carry them: one copy for each number, as Meta's ids are."""

from __future__ import annotations

from typing import Any
from uuid import uuid5

from django.core.files import File

from accounts.models import PhoneNumber
from conversations.models import MediaFile, MediaState, Message
from templates_app import card_samples, looks
from templates_app.contract import Ready
from templates_app.models import SampleFile, Template


def of(template: Template, number: PhoneNumber) -> dict[str, MediaFile]:
    """By the key of the card's file, `card.0.file`."""
    return {key: _copy(sample, number) for key, sample in card_samples.of(template).items()}


def content_of(ready: Ready, files: dict[str, MediaFile], template: Template) -> dict[str, Any]:
    """What the message keeps: which files, and where pages find the pictures."""
    content = dict(ready.content)
    if not files:
        return content
    samples = card_samples.of(template)
    shown = [
        card | {"file": looks.address(samples.get(f"card.{n}.file"))}
        for n, card in enumerate(content["preview"].get("cards", []))
    ]
    content["files"] = {key: media.pk for key, media in files.items()}
    content["preview"] = content["preview"] | {"cards": shown}
    return content


def carried_by(message: Message) -> dict[str, MediaFile]:
    """Those of its cards; the file above its text is `message.media`."""
    wanted: dict[str, int] = message.content.get("files", {}) if message.kind == "template" else {}
    if not wanted:
        return {}
    rows = MediaFile.objects.in_bulk(wanted.values())
    return {key: rows[pk] for key, pk in wanted.items() if pk in rows}


def _copy(sample: SampleFile, number: PhoneNumber) -> MediaFile:
    key = uuid5(sample.key, str(number.pk))  # so that there is one, whoever asks first
    if found := MediaFile.objects.filter(key=key).first():
        return found
    with sample.file.open("rb") as stream:
        made, _is_new = MediaFile.objects.get_or_create(
            key=key,
            defaults={
                "workspace_id": number.workspace_id,
                "number": number,
                "kind": "image" if sample.is_picture else "video",
                "mime_type": sample.mime_type,
                "filename": sample.filename,
                "size": sample.size,
                "file": File(stream, name=sample.filename or "card"),
                "state": MediaState.STORED,
                "next_try_at": None,
            },
        )
    return made
