"""The page of what was held back: administrators see why, try again, and nobody else gets in."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts.models import AuditEntry, PhoneNumber
from conversations.models import Message
from tests import posts
from webhooks import draining
from webhooks.models import Envelope, Quarantined
from webhooks.tests.test_draining import put


@pytest.fixture
def held(number) -> Quarantined:
    """A message to a number that was not known when it came, and is now."""
    known_as = number.phone_number_id
    PhoneNumber.objects.filter(pk=number.pk).update(phone_number_id="other")
    put(posts.body(number, messages=[posts.text("<b>held</b>")]), number)
    draining.drain()
    PhoneNumber.objects.filter(pk=number.pk).update(phone_number_id=known_as)
    return Quarantined.objects.get()


def test_an_administrator_sees_the_reason_and_the_words(client, ada, held):
    client.force_login(ada)
    page = client.get(reverse("webhooks:quarantine"))
    assert "a number that is not connected here" in page.content.decode()
    page = client.get(reverse("webhooks:held", args=[held.pk]))
    assert "&lt;b&gt;held&lt;/b&gt;" in page.content.decode()


@pytest.mark.parametrize("who", ["ana", "cleo", "fay"])
def test_other_roles_do_not_get_in(client, held, who, request):
    client.force_login(request.getfixturevalue(who))
    assert client.get(reverse("webhooks:quarantine")).status_code == 403
    assert client.post(reverse("webhooks:replay", args=[held.pk])).status_code == 403


def test_another_company_does_not_know_of_it(client, dan, held):
    client.force_login(dan)
    assert "not connected here" not in client.get(reverse("webhooks:quarantine")).content.decode()
    assert client.get(reverse("webhooks:held", args=[held.pk])).status_code == 404
    assert client.post(reverse("webhooks:replay", args=[held.pk])).status_code == 404


def test_trying_again_puts_it_through(client, ada, held):
    client.force_login(ada)
    page = client.post(reverse("webhooks:replay", args=[held.pk]), follow=True)
    assert "Nothing is held back" in page.content.decode()
    assert Message.objects.get().text == "<b>held</b>"
    assert AuditEntry.objects.get().act == "quarantine.replayed"


def test_all_are_tried_again(client, ada, held, number):
    put(b"{broken", number)
    draining.drain()
    client.force_login(ada)
    page = client.post(reverse("webhooks:replay_all"), follow=True).content.decode()
    assert "1 went through." in page
    assert "1 was held back again." in page
    assert Quarantined.objects.get(resolved_at=None).kind == "Envelope"


def test_one_can_be_marked_as_dealt_with(client, ada, held):
    client.force_login(ada)
    client.post(reverse("webhooks:closure", args=[held.pk]))
    assert Quarantined.objects.get().resolved_at
    assert not Message.objects.exists()


@pytest.mark.parametrize("start", [["--from-id", "1"], ["--since", "2020-01-01"]])
def test_stored_webhooks_can_be_processed_again(number, start, capsys):
    put(posts.body(number, messages=[posts.text("once")]), number)
    draining.drain()
    call_command("replay_webhooks", *start)
    assert "1 webhooks" in capsys.readouterr().out
    assert Message.objects.count() == 1
    assert not Envelope.objects.filter(processed_at=None).exists()


def test_what_goes_through_when_processed_again_is_held_back_no_more(held):
    call_command("replay_webhooks", "--from-id", "1")
    assert Message.objects.get().text == "<b>held</b>"
    held.refresh_from_db()
    assert held.resolved_at
