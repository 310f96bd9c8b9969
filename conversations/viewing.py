"""Saved views of the list: one's own, and those that managers share with everybody."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F, Max, Q, QuerySet

from accounts import audit, sockets
from accounts.models import SEES_EVERY_CONVERSATION, Agent
from conversations import sorting
from conversations.filters import Group, plain
from conversations.models import SavedView

MOST = 30  # of one agent, and of those that are shared


class NotYours(Exception):
    """Shared views are changed by managers, personal ones by their owner."""


class TooMany(Exception):
    """There is no room for one more."""


def visible_to(agent: Agent) -> QuerySet[SavedView]:
    """Shared ones first, each kind in its own order."""
    here = SavedView.objects.filter(workspace_id=agent.workspace_id)
    found = here.filter(Q(owner=None) | Q(owner=agent))
    return found.order_by(F("owner").asc(nulls_first=True), "position", "pk")


def usual_order(agent: Agent, view: SavedView | None) -> str:
    """The one that this agent last chose here; else the view's own."""
    chosen = agent.list_orders.get(str(view.pk) if view else "")
    own = view.sort if view else sorting.DEFAULT
    return next((one for one in (chosen, own) if one in sorting.SORTS), sorting.DEFAULT)


def remember_order(agent: Agent, view: SavedView | None, sort: str) -> None:
    """For this agent alone, in this view or outside of all. Nothing is written if it is the usual one."""
    if sort == usual_order(agent, view):
        return
    ids = set(map(str, visible_to(agent).values_list("pk", flat=True))) | {""}
    kept = {key: order for key, order in agent.list_orders.items() if key in ids}
    agent.list_orders = kept | {str(view.pk) if view else "": sort}
    agent.save(update_fields=["list_orders"])


def may_share(agent: Agent) -> bool:
    return agent.role in SEES_EVERY_CONVERSATION


def may_change(agent: Agent, view: SavedView) -> bool:
    if view.owner_id is not None:
        return view.owner_id == agent.pk
    return view.workspace_id == agent.workspace_id and may_share(agent)


@transaction.atomic
def create(
    *,
    name: str,
    emoji: str,
    rules: Group,
    sort: str,
    is_shared: bool,
    agent: Agent,
    address: str | None = None,
) -> SavedView:
    """A new one at the end. Who may not share gets a personal one."""
    owner = None if is_shared and may_share(agent) else agent
    here = SavedView.objects.filter(workspace_id=agent.workspace_id, owner=owner)
    if here.count() >= MOST:
        raise TooMany
    view = SavedView.objects.create(
        workspace_id=agent.workspace_id,
        owner=owner,
        name=name,
        emoji=emoji,
        rules=plain(rules),
        sort=sort,
        position=(here.aggregate(last=Max("position"))["last"] or 0) + 1,
    )
    if owner is None:
        audit.record(agent, "view.created", name, address)
    _tell(view)
    return view


@transaction.atomic
def change(
    view_id: int,
    *,
    name: str,
    emoji: str,
    rules: Group,
    sort: str,
    agent: Agent,
    address: str | None = None,
) -> SavedView:
    view = _locked(view_id, agent)
    view.name, view.emoji, view.rules, view.sort = name, emoji, plain(rules), sort
    view.save(update_fields=["name", "emoji", "rules", "sort"])
    if view.owner_id is None:
        audit.record(agent, "view.changed", name, address)
    _tell(view)
    return view


@transaction.atomic
def move(view_id: int, *, step: int, agent: Agent) -> None:
    """One place up (-1) or down (1) among those of the same kind."""
    view = _locked(view_id, agent)
    here = SavedView.objects.select_for_update().filter(
        workspace_id=view.workspace_id, owner_id=view.owner_id
    )
    rows = list(here.order_by("position", "pk"))
    at = next(n for n, row in enumerate(rows) if row.pk == view.pk)
    rows.insert(max(0, at + step), rows.pop(at))
    for position, row in enumerate(rows, 1):
        row.position = position
    SavedView.objects.bulk_update(rows, ["position"])
    _tell(view)


@transaction.atomic
def delete(view_id: int, *, agent: Agent, address: str | None = None) -> None:
    view = _locked(view_id, agent)
    view.delete()
    if view.owner_id is None:
        audit.record(agent, "view.deleted", view.name, address)
    _tell(view)


def _locked(view_id: int, agent: Agent) -> SavedView:
    rows = SavedView.objects.select_for_update().filter(workspace_id=agent.workspace_id)
    view = rows.get(pk=view_id)
    if not may_change(agent, view):
        raise NotYours
    return view


def _tell(view: SavedView) -> None:
    """Open pages ask for the views anew (static/js/lists.js)."""
    if view.owner_id is None:
        sockets.tell_staff(view.workspace_id, kind="lists", what="views")
    else:
        sockets.tell_agent(view.owner_id, kind="lists", what="views")
