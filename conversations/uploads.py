"""Takes a file that an agent attached: looks what it really is, holds it against Meta’s limits, stores it as it is."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Final

import structlog
from django.core.files import File
from PIL import Image, UnidentifiedImageError

from accounts.models import Agent, PhoneNumber
from conversations import voicing
from conversations.models import MediaFile, MediaState
from conversations.refusals import MediaRefused
from whatsapp import file_names, sniffing
from whatsapp import media as meta_media
from whatsapp.problem import Problem

EIGHT_BIT: Final = frozenset({"1", "L", "LA", "P", "PA", "RGB", "RGBA"})
TURNED: Final = frozenset({5, 6, 7, 8})  # EXIF: width and height change places when shown
EXIF_ORIENTATION: Final = 0x0112
STICKER_SIDE: Final = 512

NOT_A_VOICE = Problem(
    "file",
    "There is no sound in this recording that can be read, or it is longer than 15 minutes."
    " Record it again, or attach a sound file.",
    "В этой записи нет звука, который можно прочитать, или она длиннее 15 минут."
    " Запишите снова или прикрепите звуковой файл.",
)
BROKEN_IMAGE = Problem(
    "file",
    "The picture cannot be read: the file is damaged. Send it as a document.",
    "Не удаётся прочитать изображение: файл повреждён. Отправьте его как документ.",
)
NOT_8_BIT = Problem(
    "file",
    "WhatsApp shows pictures of 8 bits in RGB only. Send it as a document.",
    "WhatsApp показывает только 8-битные изображения RGB. Отправьте как документ.",
)
STICKER_SIZE = Problem(
    "file",
    f"A sticker must be {STICKER_SIDE} × {STICKER_SIDE} pixels.",
    f"Стикер должен быть размером {STICKER_SIDE} × {STICKER_SIDE} пикселей.",
)
NO_ROOM = Problem(
    "file",
    "The file could not be stored: there is no room for files, or the storage does not answer. Nothing was sent."
    " Try again in a minute; if it stays so, tell your administrator.",
    "Файл не сохранён: для файлов нет места или хранилище не отвечает. Ничего не отправлено."
    " Попробуйте через минуту; если не поможет, сообщите администратору.",
)

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Picture:
    width: int
    height: int
    is_animated: bool = False


def store(
    upload: File[Any],
    *,
    number: PhoneNumber,
    agent: Agent,
    kind: str = "",
    is_voice: bool = False,
) -> MediaFile:
    """The stored file, to be sent from this number. `kind`: what it shall go as; without it, what its content says.
    `is_voice`: a recording of the browser's, made into a voice message.

    Raises MediaRefused with Meta's limit in words; `as_document` then says that it could go as a document.
    """
    if is_voice:
        upload = _voice(upload)
    name = file_names.taken(upload.name)
    mime = sniffing.mime_in(upload, name)
    kind = kind or meta_media.kind_for(mime)
    picture = _picture(upload, kind) if kind in ("image", "sticker") else Picture(0, 0)
    size = upload.size or 0
    if problem := meta_media.check(mime, size, kind, is_animated=picture.is_animated):
        fits = meta_media.check(mime, size, "document") is None
        raise MediaRefused(problem, as_document=kind != "document" and fits)
    media = MediaFile(
        workspace_id=number.workspace_id,
        number=number,
        kind=kind,
        mime_type=mime,
        filename=name,
        sha256=_sha256(upload),
        size=size,
        width=picture.width,
        height=picture.height,
        is_voice=is_voice,
        is_animated=picture.is_animated,
        state=MediaState.STORED,
        next_try_at=None,
        uploaded_by=agent,
    )
    upload.seek(0)
    try:
        media.file.save(name or "file", upload, save=False)
    except OSError as problem:
        logger.error("a file was not stored", size=size, problem=str(problem))
        raise MediaRefused(NO_ROOM) from None
    media.save(force_insert=True)
    return media


def _voice(upload: File[Any]) -> File[Any]:
    try:
        return voicing.as_ogg(upload)
    except voicing.NotSound:
        raise MediaRefused(NOT_A_VOICE) from None


def _sha256(upload: File[Any]) -> str:
    digest = hashlib.sha256()
    upload.seek(0)
    for piece in upload.chunks():
        digest.update(piece)
    return digest.hexdigest()


def _picture(upload: File[Any], kind: str) -> Picture:
    """Its size as it is shown. The pixels are not touched, so nothing of the picture is lost."""
    try:
        upload.seek(0)
        with Image.open(upload) as image:
            image.verify()  # must come first, and uses the image up
        upload.seek(0)
        with Image.open(upload) as image:
            width, height = image.size
            mode = image.mode
            is_animated = bool(getattr(image, "is_animated", False))
            is_turned = image.getexif().get(EXIF_ORIENTATION) in TURNED
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError):
        if kind == "sticker":
            raise MediaRefused(STICKER_SIZE) from None
        raise MediaRefused(BROKEN_IMAGE, as_document=True) from None
    if kind == "sticker" and (width, height) != (STICKER_SIDE, STICKER_SIDE):
        raise MediaRefused(STICKER_SIZE)
    if kind == "image" and mode not in EIGHT_BIT:
        raise MediaRefused(NOT_8_BIT, as_document=True)
    return Picture(*((height, width) if is_turned else (width, height)), is_animated)
