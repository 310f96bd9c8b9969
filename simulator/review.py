"""A template's life at Meta: review, pauses, category and quality changes, and the webhooks that tell of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from simulator import judging, templates
from simulator.changes import Change
from simulator.errors import GraphError
from simulator.models import Json, Template
from templates_app.content import LIFETIME

if TYPE_CHECKING:
    from simulator.world import World

PAUSES: Final = ((3 * 3600, "FIRST_PAUSE"), (6 * 3600, "SECOND_PAUSE"))


def create(world: World, *, waba_id: str, body: Json) -> Template:
    """Take a new template in, PENDING until reviewed."""
    name, language = str(body.get("name", "")), str(body.get("language", ""))
    category, components = str(body.get("category", "")).upper(), body.get("components")
    judging.judge(
        name=name,
        language=language,
        category=category,
        components=components,
        is_named=str(body.get("parameter_format", "")).upper() == "NAMED",
        known=judging.new(list(world.templates.values()), waba_id=waba_id),
        at=world.clock.now(),
        lifetime=body.get(LIFETIME),
    )
    template = Template(
        id=world.new_id(),
        waba_id=waba_id,
        name=name,
        language=language,
        category=templates.category_after_review(category, list(components or [])),
        previous_category="",
        components=list(components or []),
        parameter_format=str(body.get("parameter_format", "POSITIONAL")).upper(),
        status="PENDING",
        ttl=int(body.get(LIFETIME) or 0),
        created_at=world.clock.now(),
    )
    world.templates.keep(template)
    world.later(world.soon("review"), "review", {"id": template.id})
    return template


def edit(world: World, template: Template, *, body: Json) -> Template:
    """Replace components; the template goes to review again."""
    now, was_approved = world.clock.now(), template.status == "APPROVED"
    category = str(body.get("category") or template.category).upper()
    components = body.get("components") or template.components
    judging.judge(
        name=template.name,
        language=template.language,
        category=category,
        components=components,
        is_named=template.parameter_format == "NAMED",
        known=judging.edited(template, list(world.templates.values())),
        at=now,
        lifetime=body.get(LIFETIME),
    )
    changed = replace(
        template,
        ttl=int(body.get(LIFETIME) or template.ttl),
        category=category,
        components=list(components),
        status="PENDING",
        edited_at=now if was_approved else template.edited_at,
        edits=[*template.edits[-20:], now] if was_approved else template.edits,
    )
    world.templates.keep(changed)
    world.later(world.soon("review"), "review", {"id": template.id})
    return changed


def falls_due(world: World, template_id: str) -> None:
    """The automatic reviewer looks at a template, unless people decide by hand."""
    template = world.templates.get(template_id)
    if template is None or template.status != "PENDING" or world.settings["review_mode"] != "auto":
        return
    status, reason = templates.review(template)
    if status != "PENDING":
        decide(world, template, status=status, reason=reason)


def decide(
    world: World, template: Template, *, status: str, reason: str = "NONE", **extra: Any
) -> Template:
    """A new state and its webhook."""
    changed = world.templates.keep(
        replace(template, status=status, rejected_reason=reason if status == "REJECTED" else "NONE")
    )
    value: Json = {
        "event": status,
        **_named(template),
        "reason": reason,
        "message_template_category": changed.category,
    }
    if status == "REJECTED":
        value["rejection_info"] = {
            "reason": "The template breaks a rule.",
            "recommendation": "Change it and try again.",
        }
    if status == "DISABLED":
        value["disable_info"] = {"disable_date": int(world.clock.now())}
    emit(world, template.waba_id, "message_template_status_update", value | extra)
    return changed


def _named(template: Template) -> Json:
    return {
        "message_template_id": int(template.id),
        "message_template_name": template.name,
        "message_template_language": template.language.replace("_", "-"),
    }


def change_quality(world: World, template: Template, *, score: str) -> Template:
    """A new quality. RED pauses: three hours, six hours, then for good."""
    changed = world.templates.keep(replace(template, quality=score))
    value = {
        "previous_quality_score": template.quality,
        "new_quality_score": score,
        **_named(template),
    }
    emit(world, template.waba_id, "message_template_quality_update", value)
    return pause(world, changed) if score == "RED" and changed.status == "APPROVED" else changed


def pause(world: World, template: Template) -> Template:
    """Pause for low quality, or disable at the third time."""
    if template.pauses >= len(PAUSES):
        return decide(
            world,
            template,
            status="DISABLED",
            other_info={"title": "DISABLED", "description": "Low quality."},
        )
    seconds, title = PAUSES[template.pauses]
    paused = replace(template, pauses=template.pauses + 1)
    world.later(seconds, "unpause", {"id": template.id})
    info = {
        "title": title,
        "description": f"Paused for {seconds // 3600} hours because of low quality.",
    }
    return decide(world, paused, status="PAUSED", other_info=info)


def unpause(world: World, template_id: str) -> None:
    """A pause is over."""
    template = world.templates.get(template_id)
    if template and template.status == "PAUSED":
        decide(
            world,
            template,
            status="APPROVED",
            other_info={"title": "UNPAUSED", "description": "The pause is over."},
        )


def change_category(world: World, template: Template, *, category: str, at_once: bool) -> Template:
    """Meta moves a template to another category: at once, or announced a day ahead."""
    if at_once:
        changed = replace(
            template, category=category, previous_category=template.category, correct_category=""
        )
        value: Json = {"previous_category": template.category, "new_category": category}
    else:
        changed = replace(template, correct_category=category)
        value = {
            "new_category": template.category,
            "correct_category": category,
            "category_update_timestamp": int(world.clock.now()) + 86400,
        }
    emit(world, template.waba_id, "template_category_update", _named(template) | value)
    return world.templates.keep(changed)


def delete(world: World, *, waba_id: str, name: str, template_id: str = "") -> int:
    """Delete one language by id, or all by name. An approved name stays blocked for 30 days."""
    found = [
        t
        for t in world.templates.values()
        if t.waba_id == waba_id
        and t.name == name
        and not t.deleted_at
        and (not template_id or t.id == template_id)
    ]
    for template in found:
        if template.status == "DISABLED":
            raise GraphError(
                100,
                message="Invalid parameter",
                subcode=2593005,
                user_title="Template is disabled",
                user_msg="A disabled template can't be deleted.",
            )
        if template.status == "APPROVED":
            world.templates.keep(replace(template, status="DELETED", deleted_at=world.clock.now()))
            world.later(30 * 86400, "purge", {"id": template.id})
        else:
            world.templates.drop(template.id)
        value = {
            "event": "DELETED",
            **_named(template),
            "reason": None,
            "message_template_category": template.category,
        }
        emit(world, waba_id, "message_template_status_update", value)
    return len(found)


def emit(world: World, waba_id: str, field: str, value: Json) -> None:
    """A webhook that concerns the account, not one chat."""
    world.emit(
        Change(waba_id=waba_id, field=field, value=value, lane=waba_id, at=int(world.clock.now()))
    )
