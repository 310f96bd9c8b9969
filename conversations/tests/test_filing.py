"""Labels, custom fields and priority: verbs, the menu, the panel and the settings pages."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.utils import timezone

from conversations import activity, fields, labelling, refusals, triage
from conversations.field_values import shown_for
from conversations.models import CustomField, FieldValue, Label
from events.models import Event
from tests import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def vip(workspace):
    return Label.objects.create(workspace=workspace, name="VIP", colour="amber")


@pytest.fixture
def size(cleo):
    return fields.define(
        of="contact", name="Size", kind="choice", choices=["M", "L"], by=cleo, address=None
    )


def at(agent):
    return {"agent": agent, "at": timezone.now()}


def test_a_label_is_put_on_once_and_taken_off(conversation, ana, vip):
    for _twice in range(2):
        labelling.add(conversation.pk, label=vip, **at(ana))
    assert list(conversation.labels.all()) == [vip]
    for _twice in range(2):
        labelling.remove(conversation.pk, label=vip, **at(ana))
    assert not conversation.labels.exists()
    kinds = list(Event.objects.order_by("seq").values_list("kind", flat=True))
    assert kinds == ["conversation.labelled", "conversation.unlabelled"]


def test_a_rule_may_label(conversation, vip):
    labelling.add(conversation.pk, label=vip, agent=None, at=timezone.now())
    assert conversation.labels.get() == vip


def test_a_label_of_another_company_is_refused(conversation, ana, dan):
    theirs = Label.objects.create(workspace=dan.workspace, name="VIP")
    with pytest.raises(refusals.NotTheirs):
        labelling.add(conversation.pk, label=theirs, **at(ana))


def test_the_menu_of_labels_and_its_boxes(client, conversation, ana, vip):
    client.force_login(ana)
    url = f"/inbox/{conversation.pk}/labels/"
    assert "VIP" in client.get(url).content.decode()
    answer = client.post(url, {"label": vip.pk, "on": "1"}, headers={"X-Requested-With": "fetch"})
    assert f'data-label="{vip.pk}"' in answer.content.decode()
    assert client.post(url, {"label": 10**9, "on": "1"}).status_code == 422


def test_managers_keep_the_labels(client, cleo, ana, vip):
    client.force_login(cleo)
    assert client.post("/settings/labels/", {"name": "vip", "colour": "red"}).status_code == 422
    assert client.post("/settings/labels/", {"name": "New", "colour": "red"}).status_code == 302
    client.post(f"/settings/labels/{vip.pk}/", {"name": "Very", "colour": "blue"})
    vip.refresh_from_db()
    assert (vip.name, vip.colour) == ("Very", "blue")
    client.post(f"/settings/labels/{vip.pk}/end/")
    assert not Label.objects.filter(pk=vip.pk).exists()
    client.force_login(ana)
    assert client.get("/settings/labels/").status_code == 403


def test_a_field_keeps_typed_values(conversation, ana, cleo, size):
    born = fields.define(of="contact", name="Born", kind="date", choices=[], by=cleo)
    price = fields.define(of="conversation", name="Price", kind="number", choices=[], by=cleo)
    fields.set_value(conversation.pk, field=size, words="l", **at(ana))
    fields.set_value(conversation.pk, field=born, words="1.2.1990", **at(ana))
    fields.set_value(conversation.pk, field=price, words="1 200,50", **at(ana))
    shown = {one.field.key: one for one in shown_for([conversation])[conversation.pk]}
    assert (shown["size"].value, shown["born"].value) == ("L", date(1990, 2, 1))
    assert shown["price"].written == "1200.5"
    fields.set_value(conversation.pk, field=size, words="", **at(ana))
    assert not FieldValue.objects.filter(field=size).exists()


def test_a_contacts_field_changes_in_all_their_conversations(
    conversation, ana, cleo, size, django_assert_num_queries
):
    other = world.make_number(world.make_account(cleo.workspace))
    world.make_conversation(other, contact=conversation.contact)
    fields.set_value(conversation.pk, field=size, words="M", **at(ana))
    events = Event.objects.filter(kind="conversation.field_set")
    assert events.count() == 2
    fields.set_value(conversation.pk, field=size, words="M", **at(ana))
    assert events.count() == 2
    both = list(conversation.contact.conversations.all())
    with django_assert_num_queries(2):
        assert len(shown_for(both)) == 2


def test_what_is_no_value_is_said_in_words(client, conversation, ana, size):
    client.force_login(ana)
    url = f"/inbox/{conversation.pk}/fields/{size.pk}/"
    answer = client.post(url, {"value": "XS"}, headers={"X-Requested-With": "fetch"})
    assert answer.status_code == 409
    assert "Choose from: M, L." in answer.content.decode()
    answer = client.post(url, {"value": "m"}, headers={"X-Requested-With": "fetch"})
    assert f'id="field-{conversation.pk}-{size.pk}"' in answer.content.decode()


def test_managers_keep_the_fields(client, cleo, size):
    client.force_login(cleo)
    said = {"name": "Colour", "of": "contact", "kind": "choice", "choices": "red\nblue\nRed"}
    assert client.post("/settings/fields/", said | {"choices": " "}).status_code == 422
    assert client.post("/settings/fields/", said).status_code == 302
    colour = CustomField.objects.get(key="colour")
    assert colour.choices == ["red", "blue"]
    client.post(f"/settings/fields/{colour.pk}/place/", {"step": "up"})
    assert list(CustomField.objects.values_list("key", flat=True)) == ["colour", "size"]
    client.post(f"/settings/fields/{size.pk}/", {"name": "Fit", "choices": "S\nM"})
    size.refresh_from_db()
    assert (size.name, size.key, size.choices) == ("Fit", "size", ["S", "M"])
    client.post(f"/settings/fields/{size.pk}/end/")
    assert CustomField.objects.count() == 1


def test_keys_of_fields_are_told_apart(cleo):
    names = ("Номер", "Размер", "Size", "Size!")
    keys = [
        fields.define(of="contact", name=name, kind="text", choices=[], by=cleo).key
        for name in names
    ]
    assert keys == ["field", "field_2", "size", "size_2"]


def test_priority_leaves_a_line(client, conversation, ana):
    client.force_login(ana)
    client.post(f"/inbox/{conversation.pk}/priority/", {"priority": "4"})
    conversation.refresh_from_db()
    assert conversation.priority == 4
    triage.set_priority(conversation.pk, priority=4, **at(ana))
    line = conversation.messages.get(kind="activity")
    said = {"added": [], "removed": [], "fields": [], "priority": 4}
    was = {"before": {"fields": {}, "priority": 0}}
    assert line.content == {"act": "filed", "by": "Ana", "by_id": ana.pk} | said | was
    assert "Urgent" in client.get(f"/inbox/{conversation.pk}/").content.decode()
    assert client.post(f"/inbox/{conversation.pk}/priority/", {"priority": "9"}).status_code == 422


def _lines(conversation) -> list[dict[str, object]]:
    rows = conversation.messages.filter(kind="activity").order_by("at", "pk")
    return [row.content for row in rows]


def test_what_one_person_files_at_once_is_one_line(conversation, ana, cleo, size, client):
    vip, late = (Label.objects.create(workspace=ana.workspace, name=n) for n in ("VIP", "Late"))
    labelling.add(conversation.pk, label=vip, **at(ana))
    labelling.add(conversation.pk, label=late, **at(ana))
    labelling.remove(conversation.pk, label=vip, **at(ana))
    triage.set_priority(conversation.pk, priority=2, **at(ana))
    fields.set_value(conversation.pk, field=size, words="M", **at(ana))
    [line] = _lines(conversation)
    assert (line["added"], line["removed"]) == (["Late"], [])
    assert (line["priority"], line["fields"]) == (2, [["Size", "M"]])
    client.force_login(ana)
    page = client.get(f"/inbox/{conversation.pk}/").content.decode()
    assert "put on Late" in page
    assert "Size — M" in page
    labelling.remove(conversation.pk, label=late, **at(cleo))  # somebody else
    world.make_message(conversation, "And?", at=timezone.now())
    labelling.add(conversation.pk, label=vip, **at(cleo))  # something in between
    later = {"agent": cleo, "at": timezone.now() + timedelta(minutes=3)}
    labelling.add(conversation.pk, label=late, **later)
    assert len(_lines(conversation)) == 4


def test_a_line_says_what_is_left_of_the_changes():
    first = activity.merged({}, removed="VIP")
    assert activity.merged(first, added="VIP")["removed"] == []
    assert activity.merged(first, added="Late")["added"] == ["Late"]
    price = activity.merged(
        activity.merged({}, field=("Price", "9", "1")), field=("Price", "1", "")
    )
    assert price["fields"] == [["Price", ""]]


def test_what_was_changed_and_changed_back_is_not_spoken_of():
    price = activity.merged({}, field=("Price", "", "1"), priority=(0, 4))
    assert activity.merged(price, field=("Price", "1", ""))["fields"] == []
    again = activity.merged(price, priority=(4, 2))
    assert again["priority"] == 2
    assert activity.merged(again, priority=(2, 0))["priority"] is None
    old = {"act": "filed", "added": [], "removed": [], "fields": [["Price", "1"]], "priority": 3}
    more = activity.merged(old, priority=(3, 0), field=("Price", "1", "2"))
    assert (more["priority"], more["fields"]) == (0, [["Price", "2"]])


def test_a_line_that_says_nothing_is_not_seen(conversation, ana, size, client):
    vip = Label.objects.create(workspace=ana.workspace, name="VIP")
    labelling.add(conversation.pk, label=vip, **at(ana))
    triage.set_priority(conversation.pk, priority=4, **at(ana))
    fields.set_value(conversation.pk, field=size, words="M", **at(ana))
    client.force_login(ana)
    page = client.get(f"/inbox/{conversation.pk}/").content.decode()
    assert "Ana: put on VIP; priority Urgent; Size — M <" in " ".join(strip_icons(page).split())
    fields.set_value(conversation.pk, field=size, words="", **at(ana))
    triage.set_priority(conversation.pk, priority=0, **at(ana))
    labelling.remove(conversation.pk, label=vip, **at(ana))
    line = conversation.messages.get(kind="activity")
    page = client.get(f"/inbox/{conversation.pk}/").content.decode()
    assert f'id="message-{line.token}" class="message message--system" hidden' in page
    paper = client.get(f"/inbox/{conversation.pk}/transcript/?notes=1").content.decode()
    assert "Ana:" not in paper
    history = client.get(f"/contacts/{conversation.contact_id}/history/").content.decode()
    assert '<li class="timeline__one" hidden>' in history
    labelling.add(conversation.pk, label=vip, **at(ana))
    page = client.get(f"/inbox/{conversation.pk}/").content.decode()
    assert f'id="message-{line.token}" class="message message--system" data-' in page


def strip_icons(html: str) -> str:
    return re.sub(r"<svg.*?</svg>", "", html, flags=re.S)
