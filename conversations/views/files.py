"""Files: uploads from the composer, and the only way to see a stored one."""

from __future__ import annotations

import uuid
from typing import IO, Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header, parse_etags
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from accounts import serving
from conversations import access, uploads
from conversations.forms.writing import UploadForm
from conversations.models import MediaFile, MediaState
from conversations.models.files import PDF
from conversations.refusals import MediaRefused, refusal_facts
from conversations.views.asking import agent_of, conversation_of

# What a browser may show inside our pages. Everything else, SVG and HTML first of all, is a download.
SHOWN_INLINE = frozenset(
    {
        "image/jpeg", "image/png", "image/webp", "image/gif",
        "video/mp4", "video/3gpp",
        "audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg", "audio/opus",
    }
)  # fmt: skip
# A PDF is drawn by the browser's own viewer, which no sandboxed frame may start. Its type is fixed and its first
# bytes are looked at, so nothing of it can become a page of ours; only our own pages may frame it.
PDF_START = b"%PDF-"
IN_A_FRAME = (
    "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
)


@require_POST
def files(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a file that the agent is about to send; it is checked against Meta's limits first."""
    conversation = conversation_of(request, pk)
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return JsonResponse({"code": "invalid", "words": gettext("Choose a file.")}, status=422)
    try:
        stored = uploads.store(
            form.cleaned_data["file"],
            number=conversation.number,
            agent=agent_of(request),
            kind="document" if form.cleaned_data["as_document"] else "",
            is_voice=form.cleaned_data["voice"],
        )
    except MediaRefused as refusal:
        facts = {"words": refusal.words, "as_document": refusal.as_document}
        return JsonResponse({**refusal_facts(refusal), **facts}, status=422)
    return JsonResponse({"key": str(stored.key), "kind": stored.kind, "name": stored.filename})


@require_GET
def file(request: HttpRequest, key: uuid.UUID) -> HttpResponseBase:
    """A stored file, for those who see its conversation. Never sniffed, never a script, never cached by others."""
    allowed = access.files(agent_of(request)).filter(state=MediaState.STORED)
    found = get_object_or_404(allowed, key=key)
    etag = f'"{found.key.hex}"'  # a stored file never changes
    response: HttpResponseBase
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        response = HttpResponse(status=304)
    else:
        response = _body(request, found, etag)
    if response.status_code in (404, 503):  # perhaps it is there the next time
        response["Cache-Control"] = "no-store"
        return response
    response["ETag"] = etag
    response["X-Content-Type-Options"] = "nosniff"
    is_paper = response.get("Content-Type") == PDF
    response["Content-Security-Policy"] = IN_A_FRAME if is_paper else "default-src 'none'; sandbox"
    if is_paper:
        response["X-Frame-Options"] = "SAMEORIGIN"
    response["Cache-Control"] = "private, max-age=86400, immutable"
    return response


def _body(request: HttpRequest, found: MediaFile, etag: str) -> HttpResponseBase:
    try:
        stream = found.file.open("rb")
        size = found.file.size
    except FileNotFoundError:  # the disk lost it
        return HttpResponse(status=404)
    except OSError:  # the bucket does not answer
        return HttpResponse(status=503)
    mime_type = found.mime_type.partition(";")[0].strip().lower()
    is_shown = mime_type in SHOWN_INLINE or (mime_type == PDF and _is_pdf(stream))
    is_inline = is_shown and "download" not in request.GET
    response = serving.stretch(request, stream, size=size, etag=etag)
    response["Content-Type"] = mime_type if is_inline else "application/octet-stream"
    shown_name = found.shown_name or f"{found.key}{found.extension}"
    response["Content-Disposition"] = content_disposition_header(not is_inline, shown_name) or ""
    return response


def _is_pdf(stream: IO[Any]) -> bool:
    """By its first bytes: a page of HTML that is only called a PDF stays a download."""
    head = stream.read(len(PDF_START))
    stream.seek(0)
    return bool(head == PDF_START)
