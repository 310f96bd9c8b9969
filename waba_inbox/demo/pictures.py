"""Photographs for the demo, drawn: clothes, places, papers and stickers in flat shapes, each in colours of its own.

Hardly any letters: the font that comes with Pillow has no Cyrillic.
"""

from __future__ import annotations

import colorsys
import io
import math
from collections.abc import Callable
from random import Random
from typing import Final, TypeAlias

from PIL import Image, ImageDraw, ImageFilter, ImageFont

Colour: TypeAlias = "tuple[int, int, int]"
WIDE, TALL = (960, 720), (768, 960)


def colour(hue: float, saturation: float, value: float) -> Colour:
    red, green, blue = colorsys.hsv_to_rgb(hue % 1, saturation, value)
    return round(red * 255), round(green * 255), round(blue * 255)


def gradient(size: tuple[int, int], top: Colour, bottom: Colour) -> Image.Image:
    strip = Image.new("RGB", (1, 2))
    strip.putpixel((0, 0), top)
    strip.putpixel((0, 1), bottom)
    return strip.resize(size, Image.Resampling.BICUBIC)


def _room(size: tuple[int, int], rng: Random) -> Image.Image:
    """A wall, a floor and soft light: what most photographs of clothes have behind them."""
    width, height = size
    hue = rng.choice((0.08, 0.1, 0.55, 0.6))
    image = gradient(size, colour(hue, 0.10, 0.93), colour(hue, 0.16, 0.80))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, int(height * 0.82), width, height), fill=colour(0.08, 0.28, 0.62))
    for plank in range(0, width, width // 6):
        draw.line(
            (plank, int(height * 0.82), plank - 60, height), fill=colour(0.08, 0.3, 0.54), width=3
        )
    light = Image.new("L", size, 0)
    ImageDraw.Draw(light).polygon(
        ((width * 0.1, 0), (width * 0.45, 0), (width * 0.8, height), (width * 0.35, height)),
        fill=46,
    )
    image.paste((255, 252, 240), mask=light.filter(ImageFilter.GaussianBlur(50)))
    return image


def _coat(size: tuple[int, int], rng: Random, *, hue: float | None = None) -> Image.Image:
    """A coat on a hanger."""
    image = _room(size, rng)
    width, height = size
    draw = ImageDraw.Draw(image)
    tone = rng.random() if hue is None else hue
    body, shade, light = colour(tone, 0.55, 0.52), colour(tone, 0.6, 0.38), colour(tone, 0.42, 0.66)
    middle, top, bottom = width // 2, int(height * 0.2), int(height * 0.78)
    half = int(width * 0.2)
    draw.line((middle, int(height * 0.08), middle, top), fill=(90, 90, 95), width=6)
    draw.arc(
        (middle - 22, int(height * 0.04), middle + 22, int(height * 0.1)),
        150,
        20,
        fill=(90, 90, 95),
        width=6,
    )
    for side in (-1, 1):
        sleeve = (
            (middle + side * half * 0.8, top + 20),
            (middle + side * half * 1.75, bottom - 190),
            (middle + side * half * 1.35, bottom - 150),
            (middle + side * half * 0.85, top + 190),
        )
        draw.polygon(sleeve, fill=shade)
        draw.line(sleeve[1:3], fill=light, width=14)
    coat = [
        (middle - half, top + 24),
        (middle, top),
        (middle + half, top + 24),
        (middle + half * 1.15, bottom),
        (middle - half * 1.15, bottom),
    ]
    draw.polygon(coat, fill=body)
    draw.polygon(
        (
            (middle - half * 0.5, top + 10),
            (middle, top + 120),
            (middle + half * 0.5, top + 10),
            (middle, top - 6),
        ),
        fill=light,
    )
    draw.line((middle, top + 118, middle, bottom), fill=shade, width=5)
    for nth in range(5):
        y = top + 170 + nth * (bottom - top - 220) // 5
        draw.ellipse((middle + 14, y, middle + 32, y + 18), fill=light, outline=shade)
    for side in (-1, 1):
        x = middle + side * half * 0.62
        draw.line(
            (x - 40, top + (bottom - top) * 0.62, x + 40, top + (bottom - top) * 0.6),
            fill=shade,
            width=10,
        )
    return image


def _boots(size: tuple[int, int], rng: Random) -> Image.Image:
    image = _room(size, rng)
    width, height = size
    draw = ImageDraw.Draw(image)
    tone = rng.choice((0.06, 0.08, 0.62, 0.0))
    for offset in (0, int(width * 0.3)):
        x, y = int(width * 0.16) + offset, int(height * 0.3)
        leather, sole = colour(tone, 0.6, 0.42), colour(0.09, 0.4, 0.25)
        draw.rounded_rectangle((x, y, x + 150, y + 330), 30, fill=leather)
        draw.rounded_rectangle((x, y + 220, x + 300, y + 350), 60, fill=leather)
        draw.rounded_rectangle((x - 8, y + 330, x + 312, y + 372), 18, fill=sole)
        draw.rounded_rectangle((x - 6, y - 14, x + 156, y + 40), 20, fill=colour(0.1, 0.12, 0.9))
        for lace in range(4):
            draw.line(
                (x + 60, y + 80 + lace * 40, x + 150, y + 70 + lace * 40),
                fill=(240, 235, 220),
                width=8,
            )
    return image


def _cloth(
    size: tuple[int, int], rng: Random, tone: float
) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """Woven cloth from near."""
    image = gradient(size, colour(tone, 0.5, 0.5), colour(tone, 0.55, 0.36))
    draw = ImageDraw.Draw(image)
    for y in range(0, size[1], 9):
        draw.line((0, y, size[0], y + rng.randrange(-3, 4)), fill=colour(tone, 0.5, 0.44), width=2)
    for x in range(0, size[0], 13):
        draw.line((x, 0, x + rng.randrange(-4, 5), size[1]), fill=colour(tone, 0.52, 0.42), width=1)
    return image, draw


def _tear(size: tuple[int, int], rng: Random) -> Image.Image:
    tone = rng.random()
    image, draw = _cloth(size, rng, tone)
    middle = size[1] // 2
    upper = [
        (180 + n * 60, middle - int(70 * math.sin(n / 10 * math.pi)) + rng.randrange(-14, 14))
        for n in range(11)
    ]
    lower = [
        (780 - n * 60, middle + int(60 * math.sin(n / 10 * math.pi)) + rng.randrange(-14, 14))
        for n in range(11)
    ]
    draw.polygon(upper + lower, fill=colour(0.1, 0.12, 0.88), outline=colour(tone, 0.6, 0.22))
    for x, y in upper[1:-1:2] + lower[1:-1:2]:
        draw.line(
            (x, y, x + rng.randrange(-26, 26), y + rng.randrange(-34, 34)),
            fill=colour(tone, 0.3, 0.7),
            width=3,
        )
    return image


def _zip(size: tuple[int, int], rng: Random) -> Image.Image:
    image, draw = _cloth(size, rng, rng.random())
    middle = size[0] // 2
    draw.rectangle((middle - 70, 0, middle + 70, size[1]), fill=(44, 46, 52))
    for nth, y in enumerate(range(0, size[1], 26)):
        gap = max(0, (y - size[1] * 0.45) * 0.22)
        for side in (-1, 1):
            x = middle + side * (16 + gap)
            draw.rounded_rectangle(
                (x - 20, y + (nth + side) % 2 * 10, x + 20, y + 14), 5, fill=(178, 182, 190)
            )
    draw.rounded_rectangle(
        (middle - 44, size[1] * 0.4, middle + 44, size[1] * 0.4 + 92), 20, fill=(205, 208, 214)
    )
    draw.rounded_rectangle(
        (middle - 14, size[1] * 0.4 + 80, middle + 14, size[1] * 0.4 + 190), 12, fill=(224, 162, 60)
    )
    return image


def _button(size: tuple[int, int], rng: Random) -> Image.Image:
    image, draw = _cloth(size, rng, 0.1)
    x, y, r = size[0] // 2 - 60, size[1] // 2, 190
    tone = rng.random()
    draw.ellipse(
        (x - r, y - r, x + r, y + r),
        fill=colour(tone, 0.5, 0.4),
        outline=colour(tone, 0.4, 0.7),
        width=16,
    )
    for dx in (-46, 46):
        for dy in (-46, 46):
            draw.ellipse((x + dx - 20, y + dy - 20, x + dx + 20, y + dy + 20), fill=(30, 28, 30))
    draw.ellipse(
        (x + 240, y + 40, x + 400, y + 200), fill=(196, 198, 204), outline=(150, 152, 160), width=6
    )
    return image


def _lining(size: tuple[int, int], rng: Random) -> Image.Image:
    tone = rng.choice((0.97, 0.62, 0.4))
    image, draw = _cloth(size, rng, 0.08)
    draw.polygon(
        ((220, 0), (size[0], 0), (size[0], size[1]), (420, size[1])), fill=colour(tone, 0.62, 0.5)
    )
    for step in range(0, size[0], 90):
        draw.line((240 + step, 0, 440 + step, size[1]), fill=colour(tone, 0.5, 0.58), width=4)
    for y in range(10, size[1], 44):
        x = 220 + y * 200 // size[1]
        draw.line((x - 12, y, x + 14, y + 22), fill=(245, 240, 225), width=5)
    return image


def _sizes(size: tuple[int, int], rng: Random) -> Image.Image:
    """A table of measurements; figures need no Cyrillic."""
    image = Image.new("RGB", size, (252, 251, 248))
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(size=30)
    columns = ("", "42", "44", "46", "48", "50", "52", "54", "56")
    left, top, step = 60, 90, 100
    for nth, word in enumerate(columns):
        draw.text((left + nth * step, top), word, fill=(40, 60, 56), font=font)
    for row in range(5):
        y = top + 80 + row * 100
        draw.rounded_rectangle(
            (left - 20, y - 20, size[0] - 40, y + 60),
            14,
            fill=(238, 243, 240) if row % 2 else (250, 250, 250),
        )
        draw.rectangle((left, y, left + 40, y + 36), fill=colour(row / 5, 0.4, 0.7))
        for nth in range(1, 9):
            draw.text(
                (left + nth * step, y), str(60 + row * 14 + nth * 2), fill=(60, 66, 70), font=font
            )
    return image


def _mountains(size: tuple[int, int], rng: Random) -> Image.Image:
    """Snow, woods and a low sun: the header of the winter sale."""
    width, height = size
    image = gradient(size, colour(0.58, 0.45, 0.85), colour(0.07, 0.28, 0.98))
    draw = ImageDraw.Draw(image)
    draw.ellipse(
        (width * 0.66, height * 0.2, width * 0.8, height * 0.2 + width * 0.14), fill=(255, 240, 205)
    )
    for depth in range(3):
        base = height * (0.55 + depth * 0.13)
        points = [
            (0, height),
            *(
                (x, base - 90 * math.sin(x / 130 + depth * 2.1) - rng.randrange(40))
                for x in range(0, width + 60, 60)
            ),
            (width, height),
        ]
        draw.polygon(points, fill=colour(0.58, 0.28 - depth * 0.07, 0.72 + depth * 0.1))
    for _ in range(34):
        x, y = rng.randrange(width), rng.randrange(int(height * 0.72), int(height * 0.95))
        tall = 40 + (y - height * 0.7) * 0.5
        draw.polygon(
            ((x, y - tall), (x - tall * 0.3, y), (x + tall * 0.3, y)), fill=colour(0.45, 0.5, 0.28)
        )
    for _ in range(120):
        x, y, r = rng.randrange(width), rng.randrange(height), rng.randrange(1, 4)
        draw.ellipse((x - r, y - r, x + r, y + r), fill=(255, 255, 255))
    return image


def _door(size: tuple[int, int], rng: Random) -> Image.Image:
    width, height = size
    image = gradient(size, colour(0.09, 0.14, 0.8), colour(0.08, 0.2, 0.6))
    draw = ImageDraw.Draw(image)
    for y in range(0, height, 48):
        for x in range(-(y // 48 % 2) * 60, width, 120):
            draw.rectangle((x, y, x + 116, y + 44), outline=colour(0.06, 0.3, 0.55), width=3)
    tone = rng.choice((0.38, 0.6, 0.02))
    draw.rectangle(
        (width * 0.32, height * 0.14, width * 0.68, height * 0.9), fill=colour(tone, 0.5, 0.36)
    )
    for part in (0.2, 0.54):
        draw.rectangle(
            (width * 0.37, height * part, width * 0.63, height * (part + 0.28)),
            outline=colour(tone, 0.4, 0.5),
            width=8,
        )
    draw.ellipse(
        (width * 0.62, height * 0.5, width * 0.65, height * 0.5 + width * 0.03), fill=(222, 184, 96)
    )
    draw.rectangle((0, height * 0.9, width, height), fill=(112, 108, 104))
    return image


def _parcel(size: tuple[int, int], rng: Random) -> Image.Image:
    image = _door(size, rng)
    draw = ImageDraw.Draw(image)
    x, y = size[0] * 0.56, size[1] * 0.72
    draw.rectangle((x, y, x + 260, y + 180), fill=colour(0.08, 0.45, 0.72))
    draw.rectangle((x + 110, y, x + 150, y + 180), fill=colour(0.1, 0.25, 0.85))
    draw.rectangle((x + 20, y + 100, x + 90, y + 150), fill=(250, 250, 250))
    return image


def _gift(size: tuple[int, int], rng: Random) -> Image.Image:
    image = _room(size, rng)
    draw = ImageDraw.Draw(image)
    x, y = size[0] * 0.28, size[1] * 0.36
    draw.rectangle((x, y, x + 420, y + 320), fill=colour(0.08, 0.35, 0.72))
    draw.rectangle((x + 180, y, x + 240, y + 320), fill=colour(0.98, 0.7, 0.62))
    for side in (-1, 1):
        draw.ellipse(
            (x + 210 + side * 75 - 62, y - 70, x + 210 + side * 75 + 62, y + 20),
            outline=colour(0.98, 0.7, 0.62),
            width=22,
        )
    for n in range(9):
        draw.line(
            (x + 40, y + 60, x + 40 + n * 14, y + 140 - n * 4),
            fill=colour(0.38, 0.6, 0.35),
            width=6,
        )
    return image


def _screen(size: tuple[int, int], rng: Random) -> Image.Image:
    """A telephone's screenshot of a payment that failed."""
    width, height = size
    image = Image.new("RGB", size, (246, 247, 249))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, width, 110), fill=(38, 92, 196))
    draw.ellipse((width / 2 - 110, 220, width / 2 + 110, 440), fill=(226, 84, 74))
    for dx in (-1, 1):
        draw.line(
            (width / 2 - 46, 330 - dx * 46, width / 2 + 46, 330 + dx * 46), fill="white", width=22
        )
    for nth, part in enumerate((0.62, 0.44, 0.52)):
        y = 510 + nth * 52
        draw.rounded_rectangle(
            (width * (1 - part) / 2, y, width * (1 + part) / 2, y + 24), 12, fill=(190, 196, 206)
        )
    draw.rounded_rectangle((80, height - 190, width - 80, height - 100), 28, fill=(38, 92, 196))
    draw.rounded_rectangle(
        (width * 0.36, height - 156, width * 0.64, height - 134), 11, fill=(230, 238, 255)
    )
    return image


def _patch(size: tuple[int, int], rng: Random) -> Image.Image:
    image, draw = _cloth(size, rng, 0.4)
    x, y, r = size[0] // 2, size[1] // 2, 230
    draw.ellipse(
        (x - r, y - r, x + r, y + r), fill=colour(0.6, 0.55, 0.38), outline=(236, 200, 96), width=20
    )
    draw.polygon(
        ((x - 150, y + 110), (x - 40, y - 90), (x + 20, y), (x + 70, y - 60), (x + 160, y + 110)),
        fill=(240, 244, 248),
    )
    return image


DRAWN: Final[
    dict[str, tuple[tuple[int, int], Callable[[tuple[int, int], Random], Image.Image]]]
] = {
    "coat": (TALL, _coat),
    "coat_green": (TALL, lambda size, rng: _coat(size, rng, hue=0.40)),
    "coat_red": (TALL, lambda size, rng: _coat(size, rng, hue=0.99)),
    "coat_blue": (TALL, lambda size, rng: _coat(size, rng, hue=0.62)),
    "wool_coat": (TALL, lambda size, rng: _coat(size, rng, hue=0.08)),
    "boots": (WIDE, _boots),
    "tear": (WIDE, _tear),
    "zip": (TALL, _zip),
    "button": (WIDE, _button),
    "lining": (WIDE, _lining),
    "sizes": (WIDE, _sizes),
    "door": (TALL, _parcel),
    "street": (TALL, _door),
    "gift": (WIDE, _gift),
    "screen": (TALL, _screen),
    "patch": (WIDE, _patch),
    "winter": ((1200, 628), _mountains),
}


def photo(name: str, *, variant: int = 0) -> Image.Image:
    size, draw = DRAWN[name]
    return draw(size, Random(f"{name} {variant}"))  # noqa: S311


def jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=82)
    return out.getvalue()


