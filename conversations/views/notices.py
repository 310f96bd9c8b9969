"""What an agent is told of, and in which browsers: the page of the settings, and what a browser says of itself."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Team
from conversations import access, pushing, telling
from conversations.forms.notices import NoticeForm, PushForm
from conversations.views.asking import agent_of

WORKER = Path(settings.BASE_DIR) / "static" / "worker" / "notices.js"


@require_http_methods(["GET", "POST"])
def notices(request: HttpRequest) -> HttpResponse:
    agent = agent_of(request)
    wish = telling.wish_of(agent)
    teams = Team.objects.filter(workspace_id=agent.workspace_id)
    form = NoticeForm(
        request.POST or None, instance=wish, numbers=access.numbers(agent), teams=teams
    )
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, gettext("Saved."))
        return redirect("canned:notices")
    context = {"form": form, "pushes": agent.pushes.all(), "push_key": pushing.public_key()}
    status = 422 if form.errors else 200
    return render(request, "conversations/notices.html", context, status=status)


@require_http_methods(["GET", "POST"])
def browser(request: HttpRequest) -> HttpResponse:
    """GET: the key to subscribe with. POST: this browser takes pushes, or (`gone`) no longer does."""
    agent = agent_of(request)
    if request.method == "GET":
        return JsonResponse({"key": pushing.public_key()})
    form = PushForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"words": gettext("This browser cannot take pushes.")}, status=422)
    said = form.cleaned_data
    if said["gone"]:
        pushing.unsubscribe(agent, endpoint=said["endpoint"])
        return HttpResponse(status=204)
    name = request.headers.get("User-Agent", "")
    try:
        pushing.subscribe(
            agent, endpoint=said["endpoint"], p256dh=said["p256dh"], auth=said["auth"], browser=name
        )
    except pushing.StrangeAddress:
        words = gettext("The push service of this browser is not known to this site.")
        return JsonResponse({"words": words}, status=422)
    return HttpResponse(status=204)


@require_POST
def browser_end(request: HttpRequest, push_id: int) -> HttpResponse:
    get_object_or_404(agent_of(request).pushes, pk=push_id).delete()
    messages.success(request, gettext("That browser gets no more pushes."))
    return redirect("canned:notices")


@require_GET
@login_not_required
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker: at the root, so that it may show notices for every page. It holds no secret."""
    response = HttpResponse(WORKER.read_text(), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response
