"""Which files WhatsApp takes: types and sizes of each kind, as data, and one check for forms and
senders.
"""

from __future__ import annotations

from dataclasses import dataclass

from whatsapp.problem import Problem

KB = 1024
MB = 1024 * KB
VOICE_ICON_BYTES = 512 * KB  # larger voice messages arrive as plain audio
ANIMATED_STICKER_BYTES = 500 * KB


@dataclass(frozen=True, slots=True)
class Limit:
    """`mimes` empty: any type."""

    max_bytes: int
    mimes: frozenset[str] = frozenset()


limits: dict[str, Limit] = {
    "image": Limit(5 * MB, frozenset({"image/jpeg", "image/png"})),
    "video": Limit(16 * MB, frozenset({"video/mp4", "video/3gpp"})),
    "audio": Limit(
        16 * MB,
        frozenset({"audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg", "audio/opus"}),
    ),
    "document": Limit(100 * MB),
    "sticker": Limit(100 * KB, frozenset({"image/webp"})),
}

_KINDS = {mime: kind for kind in ("image", "video", "audio") for mime in limits[kind].mimes}
_OTHER_NAMES = {
    "image/jpg": "image/jpeg",
    "audio/mp3": "audio/mpeg",
    "audio/x-m4a": "audio/mp4",
    "audio/m4a": "audio/mp4",
    "audio/x-aac": "audio/aac",
    "audio/aacp": "audio/aac",
    "video/3gp": "video/3gpp",
}


def plain_mime(mime: str) -> str:
    """The type without its parameters, under the name that Meta knows: "audio/ogg;
    codecs=opus" is "audio/ogg".
    """
    bare = mime.partition(";")[0].strip().lower()
    return _OTHER_NAMES.get(bare, bare)


def kind_for(mime: str) -> str:
    """The kind of message a file goes out as; what WhatsApp cannot show goes as a document.

    A WebP is a document too: as a sticker it must be 512 px square, which the type does not tell.
    Ask for "sticker" by name.
    """
    return _KINDS.get(plain_mime(mime), "document")


def check(mime: str, size: int, kind: str, *, is_animated: bool = False) -> Problem | None:
    """Why WhatsApp would refuse the file as this kind; None if it would not."""
    limit = limits.get(kind)
    if limit is None:
        return Problem(
            "file", f"A file cannot be sent as {kind!r}.", f"Файл нельзя отправить как {kind!r}."
        )
    if limit.mimes and plain_mime(mime) not in limit.mimes:
        return Problem(
            "file",
            "WhatsApp does not show files of this type here. Send it as a document.",
            "WhatsApp не показывает файлы этого типа. Отправьте как документ.",
        )
    if size <= 0:
        return Problem("file", "The file is empty.", "Файл пуст.")
    allowed = ANIMATED_STICKER_BYTES if kind == "sticker" and is_animated else limit.max_bytes
    if size > allowed:
        return Problem(
            "file",
            f"The file is too large: WhatsApp takes {_size(allowed, 'en')} at most.",
            f"Файл слишком большой: WhatsApp принимает не больше {_size(allowed, 'ru')}.",
        )
    return None


def _size(size: int, language: str) -> str:
    kilo, mega = ("КБ", "МБ") if language == "ru" else ("KB", "MB")
    return f"{size // MB} {mega}" if size >= MB else f"{size // KB} {kilo}"
