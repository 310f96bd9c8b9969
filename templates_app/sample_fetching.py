"""Fetches the samples that Meta shows by an address, so that previews show them. Run by workers."""

from __future__ import annotations

import tempfile
from typing import IO, Final

import structlog
from django.core.files import File
from django.db import transaction

from accounts.graph import graph_for
from templates_app import shown_samples
from templates_app.models import MetaSample, MetaSampleState, SampleFile, Template
from templates_app.shown_samples import Addressed
from whatsapp import media, sniffing
from whatsapp.client import GraphClient
from whatsapp.failures import GraphFailure, GraphRefusal, MediaGone, MediaTooLarge

logger = structlog.get_logger(__name__)
IN_MEMORY: Final = 2**20
NAMES: Final = {
    "image/jpeg": "sample.jpg", "image/png": "sample.png", "image/webp": "sample.webp", "video/mp4": "sample.mp4",
    "video/3gpp": "sample.3gp", "application/pdf": "sample.pdf",
}  # fmt: skip
OF_KIND: Final = {"IMAGE": "image/", "VIDEO": "video/", "DOCUMENT": "application/pdf"}


def fetch(template_id: int) -> None:
    """Each sample that is wanted, from Meta's hosts alone. Safe to run twice; never raises for what Meta does."""
    template = Template.objects.select_related("account__app").filter(pk=template_id).first()
    if template is None:
        return
    client = graph_for(template.account)
    known = {one.place: one for one in shown_samples.addressed(template.components)}
    for row in template.meta_samples.filter(state=MetaSampleState.WANTED):
        if one := known.get(row.place):
            _fetch(client, template, row, one)
        else:
            row.delete()


def _fetch(client: GraphClient, template: Template, row: MetaSample, one: Addressed) -> None:
    """An address whose signature has run out is asked for anew, once."""
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as file:
        state = _download(client, one, file)
        if state in (MetaSampleState.GONE, MetaSampleState.FAILED):
            state = _once_more(client, template, one, file, state)
        mime = _mime(file, one.kind) if state == MetaSampleState.HERE else ""
        if state == MetaSampleState.HERE and not mime:
            state = MetaSampleState.STRANGE
        _keep(row, template, state, file, mime=mime)


def _download(client: GraphClient, one: Addressed, file: IO[bytes]) -> MetaSampleState:
    file.seek(0)
    file.truncate()
    try:
        most = media.limits[one.kind.lower()].max_bytes
        for piece in client.download_media(one.address, max_bytes=most):
            file.write(piece)
    except MediaTooLarge:
        return MetaSampleState.LARGE
    except (MediaGone, GraphRefusal):
        return MetaSampleState.GONE
    except GraphFailure as failure:
        logger.warning("sample not fetched", place=one.place, reason=failure.reason)
        return MetaSampleState.FAILED
    return MetaSampleState.HERE


def _once_more(
    client: GraphClient,
    template: Template,
    one: Addressed,
    file: IO[bytes],
    state: MetaSampleState,
) -> MetaSampleState:
    """With the address that Meta tells now, if that is another."""
    if not template.meta_id:
        return state
    try:
        said = client.template(template.meta_id, fields="components").get("components")
    except GraphFailure as failure:
        logger.warning("template not asked for its sample", reason=failure.reason)
        return state
    found = shown_samples.addressed(said if isinstance(said, list) else [])
    fresh = next((two for two in found if (two.place, two.kind) == (one.place, one.kind)), None)
    if fresh is None:
        return MetaSampleState.GONE
    return state if fresh.address == one.address else _download(client, fresh, file)


def _mime(file: IO[bytes], kind: str) -> str:
    """By its first bytes. Empty if it is none of the kind: no browser shall guess."""
    found = sniffing.mime_in(file)
    return found if found in NAMES and found.startswith(OF_KIND[kind]) else ""


@transaction.atomic
def _keep(
    row: MetaSample, template: Template, state: MetaSampleState, file: IO[bytes], *, mime: str
) -> None:
    """The file as one of ours. What was fetched before stays until there is a newer one."""
    now = MetaSample.objects.select_for_update(of=("self",)).select_related("sample")
    held = now.filter(pk=row.pk, state=MetaSampleState.WANTED).first()
    if held is None:  # somebody was faster, or the template is gone
        return
    old, held.state = held.sample, state
    if state == MetaSampleState.HERE:
        size = file.seek(0, 2)
        file.seek(0)
        held.sample = SampleFile.objects.create(
            account=template.account,
            mime_type=mime,
            filename=NAMES[mime],
            size=size,
            file=File(file, name=NAMES[mime]),
        )
    held.save(update_fields=["state", "sample"])
    if old and state == MetaSampleState.HERE:
        name, storage = str(old.file.name), old.file.storage
        old.delete()
        transaction.on_commit(lambda: storage.delete(name))
