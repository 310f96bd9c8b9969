"""Hours are written in one way for each language: by the server as by the browser."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.template import Context, Template
from django.utils import timezone, translation

ROOT = Path(__file__).resolve().parent.parent
AT = datetime(2026, 11, 3, 5, 5, tzinfo=UTC)
SHOWN = '{{ at|time }} / {{ at|day_hour }} / {{ at|weekday_hour }} / {{ at|date:"SHORT_DATETIME_FORMAT" }}'
OWN_HOURS = re.compile(r"""\|date:(["'])(?!Y-m-d)[^"']*[HGgh]:i[^"']*\1""")


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("en", "8:05 AM / 3 November, 8:05 AM / Tuesday, 3 November, 8:05 AM / Nov 3, 2026, 8:05 AM"),
        ("ru", "08:05 / 3 ноября, 08:05 / вторник, 3 ноября, 08:05 / 03.11.2026 08:05"),
    ],
)  # fmt: skip
def test_an_hour_is_said_as_the_language_says_it(language: str, shown: str) -> None:
    with translation.override(language), timezone.override("Europe/Moscow"):
        assert Template(SHOWN).render(Context({"at": AT})).lower() == shown.lower()
        assert Template("{{ at|day_hour }}").render(Context({"at": None})) == ""


def test_no_page_writes_hours_in_a_way_of_its_own() -> None:
    pages = [path for path in ROOT.glob("**/templates/**/*.html") if ".venv" not in path.parts]
    assert len(pages) > 100
    wrong = [str(path.relative_to(ROOT)) for path in pages if OWN_HOURS.search(path.read_text())]
    assert not wrong
