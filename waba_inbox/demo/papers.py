"""PDF documents for the demo, written by hand. The fonts every reader has are Latin only: hence English."""

from __future__ import annotations

from random import Random
from typing import Final

TITLES: Final = {
    "invoice": "INVOICE",
    "receipt": "REFUND RECEIPT",
    "price": "WHOLESALE PRICE LIST",
    "act": "ACCEPTANCE OF WORK",
    "scan": "TERMS OF REFERENCE",
    "label": "RETURN LABEL",
}
FILENAMES: Final = {
    "invoice": "Счёт {number}.pdf",
    "receipt": "Чек возврата {number}.pdf",
    "price": "Прайс опт, зима.pdf",
    "act": "Акт {number}.pdf",
    "scan": "scan_{number}.pdf",
    "label": "return-label-{number}.pdf",
}
GOODS: Final = (
    ("Expedition vest, embroidered", 24, 5400),
    ("Ladoga parka", 6, 18900),
    ("Fjord jumper", 10, 7200),
    ("Reflective tape, replacement", 20, 650),
    ("Delivery", 1, 1900),
)


def number_of(variant: int) -> int:
    return 20100 + variant * 17


def filename(name: str, *, variant: int) -> str:
    return FILENAMES[name].format(number=number_of(variant))


def paper(name: str, *, variant: int = 0) -> bytes:
    """One page of A4 with a letterhead and a table that adds up."""
    rng = Random(f"{name} {variant}")  # noqa: S311
    rows = rng.sample(GOODS, k=rng.randrange(2, 4))
    draw = [
        "0.05 0.42 0.32 rg 0 762 595 80 re f 1 1 1 rg",
        _text(48, 800, "Severnaya Nit", size=22, font="B"),
        _text(48, 778, "Outdoor clothing and repairs. 12 Rubinshteina St., St Petersburg", size=10),
        "0.1 0.1 0.12 rg",
        _text(48, 712, f"{TITLES[name]}  No. {number_of(variant)}", size=18, font="B"),
        "0.93 0.95 0.94 rg 48 650 499 26 re f 0.1 0.1 0.12 rg",
    ]
    for x, word in zip((56, 330, 400, 480), ("Item", "Qty", "Price", "Total"), strict=True):
        draw.append(_text(x, 658, word, size=10, font="B"))
    total, y = 0, 628
    for item, count, price in rows:
        total += count * price
        cells = (item, str(count), f"{price:,}", f"{count * price:,}")
        for x, word in zip((56, 330, 400, 480), cells, strict=True):
            draw.append(_text(x, y, word, size=11))
        draw.append(f"0.8 w 0.85 0.87 0.86 RG 48 {y - 8} m 547 {y - 8} l S")
        y -= 28
    draw.append(_text(400, y - 10, f"Total  RUB {total:,}", size=13, font="B"))
    draw.append(_text(48, 80, "Made by the demo of WABA Inbox. Not a real document.", size=9))
    return _pdf("\n".join(draw))


def _text(x: int, y: int, words: str, *, size: int, font: str = "F") -> str:
    safe = words.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT /{font} {size} Tf {x} {y} Td ({safe}) Tj ET"


def _pdf(drawing: str) -> bytes:
    stream = drawing.encode("latin-1")
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /%s /Encoding /WinAnsiEncoding >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F 5 0 R /B 6 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        font % b"Helvetica",
        font % b"Helvetica-Bold",
    ]
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        start,
    )
    return bytes(out)
