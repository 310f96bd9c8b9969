"""Voice messages and a video for the demo. PyAV hums and films where it is installed; without it voices are silent.

An Ogg file of Opus frames is simple enough to write by hand, so voice messages exist on every machine.
"""

from __future__ import annotations

import io
import math
import struct
from fractions import Fraction
from functools import cache
from random import Random
from typing import Final

from PIL import Image, ImageDraw

from waba_inbox.demo import pictures

try:
    import av
except ImportError:  # only in requirements-dev
    av = None  # type: ignore[assignment]

CAN_FILM: Final = av is not None
RATE: Final = 48_000
SILENCE: Final = b"\xf8\xff\xfe"  # one Opus frame of 20 ms in which nobody speaks
FRAME: Final = RATE // 50
PAGE_FRAMES: Final = 50
WORDS_PER_SECOND: Final = 3.1


def voice(seconds: int) -> bytes:
    """Ogg with Opus, mono, as WhatsApp wants a voice message."""
    return _hummed(seconds) if CAN_FILM else silent(seconds)


# --- by hand -----------------------------------------------------------------------------------------


def silent(seconds: int) -> bytes:
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 312, RATE, 0, 0)
    tags = b"OpusTags" + struct.pack("<I", 4) + b"demo" + struct.pack("<I", 0)
    pages = [_page(0, 0, [head], flags=2), _page(1, 0, [tags])]
    frames = max(1, seconds) * 50
    for first in range(0, frames, PAGE_FRAMES):
        count = min(PAGE_FRAMES, frames - first)
        flags = 4 if first + count == frames else 0
        pages.append(_page(len(pages), (first + count) * FRAME, [SILENCE] * count, flags=flags))
    return b"".join(pages)


def _page(number: int, position: int, packets: list[bytes], *, flags: int = 0) -> bytes:
    """One page of Ogg; every packet is shorter than 255 bytes, so one lacing value says its length."""
    lengths = bytes(len(packet) for packet in packets)
    fields = struct.pack("<4sBBqIII", b"OggS", 0, flags, position, 2026, number, 0)
    page = bytearray(fields + bytes([len(packets)]) + lengths + b"".join(packets))
    page[22:26] = struct.pack("<I", ogg_crc(bytes(page)))
    return bytes(page)


@cache
def _crc_table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        crc = byte << 24
        for _bit in range(8):
            crc = (crc << 1) ^ (0x04C11DB7 if crc & 0x80000000 else 0)
        table.append(crc & 0xFFFFFFFF)
    return tuple(table)


def ogg_crc(data: bytes) -> int:
    table, crc = _crc_table(), 0
    for byte in data:
        crc = ((crc << 8) & 0xFFFFFFFF) ^ table[(crc >> 24) ^ byte]
    return crc


# --- with PyAV ---------------------------------------------------------------------------------------


def _hummed(seconds: int) -> bytes:
    """Somebody hums in syllables: enough for a wave form that looks like speech."""
    out = io.BytesIO()
    with av.open(out, "w", format="ogg") as box:
        stream = box.add_stream("libopus", rate=RATE, layout="mono")
        stream.bit_rate = 16_000
        block = FRAME * 5
        for nth, samples in enumerate(_hum(seconds, block=block)):
            frame = av.AudioFrame(format="s16", layout="mono", samples=block)
            frame.sample_rate, frame.pts, frame.time_base = RATE, nth * block, Fraction(1, RATE)
            frame.planes[0].update(samples)
            box.mux(stream.encode(frame))
        box.mux(stream.encode(None))
    return out.getvalue()


def _hum(seconds: int, *, block: int) -> list[bytes]:
    """One period of a tone, repeated as often as it fits, louder and softer by the syllable."""
    rng = Random(seconds)  # noqa: S311
    blocks = []
    for nth in range(seconds * RATE // block):
        period = RATE // rng.randrange(110, 190)
        beat = math.sin(nth * block / RATE * WORDS_PER_SECOND * math.pi) ** 2
        loud = 7000 * beat * rng.uniform(0.3, 1)
        wave = [
            int(
                loud
                * (math.sin(2 * math.pi * n / period) + 0.4 * math.sin(6 * math.pi * n / period))
            )
            for n in range(period)
        ]
        tone = struct.pack(f"<{period}h", *wave)
        blocks.append((tone * (block // period + 1))[: block * 2])
    return blocks


def film(*, seconds: int = 4, size: tuple[int, int] = (640, 336)) -> tuple[bytes, tuple[int, int]]:
    """Snow falls on the mountains of the winter sale: H.264 in MP4."""
    ground = pictures.photo("winter").resize(size)
    rng = Random(7)  # noqa: S311
    flakes = [
        (rng.random() * size[0], rng.random() * size[1], rng.uniform(20, 60)) for _ in range(90)
    ]
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as box:
        stream = box.add_stream("libx264", rate=12, options={"preset": "ultrafast", "crf": "30"})
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for nth in range(seconds * 12):
            frame = av.VideoFrame.from_image(_snowing(ground, flakes, nth / 12))  # type: ignore[no-untyped-call]
            box.mux(stream.encode(frame))
        box.mux(stream.encode(None))
    return out.getvalue(), size


def _snowing(
    ground: Image.Image, flakes: list[tuple[float, float, float]], at: float
) -> Image.Image:
    image = ground.copy()
    draw = ImageDraw.Draw(image)
    for x, y, speed in flakes:
        left, top = (x + at * speed / 3) % image.width, (y + at * speed) % image.height
        r = speed / 22
        draw.ellipse((left - r, top - r, left + r, top + r), fill="white")
    return image
