"""Where people land: those who work conversations in the inbox, those who keep the books in billing."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect

from accounts.rights import AgentRequest


def home(request: AgentRequest) -> HttpResponse:
    return redirect(
        "conversations:inbox" if request.user.works_conversations else "billing:overview"
    )
