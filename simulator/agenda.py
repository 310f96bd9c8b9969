"""What happens when something on the agenda falls due."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator import rating, registration, review, sending
from simulator.changes import Change
from simulator.models import Json

if TYPE_CHECKING:
    from simulator.world import World


def run(world: World, kind: str, data: Json) -> None:
    """Do one thing. A thing whose object has gone meanwhile is nothing."""
    match kind:
        case "status":
            sending.advance(
                world, data["id"], status=data["status"], fails=int(data.get("fails", 0))
            )
        case "review":
            review.falls_due(world, data["id"])
        case "name":
            registration.name_falls_due(world, data["id"], data["name"])
        case "change":
            world.emit(Change(**data))
        case "rating":
            rating.falls_due(world, data["id"])
        case "unpause":
            review.unpause(world, data["id"])
        case "purge":
            world.templates.drop(data["id"])
