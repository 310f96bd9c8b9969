"""A card of the board in a page."""

from __future__ import annotations

from django import template

from templates_app import cards

register = template.Library()
register.simple_tag(cards.card, name="card")
