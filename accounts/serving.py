"""Answers with a stored file, or with the stretch of it that a player asks for: Safari plays no film without."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import IO, Any, Final

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

ONE_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
PIECE: Final = 256 * 1024


def stretch(request: HttpRequest, stream: IO[Any], *, size: int, etag: str) -> HttpResponseBase:
    """200 with all of it, 206 with the stretch asked for, or 416 if there is none. Takes the stream over.

    The type, the name and what else a browser may do with it are for the caller to set.
    """
    wanted = _range(request, size, etag)
    if wanted is not None and not wanted:
        stream.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    sent = range(size) if wanted is None else wanted
    response = StreamingHttpResponse(_pieces(stream, sent))
    response["Accept-Ranges"] = "bytes"
    response["Content-Length"] = str(len(sent))
    if wanted is not None:
        response.status_code = 206
        response["Content-Range"] = f"bytes {sent.start}-{sent.stop - 1}/{size}"
    return response


def _range(request: HttpRequest, size: int, etag: str) -> range | None:
    """The one stretch asked for, as players do; empty if it is not there, None for the whole file (RFC 9110, 14.2)."""
    asked = ONE_RANGE.fullmatch(request.headers.get("Range", "").replace(" ", ""))
    if asked is None or request.headers.get("If-Range", etag) != etag:
        return None
    first, last = asked.groups()
    if not first:
        return range(max(size - int(last), 0), size) if last else None
    if last and int(last) < int(first):
        return None
    return range(int(first), min(int(last) + 1, size) if last else size)


async def _pieces(stream: IO[Any], wanted: range) -> AsyncIterator[bytes]:
    """Read as the browser takes it: a film of 100 MB is never in memory, and the loop never waits for the disk."""
    read = sync_to_async(stream.read, thread_sensitive=False)
    with stream:
        stream.seek(wanted.start)
        left = len(wanted)
        while left > 0 and (piece := await read(min(PIECE, left))):
            left -= len(piece)
            yield piece
