"""Graph: message templates of a WABA."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from simulator import review
from simulator.errors import GraphError, unknown_object
from simulator.models import MANAGEMENT, Json, Template
from simulator.wire import Call, page, select
from simulator.world import World

NODE: Final = "WhatsAppMessageTemplate"
USUAL: Final = ("name", "parameter_format", "components", "language", "status", "category", "id")


def shown(world: World, template: Template) -> Json:
    """Every field that a template has."""
    return {
        "id": template.id,
        "name": template.name,
        "language": template.language,
        "status": template.status,
        "category": template.category,
        "previous_category": template.previous_category or None,
        "correct_category": template.correct_category or None,
        "sub_category": None,
        "components": world.with_addresses(template.components),
        "parameter_format": template.parameter_format,
        "quality_score": {"score": template.quality, "date": int(template.edited_at)},
        "rejected_reason": template.rejected_reason,
        "message_send_ttl_seconds": template.ttl or None,
        "cta_url_link_tracking_opted_out": False,
        "library_template_name": None,
        "health_status": None,
    }


def collection(world: World, call: Call) -> Any:
    """/{WABA}/message_templates."""
    call.needs(MANAGEMENT)
    waba_id = call.path[0]
    if call.method == "POST":
        template = review.create(world, waba_id=waba_id, body=call.params)
        return {"id": template.id, "status": template.status, "category": template.category}
    if call.method == "DELETE":
        name = str(call.params.get("name", ""))
        if not name:
            raise GraphError(100, message="(#100) The parameter name is required.")
        template_id = str(call.params.get("hsm_id", ""))
        if not review.delete(world, waba_id=waba_id, name=name, template_id=template_id):
            raise GraphError(
                100,
                message="Invalid parameter",
                subcode=2593002,
                user_title="Message template was not found",
                user_msg=f"There is no template named {name}.",
            )
        return {"success": True}
    return _list(world, call)


def _list(world: World, call: Call) -> Json:
    found = [t for t in world.templates.values() if t.waba_id == call.path[0] and not t.deleted_at]
    for name in ("name", "status", "category", "language"):
        wanted = call.params.get(name)
        if wanted:
            allowed = wanted if isinstance(wanted, list) else str(wanted).split(",")
            found = [
                t
                for t in found
                if getattr(t, name) in allowed or (name == "name" and str(wanted) in t.name)
            ]
    if score := call.params.get("quality_score"):
        found = [t for t in found if t.quality in str(score)]
    fields = str(call.params.get("fields", ""))
    rows = [select(shown(world, t), fields=fields, usual=USUAL, node=NODE) for t in found]
    result = page(rows, call, base_url=world.base_url)
    if summary := call.params.get("summary"):
        counts = Counter(t.status for t in found)
        full = {
            "total_count": len(found),
            "message_template_count": len(found),
            "message_template_limit": 6000,
            "are_translations_complete": not counts["PENDING"],
        }
        result["summary"] = {k: v for k, v in full.items() if k in str(summary)}
    return result


def one(world: World, call: Call) -> Any:
    """/{TEMPLATE_ID}."""
    call.needs(MANAGEMENT)
    template = world.templates[call.path[0]]
    edge = call.path[1] if len(call.path) > 1 else ""
    match call.method, edge:
        case "GET", "":
            return select(
                shown(world, template),
                fields=str(call.params.get("fields", "")),
                usual=USUAL,
                node=NODE,
            )
        case "POST", "":
            review.edit(world, template, body=call.params)
            return {"success": True}
        case "POST", "unpause":
            review.unpause(world, template.id)
            return {"success": True}
    raise unknown_object("/".join(call.path), method=call.method.lower())
