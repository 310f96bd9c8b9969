"""Files: uploads from the composer, and the only way to see a stored one."""

from __future__ import annotations

import uuid

from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from conversations import access, uploads
from conversations.forms import UploadForm
from conversations.refusals import Refusal, refusal_facts
from conversations.views.asking import agent_of, conversation_of

# What a browser may show inside our pages. Everything else, SVG and HTML first of all, is a download.
SHOWN_INLINE = frozenset(
    {
        "image/jpeg", "image/png", "image/webp", "image/gif",
        "video/mp4", "video/3gpp",
        "audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg",
    }
)  # fmt: skip


@require_POST
def files(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a file that the agent is about to send; it is checked against Meta's limits first."""
    conversation = conversation_of(request, pk)
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return JsonResponse({"words": form.errors.as_text()}, status=422)
    try:
        stored = uploads.store(
            conversation,
            agent=agent_of(request),
            at=timezone.now(),
            upload=form.cleaned_data["file"],
        )
    except Refusal as refusal:
        return JsonResponse({"words": refusal.words, **refusal_facts(refusal)}, status=422)
    return JsonResponse({"key": str(stored.key), "kind": stored.kind, "name": stored.filename})


@require_GET
def file(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """A stored file, for those who see its conversation. Never sniffed, never a script, never cached by others."""
    found = get_object_or_404(access.files(agent_of(request)), key=key, state="stored")
    inline = found.mime_type in SHOWN_INLINE and "download" not in request.GET
    response = FileResponse(
        found.file.open("rb"),
        as_attachment=not inline,
        filename=found.filename or f"{found.key}{found.extension}",
        content_type=found.mime_type if inline else "application/octet-stream",
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, max-age=86400, immutable"
    return response