def sticker(name: str) -> bytes:
    """512 pixels square with a clear ground and a white edge, as WhatsApp wants them."""
    image = Image.new("RGBA", (512, 512), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    {"owl": _owl, "mitten": _mitten, "boots": _felt_boot}[name](draw)
    edge = image.getchannel("A").filter(ImageFilter.MaxFilter(17))
    ground = Image.new("RGBA", image.size, (255, 255, 255, 255))
    ground.putalpha(edge)
    ground.alpha_composite(image)
    out = io.BytesIO()
    ground.save(out, "WEBP", quality=80)
    return out.getvalue()


def _owl(draw: ImageDraw.ImageDraw) -> None:
    draw.ellipse((96, 90, 416, 470), fill=(122, 92, 70))
    draw.ellipse((166, 240, 346, 460), fill=(226, 206, 176))
    for x in (180, 332):
        draw.polygon(((x - 60, 150), (x, 50), (x + 50, 150)), fill=(122, 92, 70))
        draw.ellipse((x - 66, 130, x + 66, 262), fill=(250, 246, 236))
        draw.ellipse((x - 30, 166, x + 30, 226), fill=(34, 30, 28))
        draw.ellipse((x - 6, 176, x + 16, 198), fill="white")
    draw.polygon(((236, 240), (276, 240), (256, 286)), fill=(236, 160, 60))


def _mitten(draw: ImageDraw.ImageDraw) -> None:
    draw.rounded_rectangle((150, 60, 340, 400), 90, fill=(196, 62, 66))
    draw.ellipse((310, 180, 420, 340), fill=(196, 62, 66))
    draw.rounded_rectangle((136, 360, 354, 460), 24, fill=(250, 246, 240))
    for x in range(176, 320, 48):
        draw.polygon(((x, 210), (x + 24, 180), (x + 48, 210), (x + 24, 240)), fill=(250, 246, 240))


def _felt_boot(draw: ImageDraw.ImageDraw) -> None:
    draw.rounded_rectangle((150, 50, 290, 440), 40, fill=(120, 124, 134))
    draw.rounded_rectangle((150, 300, 430, 450), 70, fill=(120, 124, 134))
    draw.rounded_rectangle((140, 430, 440, 468), 16, fill=(70, 60, 56))
    draw.ellipse((190, 130, 250, 190), fill=(214, 70, 70))
