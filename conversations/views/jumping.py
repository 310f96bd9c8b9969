"""Where the command palette can jump to: customers and their conversations, templates."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from accounts.models import Agent
from conversations import listing, viewing
from conversations.listing import Filters
from conversations.views.asking import agent_of
from templates_app.models import Template

MOST = 7


@require_GET
def jump(request: HttpRequest) -> JsonResponse:
    """{found: [{words, second, group, href}]} for `q`, at most MOST of a kind; without it the saved views."""
    agent, filters = agent_of(request), Filters.from_query(request.GET)
    if not filters.query:
        return JsonResponse({"found": list(_views(agent))})
    found = [*_conversations(agent, filters.query), *_templates(agent, filters.query)]
    return JsonResponse({"found": found})


def _conversations(agent: Agent, query: str) -> Iterable[dict[str, str]]:
    page = listing.inbox(agent, Filters(tab="all", status="any", query=query))
    for row in page.rows[:MOST]:
        yield {
            "words": row.contact.shown_name,
            "second": f"{row.number.label} · {row.get_status_display().lower()}",
            "group": gettext("Conversations"),
            "href": reverse("conversations:conversation", args=[row.pk]),
        }


def _views(agent: Agent) -> Iterable[dict[str, str]]:
    for view in viewing.visible_to(agent):
        yield {
            "words": f"{view.emoji} {view.name}".strip(),
            "second": gettext("mine") if view.owner_id else gettext("shared"),
            "group": gettext("Saved views"),
            "href": f"{reverse('conversations:inbox')}?view={view.pk}",
        }


def _templates(agent: Agent, query: str) -> Iterable[dict[str, str]]:
    found = Template.objects.filter(
        account__workspace_id=agent.workspace_id, name__icontains=query.replace(" ", "_")
    )
    for template in found.select_related("account").order_by("name", "language")[:MOST]:
        yield {
            "words": template.name,
            "second": f"{template.language} · {template.status_words}",
            "group": gettext("Templates"),
            "href": reverse("templates_app:template", args=[template.pk]),
        }
