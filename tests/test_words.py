"""The Russian catalogue says everything, and says it rightly."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from django.utils.translation import gettext, ngettext, override

from tests.spoken import foreign
from waba_inbox import catalogues
from whatsapp.error_words import WORDS

ROOT = Path(__file__).resolve().parent.parent
RUSSIAN = ROOT / "locale/ru/LC_MESSAGES/django.po"


def entries() -> list[Any]:
    return [entry for entry in catalogues.read(RUSSIAN) if entry.id]


def texts(entry: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The English and the Russian forms; what is not said yet is left to another test."""
    ids = (entry.id,) if isinstance(entry.id, str) else tuple(entry.id)
    said = (entry.string,) if isinstance(entry.string, str) else tuple(entry.string)
    return ids, tuple(filter(None, said))


def places_in(text: str) -> set[str]:
    """What is filled into a sentence: %(name)s, %(n)d, {name}."""
    named = {f"%({name}){kind}" for name, kind in re.findall(r"%\((\w+)\)(\w)", text)}
    braced = {f"{{{name}}}" for _text, name, _spec, _how in Formatter().parse(text) if name}
    return named | braced


def test_every_word_is_translated():
    assert catalogues.untranslated(RUSSIAN, catalogues.collect(ROOT)) == []


def test_nothing_stays_in_the_catalogue_that_nobody_says():
    wanted = catalogues.collect(ROOT)
    stale = [
        entry.id for entry in entries() if wanted.get(texts(entry)[0][0], entry.context) is None
    ]
    assert not stale, "manage.py catalogues --update"


def test_translations_fill_in_what_the_english_fills_in():
    wrong = []
    for entry in entries():
        ids, said = texts(entry)
        wanted = set().union(*map(places_in, ids))
        wrong += [
            (ids[0], text)
            for text in said
            if places_in(text) != wanted and "%(count)" not in ids[-1]
        ]
        wrong += [(ids[0], text) for text in said if not places_in(text) <= wanted]
    assert not wrong


def test_the_tags_of_a_sentence_survive_translation():
    tag = re.compile(r"</?\w+>")
    wrong = [
        ids[0]
        for ids, said in map(texts, entries())
        if any(sorted(tag.findall(text)) != sorted(tag.findall(ids[0])) for text in said)
    ]
    assert not wrong


def test_russian_is_typeset_as_russian():
    """«Quotes», a dash between spaces, … and ё; no English quotes, no full stop where the English has none."""
    wrong = []
    for entry in entries():
        ids, said = texts(entry)
        for text in said:
            ends_alike = text.endswith((".", "!", "?")) == ids[0].endswith((".", "!", "?"))
            ends_twice = "%(day)s." in text  # a Russian date ends with “г.”
            if re.search(r"[“”\"’]|\.\.\.| - |  ", text) or not ends_alike or ends_twice:
                wrong.append((ids[0], text))
    assert not wrong


@pytest.mark.parametrize(
    ("n", "people", "codes"),
    [
        (1, "1 сотрудник", "Остался 1 код."),
        (2, "2 сотрудника", "Осталось 2 кода."),
        (5, "5 сотрудников", "Осталось 5 кодов."),
        (11, "11 сотрудников", "Осталось 11 кодов."),
        (21, "21 сотрудник", "Остался 21 код."),
        (22, "22 сотрудника", "Осталось 22 кода."),
        (111, "111 сотрудников", "Осталось 111 кодов."),
    ],
)
def test_russian_counts_in_three_forms(n: int, people: str, codes: str):
    with override("ru"):
        assert ngettext("%(n)s person", "%(n)s people", n) % {"n": n} == people
        assert ngettext("%(n)s code is left.", "%(n)s codes are left.", n) % {"n": n} == codes


@pytest.mark.parametrize(
    ("n", "words"), [(1, "1 байт"), (2, "2 байта"), (5, "5 байт"), (21, "21 байт")]
)
def test_djangos_own_plurals_keep_their_own_rule(n: int, words: str):
    """Django's catalogue counts in four forms, ours in three; each must be asked by its own rule."""
    with override("ru"):
        assert ngettext("%(size)d byte", "%(size)d bytes", n) % {"size": n} == words


def test_our_words_win_over_those_of_packages():
    with override("ru"):
        assert gettext("Phone") == "Телефон"
        assert gettext("Password") == "Пароль"


@pytest.mark.parametrize("name", sorted(WORDS))
def test_failures_are_told_in_russian(name: str):
    _english, russian = WORDS[name]
    assert [foreign(text) for text in russian] == [[], []]
