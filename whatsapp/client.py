"""The Graph API client: sending, reading receipts and files; running the account is inherited from
`management`.

`accounts.graph` is the only place of the product that makes one. How calls fail is told in
`failures`, whose names are given on from here.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO
from urllib.parse import SplitResult, urlsplit

import requests

from whatsapp import payloads
from whatsapp.calls import Raw
from whatsapp.failures import (
    GraphError,
    GraphFailure,
    GraphRefusal,
    GraphTimeout,
    GraphUnavailable,
    MediaGone,
    MediaTooLarge,
    failure_for,
)
from whatsapp.hosts import is_within
from whatsapp.management import Management, id_of
from whatsapp.multipart import Upload
from whatsapp.numerals import whole

__all__ = [
    "GraphClient",
    "GraphError",
    "GraphFailure",
    "GraphRefusal",
    "GraphTimeout",
    "GraphUnavailable",
    "MediaGone",
    "MediaInfo",
    "MediaTooLarge",
    "Sent",
]

LARGEST_FILE = 100 * 1024 * 1024
# Where Meta keeps files. The token goes with the request, so no answer may name another place.
MEDIA_HOSTS = ("facebook.com", "fbsbx.com", "fbcdn.net", "whatsapp.net")
CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """Meta accepted a message. The ids may differ from those we sent to; `message_status` is
    for templates only.
    """

    wamid: str
    wa_id: str = ""
    user_id: str = ""
    message_status: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaInfo:
    """Where a file can be fetched for the next five minutes."""

    media_id: str
    url: str
    mime_type: str = ""
    sha256: str = ""
    size: int = 0


class GraphClient(Management):
    """The Graph API with one token. Safe to use from many threads."""

    def send(self, phone_number_id: str, payload: Mapping[str, Any]) -> Sent:
        """Hand a message to Meta. It is called once for each attempt, and never repeats by itself.

        GraphUnavailable and GraphRefusal: Meta certainly did not take it. GraphTimeout: nobody
        knows.
        """
        answer = self.call("POST", f"{phone_number_id}/messages", body=payload)
        message, contact = _first(answer.get("messages")), _first(answer.get("contacts"))
        wamid = message.get("id")
        if not isinstance(wamid, str) or not wamid:
            raise GraphTimeout("Meta answered well but named no message")
        return Sent(
            wamid=wamid,
            wa_id=_text(contact.get("wa_id")),
            user_id=_text(contact.get("user_id")),
            message_status=_text(message.get("message_status")),
        )

    def mark_read(self, phone_number_id: str, wamid: str, *, typing: bool = False) -> None:
        """Show the person that this message and those before it were read."""
        self.call(
            "POST", f"{phone_number_id}/messages", body=payloads.mark_read(wamid, typing=typing)
        )

    def upload_media(
        self, phone_number_id: str, fileobj: BinaryIO, *, mime: str, filename: str
    ) -> str:
        """The media id, good for 30 days. The file is read from where it stands, and not
        held in memory.
        """
        upload = Upload(
            {"messaging_product": "whatsapp", "type": mime},
            fileobj=fileobj,
            mime=mime,
            filename=filename,
        )
        answer = self.call(
            "POST",
            f"{phone_number_id}/media",
            data=upload,
            headers={"Content-Type": upload.content_type},
        )
        return id_of(answer, what="media")

    def media_info(self, media_id: str, phone_number_id: str = "") -> MediaInfo:
        params = {"phone_number_id": phone_number_id} if phone_number_id else None
        answer = self.call("GET", media_id, params=params)
        url = _text(answer.get("url"))
        if not url:
            raise MediaGone("Meta gave no address for the file")
        size = answer.get("file_size")
        return MediaInfo(
            media_id=_text(answer.get("id")) or media_id,
            url=url,
            mime_type=_text(answer.get("mime_type")),
            sha256=_text(answer.get("sha256")),
            size=size if type(size) is int else whole(str(size)) or 0,
        )

    def delete_media(self, media_id: str, phone_number_id: str = "") -> None:
        params = {"phone_number_id": phone_number_id} if phone_number_id else None
        self.call("DELETE", media_id, params=params)

    def download_media(self, url: str, *, max_bytes: int = LARGEST_FILE) -> Iterator[bytes]:
        """The file in pieces. MediaGone if the address has expired, MediaTooLarge past the cap."""
        self._check_media_host(url)
        with self.request("GET", url, what="a media file", stream=True) as response:
            _check_download(response)
            announced = response.headers.get("Content-Length", "")
            if (whole(announced) or 0) > max_bytes:
                raise MediaTooLarge(f"the file has {announced} bytes, {max_bytes} are allowed")
            yield from _pieces(response, max_bytes=max_bytes)

    def _check_media_host(self, url: str) -> None:
        """The token goes with the request: only to the Graph's own host, or to Meta's over https."""
        ours = urlsplit(self.base_url)
        try:
            theirs = urlsplit(url)
            is_same = (theirs.scheme, theirs.netloc) == (ours.scheme, ours.netloc)
            is_local = ours.scheme == theirs.scheme == "http" and _is_loopback(ours.hostname)
            if not url.isprintable():  # urlsplit leaves line breaks out, others may not
                raise ValueError
            if is_same or _is_metas(theirs) or (is_local and _is_loopback(theirs.hostname)):
                return
        except ValueError:  # no address at all
            pass
        raise GraphUnavailable("the file's address is not safe to fetch with a token")


def _pieces(response: requests.Response, *, max_bytes: int) -> Iterator[bytes]:
    total = 0
    pieces = response.iter_content(CHUNK)
    while True:
        failed = ""
        piece = b""
        try:
            piece = next(pieces, b"")
        except (requests.RequestException, OSError) as error:
            failed = type(error).__name__
        if failed:
            raise GraphUnavailable(f"the file broke off: {failed}")
        if not piece:
            return
        total += len(piece)
        if total > max_bytes:
            raise MediaTooLarge(f"the file has more than {max_bytes} bytes")
        yield piece


def _check_download(response: requests.Response) -> None:
    status = response.status_code
    if 200 <= status < 300:
        return
    if status in (404, 410):
        raise MediaGone(f"HTTP {status} for a media file")
    try:
        found = response.json()
    except (ValueError, requests.RequestException):
        found = None
    if error := GraphError.read(found, http_status=status):
        raise failure_for(error)
    raise GraphUnavailable(f"HTTP {status} for a media file")


def _is_metas(address: SplitResult) -> bool:
    host = address.netloc.removesuffix(":443").lower()
    return address.scheme == "https" and is_within(host, MEDIA_HOSTS)


def _is_loopback(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return bool(host) and ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def _first(found: Any) -> Raw:
    return found[0] if isinstance(found, list) and found and isinstance(found[0], dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else ""
