"""Files made on the spot: a photo, a sticker, a document, a voice note. Nothing foreign lies in the repository."""

from __future__ import annotations

import colorsys
import io
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFilter

TUNE: Final = Path(__file__).parent / "voice_note.ogg"


def _colour(hue: float, *, light: float, saturation: float = 0.55) -> tuple[int, int, int]:
    red, green, blue = colorsys.hls_to_rgb(hue % 1, light, saturation)
    return int(red * 255), int(green * 255), int(blue * 255)


def photo(seed: float, *, width: int = 960, height: int = 720) -> bytes:
    """A quiet landscape as a JPEG; the seed chooses its colours and hills."""
    picture = Image.new("RGB", (width, height))
    draw = ImageDraw.Draw(picture)
    for y in range(height):
        draw.line(
            [(0, y), (width, y)],
            fill=_colour(seed + 0.12 * y / height, light=0.82 - 0.3 * y / height),
        )
    sun = int(width * (0.2 + 0.6 * ((seed * 7) % 1)))
    draw.ellipse(
        [sun - 60, height * 0.2, sun + 60, height * 0.2 + 120], fill=_colour(seed + 0.1, light=0.92)
    )
    for layer in range(4):
        base = height * (0.5 + 0.12 * layer)
        rise = height * 0.16
        points = [(0, height)]
        for step in range(0, 13):
            wave = (seed * 97 * (layer + 1) + step * 0.618) % 1
            points.append((int(width * step / 12), int(base - rise * wave)))
        points.append((width, height))
        draw.polygon(
            points, fill=_colour(seed + 0.06 * layer, light=0.55 - 0.11 * layer, saturation=0.35)
        )
    out = io.BytesIO()
    picture.filter(ImageFilter.GaussianBlur(1.2)).save(out, "JPEG", quality=82)
    return out.getvalue()


def sticker(seed: float) -> bytes:
    """A smiling face as a WebP with a clear ground."""
    picture = Image.new("RGBA", (512, 512), (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    draw.ellipse(
        [36, 36, 476, 476],
        fill=(*_colour(seed, light=0.66, saturation=0.75), 255),
        outline="white",
        width=16,
    )
    for x in (178, 334):
        draw.ellipse([x - 26, 180, x + 26, 252], fill=(40, 34, 40, 255))
        draw.ellipse([x - 8, 190, x + 12, 212], fill="white")
    draw.chord([146, 216, 366, 396], 12, 168, fill=(92, 30, 40, 255))
    draw.chord([200, 320, 312, 420], 190, 350, fill=(235, 110, 120, 255))
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=80)
    return out.getvalue()


def document(title: str) -> bytes:
    """A PDF of one page."""
    safe = title.encode("ascii", "replace").decode().replace("(", "[").replace(")", "]")
    stream = f"BT /F1 24 Tf 72 740 Td ({safe}) Tj 0 -40 Td /F1 12 Tf (Made by the simulator.) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(
        b"%010d 00000 n \n" % place for place in places
    )
    return bytes(out + b"trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % table)


def voice() -> bytes:
    """A short tune as a voice note (Ogg Opus, mono), composed and encoded for this project."""
    return TUNE.read_bytes()
