"""What Meta refuses of a template at once: by the very rules that guard our own submissions, told as Meta tells it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from simulator.errors import GraphError
from simulator.models import Json, Template
from templates_app import content, rules
from templates_app.components import read
from templates_app.content import Content, DraftContent, NotEditable
from templates_app.rules import Known, Other, Problem, Severity
from templates_app.rules.lifetime import is_written_rightly

LANGUAGE: Final = re.compile(r"[a-z]{2,3}([_-][A-Z]{2})?")
CATEGORIES: Final = ("MARKETING", "UTILITY", "AUTHENTICATION")
BODY_FORMAT: Final = (2388072, "Body format")
TOLD: Final[dict[str, tuple[int, str]]] = {  # subcode and title, by our rule
    "name_missing": (2388042, "Invalid name"),
    "name_letters": (2388042, "Invalid name"),
    "name_long": (2388042, "Invalid name"),
    "name_taken": (2388024, "Content in this language already exists"),
    "name_blocked": (2388023, "Message template language is being deleted"),
    "count_full": (2388019, "Message template limit exceeded"),
    "created_hour": (80008, "Too many templates"),
    "body_missing": (2388043, "Body missing"),
    "text_long": (2388040, "Too long"),
    "variable_first": (2388299, "Variable at the edge"),
    "variable_last": (2388299, "Variable at the edge"),
    "variables_many": (2388293, "Too many variables"),
    "sample_missing": (2388043, "Sample missing"),
    "header_kind": (2388047, "Header format"),
    "header_missing": (2388047, "Header format"),
    "header_variables": (2388047, "Header format"),
    "header_sample_file": (2388273, "Sample missing"),
    "footer_variables": (2388073, "Footer format"),
    "buttons_many": (2388050, "Too many buttons"),
    "buttons_kind": (2388050, "Too many buttons"),
    "label_long": (2388051, "Label too long"),
    "buttons_order": (2388052, "Button order"),
    "edit_state": (2593002, "Template can't be edited"),
    "edit_day": (2593003, "Edited too often"),
    "edit_month": (2593003, "Edited too often"),
    "category_fixed": (2593004, "Category is fixed"),
}


def refuse(details: str, *, subcode: int, title: str) -> GraphError:
    return GraphError(
        100,
        message="Invalid parameter",
        subcode=subcode,
        user_title=title,
        user_msg=details,
        details=details,
    )


def judge(
    *,
    name: str,
    language: str,
    category: str,
    components: Any,
    is_named: bool,
    known: Known,
    at: float,
    lifetime: Any = None,
) -> None:
    """Raise Meta's refusal, if there is one. `at`: seconds of the simulated clock."""
    if not LANGUAGE.fullmatch(language):
        raise GraphError(
            100, message=f"(#100) Param language must be a supported locale - got {language!r}."
        )
    if category not in CATEGORIES:
        raise GraphError(
            100,
            message="(#100) Param category must be one of {UTILITY, MARKETING, AUTHENTICATION} - got "
            f'"{category}".',
        )
    if not isinstance(components, list) or not _part(components, "BODY"):
        raise refuse("The template needs a body.", subcode=2388043, title="Body missing")
    draft = DraftContent(
        name=name,
        language=language.replace("-", "_"),
        category=category,
        content=replace(
            _content(components, category=category, is_named=is_named),
            lifetime=content.lifetime_read(lifetime),
        ),
    )
    if lifetime is not None and not is_written_rightly(lifetime, category=category):
        raise GraphError(
            100, message=f"(#100) Param {content.LIFETIME} is out of the range of {category}."
        )
    moment = datetime.fromtimestamp(at, tz=UTC)
    for problem in (*rules.check(draft), *rules.check_known(draft, known, at=moment)):
        if problem.severity is Severity.REFUSED:
            raise _told(problem)


def _content(components: list[Any], *, category: str, is_named: bool) -> Content:
    """What the rules judge. Of parts that they do not know, such as goods of a catalogue, only the texts."""
    try:
        return content.read(components, category=category, is_named=is_named)
    except NotEditable:
        layout = read(components, is_named=is_named)
        samples = {variable.key: variable.example for variable in layout.variables}
        return Content(body=layout.body, footer=layout.footer, samples=samples)


def _told(problem: Problem) -> GraphError:
    subcode, title = TOLD.get(problem.rule, BODY_FORMAT)
    return refuse(f"{problem.place}: {problem.english}", subcode=subcode, title=title)


def new(others: Sequence[Template], *, waba_id: str) -> Known:
    """What stands around a new template."""
    here = [template for template in others if template.waba_id == waba_id]
    return Known(
        others=[_other(template) for template in here],
        count=sum(not _is_gone(template) for template in here),
        created=[_moment(template.created_at) for template in here if template.created_at],
    )


def edited(template: Template, others: Sequence[Template]) -> Known:
    """What stands around one that is changed."""
    rest = [one for one in others if one.waba_id == template.waba_id and one.id != template.id]
    return Known(
        others=[_other(one) for one in rest],
        status=template.status,
        category=template.category,
        edits=[_moment(at) for at in template.edits],
    )


def _other(template: Template) -> Other:
    layout = read(template.components)
    return Other(
        name=template.name,
        language=template.language.replace("-", "_"),
        status="DELETED" if _is_gone(template) else template.status,
        text=rules.text_of(layout.body, layout.footer),
        deleted_at=_moment(template.deleted_at) if template.deleted_at else None,
    )


def _is_gone(template: Template) -> bool:
    return bool(template.deleted_at) or template.status == "DELETED"


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, tz=UTC)


def _part(components: list[Json], kind: str) -> Json:
    found = (c for c in components if isinstance(c, dict))
    return next((c for c in found if str(c.get("type", "")).upper() == kind), {})
