"""Files for Meta's reviewers: taken in the editor, handed to Meta at once, and shown in previews."""

from __future__ import annotations

import uuid
from typing import Any, BinaryIO, Final, cast

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_GET, require_POST

from accounts import serving
from accounts.rights import AgentRequest, role
from templates_app import card_samples, components, drafting, forms, refusals, submission
from templates_app.content import Content
from templates_app.models import Draft, SampleFile
from templates_app.views._common import WRITERS, address_of, my_draft, my_template, reader
from whatsapp import file_names, media, sniffing
from whatsapp.failures import GraphFailure

HEADER: Final = "header"
FILE_KINDS: Final = {
    "IMAGE": media.limits["image"].mimes,
    "VIDEO": media.limits["video"].mimes,
    "DOCUMENT": frozenset({"application/pdf"}),
}
UNFIT = gettext_noop(
    "This file does not fit: an image is JPEG or PNG up to 5 MB, a video MP4 up to 16 MB, a document PDF up to 100 MB."
)
DAY: Final = 24 * 60 * 60


@role(*WRITERS)
@require_POST
def upload(request: AgentRequest, draft_id: int) -> HttpResponse:
    """A sample file for the header, or for a card: its field is called `file`, or `card-0`."""
    row = my_draft(request, draft_id)
    name, given = next(iter(request.FILES.items()), ("", None))
    place = HEADER if name == "file" else name.removeprefix("card-")
    kind = _kind(row.whole.content, place)
    mime = _mime(given)
    back = redirect(f"{reverse('templates_app:draft', args=[row.pk])}#{_anchor(place)}")
    if not isinstance(given, UploadedFile) or not _fits(given, kind, mime):
        messages.error(request, _(UNFIT))
        return back
    filename = file_names.taken(given.name) or "sample"
    try:
        handle = submission.keep_sample(
            row.account,
            cast(BinaryIO, given.file),
            size=given.size or 0,
            mime=mime,
            filename=filename,
            by=request.user,
        )
    except GraphFailure as failure:
        messages.error(request, failure.reason)
        return back
    _keep(request, row, place=place, handle=handle, filename=filename)
    return back


@role(*WRITERS)
@require_POST
def card(request: AgentRequest, pk: int, place: int) -> HttpResponse:
    """The file of a card of a template that was made elsewhere; its field is called `file`."""
    template = my_template(request, pk)
    cards, given = components.of(template).cards, request.FILES.get("file")
    kind = cards[place].header_kind if place < len(cards) else ""
    mime = _mime(given)
    if not isinstance(given, UploadedFile) or not _fits(given, kind, mime):
        messages.error(request, _(UNFIT))
    else:
        card_samples.keep(
            pk, place=place, given=given, mime=mime, by=request.user, address=address_of(request)
        )
        messages.success(request, _("The file goes out with every message of it."))
    return redirect(f"{reverse('templates_app:template', args=[pk])}#cards")


def _keep(request: AgentRequest, row: Draft, *, place: str, handle: str, filename: str) -> None:
    content = forms.with_sample(row.whole.content, place=place, handle=handle, filename=filename)
    said = drafting.Written(
        name=row.name, language=row.language, category=row.category, content=content
    )
    try:
        drafting.save(row.pk, written=said, seen=row.version, author=request.user)
    except refusals.Moved:
        messages.error(request, _("The draft has changed meanwhile. Upload the file again."))


def _kind(content: Content, place: str) -> str:
    """What is wanted there; empty where nothing is."""
    if place == HEADER:
        return content.header_kind
    at = forms.number(place)
    return content.card_kind if at is not None and at < len(content.cards) else ""


def _anchor(place: str) -> str:
    return "part-header" if place == HEADER else f"card-{place}"


def _mime(given: object) -> str:
    """What it is by its first bytes, whatever the browser says."""
    if not isinstance(given, UploadedFile):
        return ""
    return sniffing.mime_in(given, given.name or "")


def _fits(given: UploadedFile[Any], kind: str, mime: str) -> bool:
    if mime not in FILE_KINDS.get(kind, ()):
        return False
    return 0 < (given.size or 0) <= media.limits[kind.lower()].max_bytes


@require_GET
def sample(request: AgentRequest, key: uuid.UUID) -> HttpResponseBase:
    """One of our own copies. Its type is one of those that we take, so no browser runs it."""
    workspace = reader(request).workspace_id
    found = get_object_or_404(SampleFile, key=key, account__workspace_id=workspace)
    try:
        stream, size = found.file.open("rb"), found.file.size
    except OSError:  # the disk lost it
        return HttpResponse(status=404)
    etag = f'"{found.key.hex}"'  # a stored file never changes
    answer = serving.stretch(request, stream, size=size, etag=etag)
    answer["ETag"] = etag
    answer["Content-Type"] = found.mime_type
    name = file_names.taken(found.filename) or "sample"
    answer["Content-Disposition"] = content_disposition_header(False, name) or ""
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cache-Control"] = f"private, max-age={DAY}, immutable"
    return answer
