"""Quick replies: who sees them, who changes them, what they say, and that nothing unfilled is sent."""

from __future__ import annotations

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from conversations import canned, refusals, sending
from conversations.models import CannedReply, Message
from tests import world

pytestmark = pytest.mark.django_db


def keep(agent, shortcode, text="Hello", **over) -> CannedReply:  # noqa: ANN003
    how = {"team": None, "is_own": False} | over
    return canned.save(CannedReply(), agent=agent, shortcode=shortcode, text=text, **how)


def codes(agent) -> list[str]:
    return sorted(canned.visible_to(agent).values_list("shortcode", flat=True))


def test_each_sees_everybodys_their_teams_and_their_own(ana, ben, cleo, dan, shop_team):
    keep(cleo, "all")
    keep(cleo, "shop", team=shop_team)
    keep(cleo, "hers", is_own=True)
    keep(ana, "own")
    keep(dan, "elsewhere")
    assert codes(ana) == ["all", "own", "shop"]
    assert codes(ben) == ["all"]
    assert codes(cleo) == ["all", "hers", "shop"]
    assert codes(dan) == ["elsewhere"]


def test_an_agent_keeps_only_personal_ones_and_changes_no_other(ana, ben, cleo, shop_team):
    own = keep(ana, "own", team=shop_team)
    assert (own.owner, own.team) == (ana, None)
    shared = keep(cleo, "all")
    for reply, agent in ((shared, ana), (own, ben), (own, cleo)):
        with pytest.raises(canned.NotYours):
            canned.delete(reply, agent=agent)


def test_a_shortcode_is_used_once_by_the_same_people(ana, cleo):
    keep(cleo, "hours")
    keep(ana, "hours")  # her own one stands beside it
    with pytest.raises(canned.ShortcodeTaken):
        keep(cleo, "HOURS")


def test_variables_are_filled_and_unknown_ones_stay(conversation, ana):
    values = canned.values_for(conversation, ana)
    text = "Dear {{ contact.first_name }} ({{contact.phone}}), order {{order}}. {{Agent.Name}}"
    phone = conversation.contact.phone
    assert canned.filled(text, values) == f"Dear Maria (+{phone}), order {{{{order}}}}. Ana"


def test_what_is_not_filled_in_is_not_sent(conversation, ana):
    how = {"agent": ana, "token": uuid.uuid4(), "seen": 0, "at": timezone.now(), "override": True}
    with pytest.raises(refusals.NotFilledIn) as refused:
        sending.reply(conversation.pk, text="Your order {{ order }} is here", **how)
    assert "{{ order }}" in refused.value.words
    assert not Message.objects.exists()


def test_the_composer_gets_them_filled_and_counts_their_use(conversation, ana, ben, cleo, client):
    reply = keep(cleo, "hi", "Hello {{contact.first_name}}")
    client.force_login(ana)
    url = f"/inbox/{conversation.pk}/replies/"
    found = client.get(url).json()["replies"]
    parts = {"used": 0, "buttons": [], "file": None}
    assert found == [{"id": reply.pk, "code": "hi", "text": "Hello Maria"} | parts]
    said = {"token": str(uuid.uuid4()), "text": "Hello Maria", "canned": reply.pk, "seen": 99999}
    assert client.post(f"/inbox/{conversation.pk}/messages/", said).status_code == 302
    reply.refresh_from_db()
    assert reply.used_count == 1
    client.force_login(ben)
    assert client.get(url).status_code == 404


def test_the_page_creates_changes_and_deletes(ana, cleo, fay, client, shop_team):
    client.force_login(cleo)
    url = "/settings/replies/"
    said = {"shortcode": "/hours", "text": "9 to 18", "scope": f"team-{shop_team.pk}"}
    assert client.post(url, said).status_code == 302
    reply = CannedReply.objects.get()
    assert (reply.shortcode, reply.team) == ("hours", shop_team)
    assert client.post(url, said).status_code == 422
    assert client.post(url, said | {"shortcode": "a b"}).status_code == 422
    one = f"{url}{reply.pk}/"
    assert client.post(one, said | {"scope": "all"}).status_code == 302
    client.force_login(ana)
    assert "9 to 18" in client.get(url).content.decode()
    assert client.post(one, said).status_code == 403
    assert "changed by managers" in client.get(one).content.decode()
    assert client.post(f"{one}end/").status_code == 403
    client.force_login(fay)
    assert client.get(url).status_code == 403
    client.force_login(cleo)
    assert client.post(f"{one}end/").status_code == 302
    assert not CannedReply.objects.exists()


def test_another_companys_reply_does_not_exist(dan, cleo, client):
    theirs = keep(dan, "theirs")
    client.force_login(cleo)
    assert client.get(f"/settings/replies/{theirs.pk}/").status_code == 404
    world.make_team(dan.workspace, "Theirs")
    team = world.make_team(dan.workspace, "Others")
    said = {"shortcode": "x", "text": "y", "scope": f"team-{team.pk}"}
    assert client.post("/settings/replies/", said).status_code == 422


def test_a_reply_brings_its_file_or_its_buttons(client, conversation, ana, cleo, dan):
    client.force_login(cleo)
    page = "/settings/replies/"
    pdf = SimpleUploadedFile("prices.pdf", b"%PDF-1.7 prices")
    both = {"shortcode": "prices", "text": "Our prices", "scope": "all", "button_1": "Thanks"}
    assert client.post(page, both | {"file": pdf}).status_code == 422
    pdf.seek(0)
    client.post(page, {"shortcode": "prices", "text": "Our prices", "scope": "all", "file": pdf})
    choices = {"button_1": "Yes", "button_2": "No"}
    client.post(page, {"shortcode": "sure", "text": "Sure?", "scope": "all"} | choices)
    client.force_login(ana)
    offered = client.get(f"/inbox/{conversation.pk}/replies/").json()["replies"]
    by_code = {reply["code"]: reply for reply in offered}
    assert by_code["sure"]["buttons"] == ["Yes", "No"]
    facts = by_code["prices"]["file"]
    assert (facts["name"], facts["type"]) == ("prices.pdf", "application/pdf")
    answer = client.get(facts["url"])
    assert b"".join(answer.streaming_content) == b"%PDF-1.7 prices"
    assert answer["Content-Disposition"].startswith("attachment")
    client.force_login(dan)
    assert client.get(facts["url"]).status_code == 404
    client.force_login(cleo)
    row = CannedReply.objects.get(shortcode="prices")
    changed = {"shortcode": "prices", "text": "No file now", "scope": "all", "drops_file": "on"}
    client.post(f"{page}{row.pk}/", changed)
    row.refresh_from_db()
    assert (row.text, bool(row.file)) == ("No file now", False)


def test_a_file_that_whatsapp_would_not_take_is_refused_on_the_page(client, cleo):
    client.force_login(cleo)
    form = {"shortcode": "x", "text": "x", "scope": "all"}
    photo = SimpleUploadedFile("big.jpg", b"\xff\xd8\xff" + bytes(6 * 1024 * 1024))
    answer = client.post("/settings/replies/", form | {"file": photo})
    assert (answer.status_code, CannedReply.objects.count()) == (422, 0)
    assert "5 MB" in answer.content.decode()
