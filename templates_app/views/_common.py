"""What the desk's views share: who may write, and fetching what belongs to the agent's workspace."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404

from accounts.models import Agent
from accounts.rights import AgentRequest
from templates_app.board import WRITERS
from templates_app.models import Draft, Template

__all__ = ["WRITERS", "address_of", "my_draft", "my_template", "reader"]


def reader(request: AgentRequest) -> Agent:
    """Whoever works conversations may read templates."""
    if not request.user.works_conversations:
        raise PermissionDenied
    return request.user


def my_template(request: AgentRequest, pk: int) -> Template:
    rows = Template.objects.select_related("account__app")
    return get_object_or_404(rows, pk=pk, account__workspace_id=request.user.workspace_id)


def my_draft(request: AgentRequest, draft_id: int) -> Draft:
    rows = Draft.objects.select_related("account__app", "account__workspace", "template", "author")
    return get_object_or_404(rows, pk=draft_id, account__workspace_id=request.user.workspace_id)


def address_of(request: AgentRequest) -> str:
    return str(get_adapter(request).get_client_ip(request))
