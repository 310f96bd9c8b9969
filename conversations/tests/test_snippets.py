"""Excerpts: the text comes back whole but for its whitespace and what … stands for, whatever is marked."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from conversations import snippets

texts = st.text(st.characters(exclude_characters="\x02\x03"), max_size=400)


@given(texts, st.lists(st.tuples(st.integers(-3, 400), st.integers(-3, 400)), max_size=5))
def test_pieces_are_the_text(text: str, marks: list[tuple[int, int]]):
    assert "".join(piece.text for piece in snippets.pieces(text, marks)) == text


@given(st.lists(st.tuples(texts, st.booleans()), max_size=6))
def test_marks_are_read_where_they_stand(parts: list[tuple[str, bool]]):
    marked = "".join(f"\x02{text}\x03" if hit else text for text, hit in parts)
    plain = "".join(text for text, _hit in parts)
    wanted = [text for text, hit in parts if hit]
    assert [plain[start:end] for start, end in snippets.spans(marked)] == wanted


@given(texts, texts)
def test_an_excerpt_is_one_line_with_the_first_mark_in_it(before: str, after: str):
    text = f"{before}Заказ{after}"
    made = snippets.excerpt(text, [(len(before), len(before) + 5)])
    assert "Заказ" in [piece.text for piece in made if piece.is_hit]
    shown = "".join(piece.text for piece in made)
    assert "\n" not in shown
    assert len(shown) <= snippets.WIDTH + 10


def test_a_short_text_is_shown_whole():
    assert snippets.excerpt("Где заказ?", [(4, 9)]) == [
        snippets.Piece("Где "),
        snippets.Piece("заказ", is_hit=True),
        snippets.Piece("?"),
    ]


def test_words_in_a_name_whatever_the_case():
    assert snippets.occurrences("Мария Соколова", ["сок", "мари"]) == [(0, 4), (6, 9)]
    assert snippets.occurrences("a.b", ["."]) == [(1, 2)]
    assert snippets.occurrences("a", [""]) == []
