"""What can be filled into a template's variables here: the contact, who sends it, the number, and the custom fields.

The names are those of templates_app/sources.py; ours are told to it when the app starts.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext

from accounts.models import Agent
from conversations import canned
from conversations.field_values import Shown, shown_for
from conversations.models import Conversation, CustomField, FieldOwner
from templates_app import sources
from templates_app.components import Layout
from templates_app.models import Template
from templates_app.sources import Choice

FIRST_NAMES = ("name", "first_name", "customer_name")  # variables that are called so ask for it


def choices(workspace_id: int) -> Iterator[Choice]:
    """The custom fields of a workspace, by their sources' names."""
    words = {
        FieldOwner.CONTACT: gettext("Contact: {name}"),
        FieldOwner.CONVERSATION: gettext("Conversation: {name}"),
    }
    for field in CustomField.objects.filter(workspace=workspace_id):
        yield _name(field), words[FieldOwner(field.of)].format(name=field.name)


def known(conversation: Conversation, agent: Agent) -> dict[str, str]:
    """Every source's value in this conversation; empty where we do not know."""
    fields = shown_for([conversation]).get(conversation.pk, [])
    return canned.values_for(conversation, agent) | {_name(f.field): _words(f) for f in fields}


def values_for(
    template: Template, layout: Layout, conversation: Conversation, agent: Agent
) -> dict[str, str]:
    """What stands for the template's variables here, by key; several lines become one, for Meta takes no others."""
    here = known(conversation, agent)
    guessed = {v.key: here["contact.first_name"] for v in layout.variables if v.name in FIRST_NAMES}
    drawn = sources.drawn(template.sources, here)
    return {key: " ".join(word.split()) for key, word in (guessed | drawn).items()}


def for_each(template: Template, layout: Layout) -> dict[str, str]:
    """The same for many at once: `{{contact.first_name}}` is filled in for each (see many_acts.py)."""
    guessed = {v.key: "{{contact.first_name}}" for v in layout.variables if v.name in FIRST_NAMES}
    named = {name: f"{{{{{name}}}}}" for name in template.sources.values()}
    return guessed | sources.drawn(template.sources, named)


def _name(field: CustomField) -> str:
    return f"field.{field.of}.{field.key}".lower()


def _words(shown: Shown) -> str:
    if isinstance(shown.value, bool):
        return gettext("yes") if shown.value else gettext("no")
    return shown.written
