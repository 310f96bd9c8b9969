"""What the settings pages share: where a request comes from, and fetching what belongs to the agent's workspace."""

from __future__ import annotations

from typing import TypeVar

from allauth.account.adapter import get_adapter
from django.db.models import Model, QuerySet
from django.shortcuts import get_object_or_404

from accounts.models import Role
from accounts.rights import AgentRequest

ADMINISTRATOR = Role.ADMINISTRATOR.value
MANAGER = Role.MANAGER.value

Row = TypeVar("Row", bound=Model)


def address_of(request: AgentRequest) -> str:
    return str(get_adapter(request).get_client_ip(request))


def mine(rows: QuerySet[Row], request: AgentRequest, pk: int) -> Row:
    """A row of the agent's own workspace; another workspace's does not exist."""
    return get_object_or_404(rows, pk=pk, workspace_id=request.user.workspace_id)
