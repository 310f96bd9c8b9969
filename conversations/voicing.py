"""Makes a voice message of what a browser recorded: Ogg with Opus, one channel, as WhatsApp plays it.

Chromium records WebM, Safari MP4, Firefox Ogg. All are decoded and written anew: so it is mono for sure, and small
enough for the play button, whatever came in.
"""

from __future__ import annotations

import io
from typing import Any, Final

import av
import av.error
from django.core.files.base import ContentFile, File

from whatsapp import sniffing

RATE: Final = 48_000  # Opus knows no other
BIT_RATE: Final = (
    20_000  # speech; 3 minutes stay below the 512 KB up to which phones show a play button
)
LONGEST: Final = 15 * 60  # seconds
# What may be opened, and as what: no other demuxer of the library sees bytes from outside.
FORMATS: Final = {
    "video/webm": "matroska",
    "audio/ogg": "ogg",
    "video/mp4": "mp4",
    "audio/mp4": "mp4",
}


class NotSound(Exception):
    """There is no sound in it that can be read, or too much."""


def as_ogg(recorded: File[Any]) -> ContentFile[bytes]:
    """The recording as a voice message. Raises NotSound."""
    container = FORMATS.get(sniffing.mime_in(recorded))
    if container is None:
        raise NotSound
    try:
        data = _written_anew(recorded, container)
    except (av.error.FFmpegError, ValueError, IndexError, EOFError) as problem:
        raise NotSound from problem
    return ContentFile(data, name="voice.ogg")


def _written_anew(recorded: File[Any], container: str) -> bytes:
    out = io.BytesIO()
    samples = 0
    with (
        av.open(recorded, mode="r", format=container) as source,
        av.open(out, mode="w", format="ogg") as target,
    ):
        sound = target.add_stream("libopus", rate=RATE, layout="mono", bit_rate=BIT_RATE)
        sound.options = {"application": "voip"}
        resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
        for frame in source.decode(audio=0):
            for piece in resampler.resample(frame):
                samples += piece.samples
                target.mux(sound.encode(piece))
            if samples > LONGEST * RATE:
                raise NotSound
        for piece in resampler.resample(None):
            target.mux(sound.encode(piece))
        target.mux(sound.encode(None))
    if not samples:
        raise NotSound
    return out.getvalue()
