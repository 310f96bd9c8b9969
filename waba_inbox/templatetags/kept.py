"""`{% translate %}`, `{% url %}` and `{% include %}` as Django has them, remembering what comes out the same each time.

A thread says two hundred fixed words, names eighty addresses and includes a hundred and fifty pieces, and a change is
pushed in every language that somebody reads: finding them anew was most of what a row, a bubble and a page cost.
"""

from __future__ import annotations

from functools import lru_cache
from typing import cast

from django import template
from django.template import loader_tags
from django.template.base import FilterExpression, Parser, Token
from django.template.context import Context
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as read_url
from django.templatetags.i18n import TranslateNode, do_translate
from django.urls import reverse
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()


class FixedWords(TranslateNode):
    """Words that stand in the template: translated once a language."""

    def __init__(self, found: TranslateNode) -> None:
        super().__init__(found.filter_expression, found.noop)
        self._by_language: dict[str | None, str] = {}

    def render(self, context: Context) -> str:
        language = get_language()
        words = self._by_language.get(language)
        if words is None:
            words = self._by_language[language] = super().render(context)
        return words


@register.tag("translate")
def translate(parser: Parser, token: Token) -> TranslateNode:
    found = do_translate(parser, token)
    words = found.filter_expression
    is_fixed = isinstance(words.var.literal, str) and not words.filters
    is_plain = not (found.noop or found.asvar or found.message_context)
    return FixedWords(found) if is_fixed and is_plain else found


@lru_cache(maxsize=20_000)
def _address(name: str, *args: int | str) -> SafeString:
    return SafeString(conditional_escape(reverse(name, args=args)))


class KeptAddress(URLNode):
    """The address of a fixed name, with ids or words: an address never changes while the process lives."""

    def render(self, context: Context) -> str:
        if not context.autoescape:
            return super().render(context)
        return _address(self.view_name.var, *(arg.resolve(context) for arg in self.args))


@register.tag("url")
def url(parser: Parser, token: Token) -> URLNode:
    found = read_url(parser, token)
    if found.asvar or found.kwargs or not _is_fixed(found.view_name):
        return found
    return KeptAddress(found.view_name, found.args, found.kwargs, None)


class FixedPiece:
    """In place of a piece's name that stands in the template: the piece itself, looked for once."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._found: template.Template | None = None

    def resolve(self, context: Context) -> template.Template:
        if self._found is None:
            assert context.template
            self._found = context.template.engine.get_template(self._name)
        return self._found


@register.tag("include")
def include(parser: Parser, token: Token) -> loader_tags.IncludeNode:
    found = loader_tags.do_include(parser, token)
    if _is_fixed(found.template):
        found.template = cast(FilterExpression, FixedPiece(found.template.var))
    return found


def _is_fixed(expression: FilterExpression) -> bool:
    """Whether it is words between quotes, with nothing done to them."""
    return isinstance(expression.var, str) and not expression.filters
