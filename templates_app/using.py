"""Finds the template to send: by its row, and in the language of whoever gets it. Reads only."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils import timezone

from templates_app import components, contract
from templates_app.contract import Problem, Trouble, Unfit
from templates_app.models import Template


def by_id(template_id: int, *, account_id: int) -> Template | Unfit:
    """Of this account; another's is as good as none."""
    found = Template.objects.of(account_id).filter(pk=template_id).first()
    return found or Unfit((Problem(Trouble.UNKNOWN),))


def in_language(template: Template, language: str) -> Template:
    """The same in this language or one that may stand for it (contract.chain), if Meta sends it; else itself."""
    same = Template.objects.of(template.account_id).filter(name=template.name).sendable()
    return contract.choose(same, language=language, default=template.language) or template


def zoned(template_id: int | None, values: Mapping[str, str]) -> dict[str, str]:
    """What is kept until later: moments get the zone of whoever typed them, while it is known."""
    found = Template.objects.filter(pk=template_id).first() if template_id and values else None
    if found is None:
        return dict(values)
    return components.in_zone(components.of(found), values, timezone.get_current_timezone())
