"""Templates say fixed words, addresses and pieces as Django's own tags would, in whatever language and context."""

from __future__ import annotations

import pytest
from django.template import Context, Engine, Template
from django.urls import NoReverseMatch
from django.utils import translation


def written(source: str) -> Template:
    return Engine.get_default().from_string(source)


def said(source: str, language: str = "en", **context: object) -> str:
    """What it says at first, and again."""
    found = written(source)
    with translation.override(language):
        first = str(found.render(Context(context)))
        assert str(found.render(Context(context))) == first
    return first


def test_words_follow_the_language():
    found = written('{% translate "Inbox" %}')
    spoken = {}
    for language in ("en", "ru", "en"):
        with translation.override(language):
            spoken[language] = str(found.render(Context()))
    assert spoken["en"] == "Inbox"
    assert spoken["ru"] != "Inbox"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{% translate words %}", "Inbox &amp; more"),
        ('{% translate "Inbox"|upper %}', "INBOX"),
        ('{% translate "Inbox" as kept %}[{{ kept }}]', "[Inbox]"),
        ('{% translate "100 %" %}', "100 %"),
        ("{% url 'conversations:conversation' number %}", "/inbox/7/"),
        ("{% url 'conversations:conversation' pk=number %}", "/inbox/7/"),
        ("{% url 'conversations:inbox' as kept %}[{{ kept }}]", "[/inbox/]"),
        ("{% url place %}", "/inbox/"),
    ],
)
def test_what_depends_on_the_context_is_found_each_time(source: str, expected: str):
    place = "conversations:inbox"
    assert said(source, words="Inbox & more", number=7, place=place) == expected


def test_an_address_is_of_its_row_and_none_is_made_up():
    source = "{% url 'conversations:conversation' number %}"
    assert [said(source, number=n) for n in (1, 2, 1)] == ["/inbox/1/", "/inbox/2/", "/inbox/1/"]
    with pytest.raises(NoReverseMatch):
        said(source)


def test_a_piece_is_rendered_with_what_it_is_given():
    source = (
        '{% for one in ways %}{% include "conversations/_tick.html" with status=one %}{% endfor %}'
    )
    assert [
        part in said(source, ways=["read", "failed"]) for part in ("Read", "Not delivered")
    ] == [
        True,
        True,
    ]
    assert "Прочитано" in said(source, "ru", ways=["read"])
