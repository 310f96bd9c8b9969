"""The printable transcript of a conversation: a page for the browser's own print, and its save as PDF."""

from __future__ import annotations

from datetime import date

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from accounts.inputs import DayInput
from conversations import transcripts
from conversations.views.asking import conversation_of

FIRST_DAY, LAST_DAY = date(2009, 1, 1), date(2100, 1, 1)  # WhatsApp began in 2009


class TranscriptForm(forms.Form):
    since = forms.DateField(label=_("From"), required=False, widget=DayInput)
    until = forms.DateField(label=_("To"), required=False, widget=DayInput)
    notes = forms.BooleanField(label=_("With notes and events"), required=False)


@require_GET
def transcript(request: HttpRequest, pk: int) -> HttpResponse:
    conversation = conversation_of(request, pk)
    form = TranscriptForm(request.GET)
    said = form.cleaned_data if form.is_valid() else {}
    paper = transcripts.of(
        conversation,
        since=_day(said.get("since")),
        until=_day(said.get("until")),
        with_notes=said.get("notes", False),
    )
    context = {
        "conversation": conversation,
        "contact": conversation.contact,
        "form": form,
        "paper": paper,
        "now": timezone.now(),
    }
    status = 422 if form.errors else 200
    return render(request, "conversations/transcript.html", context, status=status)


def _day(day: date | None) -> date | None:
    return min(max(day, FIRST_DAY), LAST_DAY) if day else None
