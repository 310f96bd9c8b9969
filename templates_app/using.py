"""Finds the template to send: by its row, or by name and language as bots and the API name it. Reads only."""

from __future__ import annotations

from templates_app import contract
from templates_app.contract import Problem, Trouble, Unfit
from templates_app.models import Template


def by_id(template_id: int, *, account_id: int) -> Template | Unfit:
    """Of this account; another's is as good as none."""
    found = Template.objects.of(account_id).filter(pk=template_id).first()
    return found or Unfit((Problem(Trouble.UNKNOWN),))


def by_name(name: str, *, language: str, account_id: int, default: str = "") -> Template | Unfit:
    """In this language, else in one that may stand for it (see contract.chain): `pt_BR`, `pt`, `pt_PT`, the default."""
    rows = list(Template.objects.of(account_id).filter(name=name))
    if not rows:
        return Unfit((Problem(Trouble.UNKNOWN, detail=name),))
    found = contract.choose(rows, language=language, default=default)
    return found or Unfit((Problem(Trouble.LANGUAGE, detail=language or default),))
