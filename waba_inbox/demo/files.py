"""Every file of the demo by name, made once and used where a script asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from waba_inbox.demo import papers, pictures, sounds


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    kind: str
    data: bytes
    mime_type: str
    filename: str = ""
    width: int = 0
    height: int = 0
    is_voice: bool = False


VARIANTS = {"image": 4, "document": 6}  # how many drawings of one name there are at most


def made(kind: str, name: str, *, nth: int) -> Made:
    """`nth` chooses a variant: the third torn sleeve is not the first one again."""
    return _made(kind, name, nth % VARIANTS.get(kind, 1))


@lru_cache(maxsize=256)
def _made(kind: str, name: str, variant: int) -> Made:
    match kind:
        case "image":
            image = pictures.photo(name, variant=variant)
            return Made(
                kind=kind,
                data=pictures.jpeg(image),
                mime_type="image/jpeg",
                width=image.width,
                height=image.height,
            )
        case "sticker":
            data = pictures.sticker(name)
            return Made(kind=kind, data=data, mime_type="image/webp", width=512, height=512)
        case "voice" | "audio":
            mime_type = "audio/ogg; codecs=opus" if kind == "voice" else "audio/ogg"
            data = sounds.voice(int(name))
            return Made(kind="audio", data=data, mime_type=mime_type, is_voice=kind == "voice")
        case "video":
            film, (width, height) = sounds.film()
            return Made(kind=kind, data=film, mime_type="video/mp4", width=width, height=height)
    return Made(
        kind="document",
        data=papers.paper(name, variant=variant),
        mime_type="application/pdf",
        filename=papers.filename(name, variant=variant),
    )
