"""Hostile words as a bubble shows them, and files that unpack to more than they are. No database."""

from __future__ import annotations

from typing import Any

import pytest

from billing import uploads
from billing.card_files import CardRefused
from conversations.templatetags import chat
from tests.security import hostile
from whatsapp import sniffing

SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%b</sheetData></worksheet>'
LAUGHS = b"<!DOCTYPE x [<!ENTITY a 'ha'>%b]>" % b"".join(
    b"<!ENTITY %c '%b'>" % (letter, b"&%c;" % (letter - 1) * 10) for letter in b"bcdefghi"
)
OUTSIDE = b"<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>"
STRINGS = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>&%c;</t></si></sst>'
CELL = b'<row r="1"><c r="A1" t="s"><v>0</v></c></row>'


def bombs() -> dict[str, bytes]:
    """Files for the page that takes rate cards, each under its name."""
    return {
        "a zip that unpacks to 60 MB": hostile.zipped("x.xml", b" " * 60_000_000),
        "a zip of a thousand members": hostile.zipped("x.xml", b" " * 60_000, times=1_000),
        "a zip within a zip": hostile.zipped("x.zip", hostile.zipped("y.xml", b" " * 1_000)),
        "a sheet of 60 MB": hostile.workbook(SHEET % (b" " * 60_000_000)),
        "a sheet of 500,000 rows": hostile.workbook(SHEET % (b"<row><c><v>1</v></c></row>" * 500_000)),
        "a row far away": hostile.workbook(SHEET % b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
        "a billion laughs": hostile.workbook(SHEET % CELL, strings=LAUGHS + STRINGS % b"i"),
        "a file from outside": hostile.workbook(SHEET % CELL, strings=OUTSIDE + STRINGS % b"a"),
        "half a workbook": hostile.workbook(SHEET % CELL)[:400],
        "a zip that is none": b"PK\x03\x04" + b"\xff" * 500,
        "null bytes": b"\x00" * 1_000,
        "no text": bytes(range(256)) * 10,
        "3 MB": b"x" * 3_000_000,
    }  # fmt: skip


@pytest.mark.parametrize("name", hostile.WORDS)
def test_a_bubble_shows_words_as_words(name: str) -> None:
    html = str(chat.whatsapp(hostile.WORDS[name]))
    assert not hostile.hurt(html), html[:200]


def read(name: str, content: bytes) -> None:
    """As the page does."""
    text = uploads.text_in(name, content)
    assert len(text) < uploads.MOST_TEXT, name
    uploads.card_in(text, model="pmp", effective_from=None)


def test_no_card_is_a_bomb(record_property: Any) -> None:
    table = bombs()
    for name, content in table.items():
        with pytest.raises(CardRefused) as refused:
            read(name, content)
        assert "root:" not in str(refused.value), name
    words = f"hostile content: {len(hostile.WORDS)} words in bubbles, {len(table)} files for cards"
    record_property("counted", words)


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"<svg onload=x>", "x.png"),
        (b"<!doctype html><script>", "x.jpg"),
        (b"GIF89a/*<script>*/=1", "x.html"),
        (b"%PDF-1.7<script>", "x.svg"),
        (b"MZ\x90\x00", "x.pdf"),
        (b"#!/bin/sh", "x.mp4"),
    ],
)
def test_a_type_is_what_the_bytes_say_and_never_a_page(head: bytes, name: str) -> None:
    found = sniffing.mime_of(head, name)
    assert not found.startswith(("text/html", "image/svg", "application/xhtml", "text/xml"))
