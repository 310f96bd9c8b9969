"""Files of messages: asked for, fetched from Meta, checked and stored by a job of their own, with their own retries.

Nothing here talks to the network inside a transaction. What cannot be had any more is `lost`, with the reason in words.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import tempfile
import time
import warnings
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import SystemRandom
from typing import IO, Final

import structlog
from django.core.files import File
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_noop
from PIL import Image, UnidentifiedImageError

from accounts.graph import graph_for
from accounts.models import PhoneNumber
from conversations import lanes, live
from conversations.models import MediaFile, MediaState, Message
from whatsapp.client import LARGEST_FILE, GraphClient
from whatsapp.facts import MediaRef
from whatsapp.failures import GraphFailure, GraphRefusal, MediaGone, MediaTooLarge

META_KEEPS: Final = timedelta(days=7)  # a file of a webhook
LEASE: Final = timedelta(
    minutes=1
)  # a worker that says nothing for so long has died; longer than a stalled read
RENEWED_EVERY: Final = 15.0  # seconds: a large file over a slow line takes longer than a lease
SHORTEST, LONGEST = timedelta(seconds=5), timedelta(hours=1)  # between two tries
GONE_TRIES: Final = 4  # an address lives for five minutes: a new one is asked for each time
WRONG_TRIES: Final = 3
IN_MEMORY: Final = 2 * 1024 * 1024
NO_PICTURE: Final = "application/octet-stream"
SWEPT_AT_ONCE: Final = 500

GONE: Final = gettext_noop("WhatsApp no longer keeps this file. Ask the customer to send it again.")
TOO_LARGE: Final = gettext_noop("The file is too large.")
DAMAGED: Final = gettext_noop("The file arrived damaged. Ask the customer to send it again.")

logger = structlog.get_logger(__name__)
_rng = SystemRandom()


class Damaged(Exception):
    """What came is not what Meta announced."""


def wanted_file(media: MediaRef, number: PhoneNumber) -> MediaFile:
    """A file that Meta holds for us, to be fetched by its own job. Not saved yet."""
    return MediaFile(
        workspace_id=number.workspace_id,
        number=number,
        kind=media.kind[:12],
        mime_type=media.mime_type[:120],
        filename=media.filename[:255],
        sha256=hex_digest(media.sha256),
        is_voice=media.is_voice,
        is_animated=media.is_animated,
        meta_id=media.media_id[:64],
        meta_id_until=timezone.now() + META_KEEPS,
    )


def hex_digest(given: str) -> str:
    """Meta writes SHA-256 in base64 in webhooks and in hex elsewhere. Empty if it is neither."""
    text = given.strip()
    if len(text) == 64 and all(character in "0123456789abcdefABCDEF" for character in text):
        return text.lower()
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return ""
    return raw.hex() if len(raw) == 32 else ""


@dataclass(frozen=True, slots=True)
class Fetched:
    file: IO[bytes]
    size: int
    sha256: str
    mime_type: str
    width: int = 0
    height: int = 0


def due(*, at: datetime | None = None, limit: int = SWEPT_AT_ONCE) -> list[int]:
    """Files whose turn it is, those that waited longest first."""
    rows = MediaFile.objects.filter(_due(at or timezone.now()))
    return list(rows.order_by("next_try_at").values_list("pk", flat=True)[:limit])


def fetch(media_id: int) -> None:
    """Fetch one file, if it is due and nobody else is at it. Safe to run twice at once."""
    media = _claim(media_id, at=timezone.now())
    if media is None:
        return
    try:
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as file:
            _keep(media, _download(graph_for(media.number), media, file))
    except MediaTooLarge:
        _lose(media, TOO_LARGE)
    except Damaged as problem:
        _again_or_lose(media, DAMAGED, str(problem), tries=WRONG_TRIES)
    except MediaGone as problem:
        _again_or_lose(media, GONE, problem.reason, tries=GONE_TRIES)
    except GraphRefusal as refusal:
        if refusal.error.code in (100, 33):  # Meta does not know the id
            _again_or_lose(media, GONE, refusal.reason, tries=GONE_TRIES)
        else:
            _again_or_lose(media, GONE, refusal.reason)
    except (GraphFailure, OSError) as problem:
        _again_or_lose(media, GONE, str(problem))


def _due(at: datetime) -> Q:
    return Q(state=MediaState.WANTED) & (Q(next_try_at__lte=at) | Q(next_try_at=None))


def _claim(media_id: int, *, at: datetime) -> MediaFile | None:
    """Ours for a while. A worker that dies leaves it to the sweep, after that while."""
    taken = MediaFile.objects.filter(_due(at), pk=media_id).update(
        tries=F("tries") + 1, next_try_at=at + LEASE
    )
    if not taken:
        return None
    return MediaFile.objects.select_related("number__account__app").get(pk=media_id)


def _renew(media: MediaFile) -> None:
    """Still at it."""
    MediaFile.objects.filter(pk=media.pk, state=MediaState.WANTED).update(
        next_try_at=timezone.now() + LEASE
    )


def _download(graph: GraphClient, media: MediaFile, file: IO[bytes]) -> Fetched:
    info = graph.media_info(media.meta_id, media.number.phone_number_id)
    digest = hashlib.sha256()
    size, renewed_at = 0, time.monotonic()
    for piece in graph.download_media(info.url, max_bytes=LARGEST_FILE):
        file.write(piece)
        digest.update(piece)
        size += len(piece)
        if time.monotonic() - renewed_at >= RENEWED_EVERY:
            _renew(media)
            renewed_at = time.monotonic()
    found = digest.hexdigest()
    for expected in (media.sha256, hex_digest(info.sha256)):
        if expected and expected != found:
            raise Damaged(f"sha-256 is {found}, not {expected}")
    if not size:
        raise Damaged("the file is empty")
    mime_type, width, height = (media.mime_type or info.mime_type)[:120], 0, 0
    if media.kind in ("image", "sticker"):
        mime_type, width, height = _look(file)
    return Fetched(file, size, found, mime_type, width, height)


def _look(file: IO[bytes]) -> tuple[str, int, int]:
    """Type, width and height from the header of a picture; nothing is decoded, so no picture can be a bomb.

    What only claims to be a picture is a file to download, so that no browser opens it.
    """
    file.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(file) as picture:
                width, height = picture.size
                mime_type = Image.MIME.get(picture.format or "", NO_PICTURE)
    except Image.DecompressionBombError:
        return NO_PICTURE, 0, 0
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as problem:
        logger.info("picture not read", problem=str(problem))
        return NO_PICTURE, 0, 0
    return mime_type, width, height


def _keep(media: MediaFile, fetched: Fetched) -> None:
    """Into the storage first, then into the row: a crash in between leaves a stray file, and a new try."""
    fetched.file.seek(0)
    media.file.save("file", File(fetched.file), save=False)
    media.size, media.sha256, media.mime_type = fetched.size, fetched.sha256, fetched.mime_type
    media.width, media.height = fetched.width, fetched.height
    media.state, media.next_try_at, media.problem = MediaState.STORED, None, ""
    columns = ["file", "size", "sha256", "mime_type", "width", "height"]
    _write(media, [*columns, "state", "next_try_at", "problem"], kind="file.stored")


def _again_or_lose(media: MediaFile, words: str, reason: str, *, tries: int = 0) -> None:
    """Try again later, for as long as Meta keeps the file, or for so many tries."""
    pause = min(SHORTEST * (1 << min(media.tries - 1, 12)), LONGEST) * _rng.uniform(0.8, 1.2)
    next_try_at = timezone.now() + pause
    is_over = bool(tries) and media.tries >= tries
    if is_over or (media.meta_id_until and next_try_at >= media.meta_id_until):
        logger.warning("file lost", media=media.pk, reason=reason)
        _lose(media, words)
        return
    logger.info("file not fetched yet", media=media.pk, tries=media.tries, reason=reason)
    media.next_try_at, media.problem = next_try_at, reason[:200]
    media.save(update_fields=["next_try_at", "problem"])


def _lose(media: MediaFile, words: str) -> None:
    media.state, media.next_try_at, media.problem = MediaState.LOST, None, words
    _write(media, ["state", "next_try_at", "problem"], kind="file.lost")


@transaction.atomic
def _write(media: MediaFile, columns: list[str], *, kind: str) -> None:
    """Write the outcome and show it in the bubbles that hold the file."""
    rows = Message.objects.filter(media=media).order_by("conversation_id", "pk")
    threads = lanes.locked(rows.values_list("conversation_id", flat=True))
    media.save(update_fields=columns)
    for conversation in threads.values():
        live.publish(kind, conversation, *rows.filter(conversation=conversation))
