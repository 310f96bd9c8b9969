"""Where a draft comes from and was: the library of scenarios, its versions, its languages side by side."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import BusinessAccount
from accounts.rights import AgentRequest, role
from templates_app import differing, drafting, families, forms, library, looks
from templates_app.content import NotEditable
from templates_app.languages import LANGUAGES, NAMES, for_people
from templates_app.models import Category
from templates_app.views._common import WRITERS, my_draft

GROUPS = (
    (library.SERVICE, pgettext_lazy("scenarios", "About what they ordered")),
    (library.SALES, pgettext_lazy("scenarios", "Offers and reminders")),
    (library.CARE, pgettext_lazy("scenarios", "How was it?")),
)
PLACE_WORDS = {
    "name": gettext_lazy("Name"),
    "language": gettext_lazy("Language"),
    "category": gettext_lazy("Category"),
    "header": gettext_lazy("Header"),
    "body": gettext_lazy("Text"),
    "footer": gettext_lazy("Footer"),
    "buttons": gettext_lazy("Buttons"),
    "samples": gettext_lazy("Samples"),
    "code": gettext_lazy("Code"),
    "lifetime": gettext_lazy("Delivered within"),
    "offer": gettext_lazy("Offer"),
    "cards": gettext_lazy("Cards"),
}


@role(*WRITERS)
@require_http_methods(["GET", "POST"])
def shelf(request: AgentRequest) -> HttpResponse:
    """The library; a scenario that is taken becomes a draft in the language that was chosen."""
    accounts = BusinessAccount.objects.filter(workspace=request.user.workspace).defer("token")
    asked = request.POST if request.method == "POST" else request.GET
    language = "ru" if asked.get("language", get_language() or "en").startswith("ru") else "en_US"
    if request.method == "POST":
        scenario = library.BY_KEY.get(request.POST.get("scenario", ""))
        pk = forms.number(request.POST.get("account", ""))
        account = accounts.filter(pk=pk).first() if pk else accounts.first()
        if scenario is None:
            raise Http404
        if account is None:
            messages.error(request, _("There is no WhatsApp account yet. Add one in the settings."))
            return redirect("templates_app:library")
        made = drafting.from_whole(account, scenario.draft(language), author=request.user)
        return redirect("templates_app:draft", made.pk)
    shown = [
        (s, s.words(language).title, looks.of_draft(s.draft(language))) for s in library.SCENARIOS
    ]
    context: dict[str, Any] = {
        "groups": [(label, [row for row in shown if row[0].group == key]) for key, label in GROUPS],
        "language": language,
        "accounts": accounts,
        "categories": dict(Category.choices),
    }
    return render(request, "templates_app/library.html", context)


@role(*WRITERS)
@require_GET
def versions(request: AgentRequest, draft_id: int) -> HttpResponse:
    """All versions with who and when, and what differs between any two: `?from=2&to=5`, else the last two."""
    row = my_draft(request, draft_id)
    known = list(row.versions.select_related("author"))
    by_number = {version.version: version for version in known}
    newest = known[0] if known else None
    to = by_number.get(forms.number(request.GET.get("to", "")) or -1, newest)
    older = next((v for v in known if to and v.version < to.version), None)
    since = by_number.get(forms.number(request.GET.get("from", "")) or -1, older)
    found = differing.between(since.whole, to.whole) if since and to else []
    context = {
        "draft": row,
        "versions": known,
        "to": to,
        "since": since,
        "differences": [(PLACE_WORDS[one.place], one.runs) for one in found],
        "preview": looks.of_draft(to.whole) if to else None,
    }
    return render(request, "templates_app/versions.html", context)


@role(*WRITERS)
@require_GET
def family(request: AgentRequest, account_id: int, name: str) -> HttpResponse:
    """All languages of one name side by side, and what each lacks."""
    found = families.of(request.user.workspace, account_id=account_id, name=name)
    if not found.members:
        raise Http404
    there = {member.language for member in found.members}
    context = {
        "family": found,
        "name": name,
        "account_id": account_id,
        "others": [(code, label) for code, label in LANGUAGES if code not in there],
        "names": NAMES,
        "language": for_people(request.user.language),
    }
    return render(request, "templates_app/family.html", context)


@role(*WRITERS)
@require_POST
def add_language(request: AgentRequest, account_id: int, name: str) -> HttpResponse:
    """A draft in another language that begins with the words of the first."""
    found = families.of(request.user.workspace, account_id=account_id, name=name)
    language = request.POST.get("language", "")
    if not found.members:
        raise Http404
    if language not in NAMES or language in {member.language for member in found.members}:
        messages.error(request, _("Choose a language that is not there yet."))
        return redirect("templates_app:family", account_id, name)
    try:
        made = families.add(found, language=language, author=request.user)
    except NotEditable as parts:
        messages.error(
            request, _("The editor does not know these parts yet: {parts}.").format(parts=parts)
        )
        return redirect("templates_app:family", account_id, name)
    return redirect("templates_app:draft", made.pk)
