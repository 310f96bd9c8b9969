"""What a file is, by its first bytes: names and browsers' claims are not to be trusted. Pure."""

from __future__ import annotations

import mimetypes
from typing import Any, Final, Protocol

HEAD: Final = 8192  # bytes that `mime_of` wants to see
UNKNOWN: Final = "application/octet-stream"
ZIP: Final = "application/zip"
OLE: Final = "application/x-ole-storage"

_STARTS: Final = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"#!AMR", "audio/amr"),
    (b"ID3", "audio/mpeg"),
    (b"\x1aE\xdf\xa3", "video/webm"),
    (b"PK\x03\x04", ZIP),
    (b"PK\x05\x06", ZIP),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE),
    (b"{\\rtf", "application/rtf"),
)
# What may hide in a container is told by the name; anything else by that name is only the container.
_IN_CONTAINER: Final = {
    ZIP: (
        "application/vnd.openxmlformats-officedocument.",
        "application/vnd.oasis.opendocument.",
        "application/epub+zip",
        "application/vnd.android.package-archive",
    ),
    OLE: (
        "application/msword",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
        "application/vnd.ms-outlook",
    ),
}
_PLAIN: Final = ("text/csv", "text/calendar", "text/vcard", "application/json")


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...
    def seek(self, place: int, /) -> Any: ...


def mime_in(file: Readable, filename: str = "") -> str:
    """As `mime_of`, of an open file. It stands at its beginning afterwards."""
    file.seek(0)
    head = file.read(HEAD)
    file.seek(0)
    return mime_of(head, filename)


def mime_of(head: bytes, filename: str = "") -> str:
    """The type. The name only tells apart what looks the same inside: a .docx from a .zip, a .csv from a .txt."""
    for start, mime in _STARTS:
        if head.startswith(start):
            return _inside(mime, filename)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "audio/wav"
    if head[4:8] == b"ftyp":
        return _iso_media(head[8:12])
    if head[:4] == b"OggS":
        return "audio/ogg" if b"OpusHead" in head[:128] else "application/ogg"
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0:
        return "audio/aac"
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:
        return "audio/mpeg"
    return _text(head, filename)


def _iso_media(brand: bytes) -> str:
    if brand.startswith((b"M4A", b"M4B")):
        return "audio/mp4"
    if brand.startswith((b"3gp", b"3g2")):
        return "video/3gpp"
    if brand.startswith(b"qt"):
        return "video/quicktime"
    if brand in (b"heic", b"heix", b"mif1", b"msf1"):
        return "image/heic"
    return "video/mp4"


def _inside(mime: str, filename: str) -> str:
    guessed = mimetypes.guess_type(filename)[0] or ""
    return guessed if guessed.startswith(_IN_CONTAINER.get(mime, ())) and guessed else mime


def _text(head: bytes, filename: str) -> str:
    if not head or b"\x00" in head:
        return UNKNOWN
    try:
        head.decode()
    except UnicodeDecodeError as problem:
        if problem.start < len(head) - 4:  # a letter cut in two at the end is no harm
            return UNKNOWN
    guessed = mimetypes.guess_type(filename)[0] or ""
    return guessed if guessed in _PLAIN else "text/plain"
