"""A carousel that was made elsewhere: its files are uploaded here, then it can be sent."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import Agent, BusinessAccount
from templates_app import card_samples, contract, contract_words, picking
from templates_app.contract import Trouble, Unfit
from templates_app.models import SampleFile, Template

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20
FILM = b"\x00\x00\x00\x18ftypmp42" + b"0" * 20
DRAWING = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"


def card(kind: str = "IMAGE") -> dict[str, Any]:
    address = {"header_handle": ["https://scontent.whatsapp.net/v/t1"]}
    return {"components": [{"type": "HEADER", "format": kind, "example": address}]}


@pytest.fixture
def theirs(account: BusinessAccount) -> Template:
    parts = [{"type": "BODY", "text": "New"}, {"type": "CAROUSEL", "cards": [card(), card()]}]
    return Template.objects.create(
        account=account, name="new", language="ru", category="MARKETING", status="APPROVED", components=parts
    )  # fmt: skip


def upload(client: Client, template: Template, place: int, content: bytes = PNG) -> str:
    """Whatever it is, the browser calls it a picture."""
    given = SimpleUploadedFile(f"coat{place}.png", content, content_type="image/png")
    address = reverse("templates_app:template_card", args=[template.pk, place])
    return client.post(address, {"file": given}, follow=True).content.decode()


def test_it_goes_when_every_card_has_its_file(theirs: Template, cleo: Agent, client: Client):
    client.force_login(cleo)
    refused = contract.weigh(theirs, {}, files={})
    assert isinstance(refused, Unfit)
    assert {p.trouble for p in refused.problems} == {Trouble.FILE_MISSING}
    assert "Card 2 of this template lacks a picture." in contract_words.what(refused.problems)
    assert "page of the template" in contract_words.todo(refused.problems)
    assert not picking.shelf(cleo, [theirs.account_id]).rows
    assert "goes out with every message" in upload(client, theirs, 0)
    assert not picking.shelf(cleo, [theirs.account_id]).rows
    page = upload(client, theirs, 1)
    assert [row for _group, row in picking.shelf(cleo, [theirs.account_id]).rows] == [theirs]
    assert page.count("Take another file") == 2
    for sample in SampleFile.objects.all():
        assert reverse("templates_app:sample", args=[sample.key]) in page  # in the preview
    upload(client, theirs, 1)
    assert theirs.card_files.count() == 2


@pytest.mark.parametrize(("place", "content"), [(0, FILM), (0, DRAWING), (7, PNG)])
def test_what_does_not_fit_is_refused_in_words(
    theirs: Template, cleo: Agent, client: Client, place: int, content: bytes
):
    client.force_login(cleo)
    assert "does not fit" in upload(client, theirs, place, content)
    assert not theirs.card_files.exists()


def test_a_picture_is_of_no_use_for_what_became_a_film(
    theirs: Template, cleo: Agent, client: Client
):
    client.force_login(cleo)
    for place in (0, 1):
        upload(client, theirs, place)
    assert card_samples.are_all_here(theirs)
    theirs.components[1]["cards"] = [card("VIDEO"), card("VIDEO")]
    assert card_samples.of(theirs) == {}


def test_only_those_who_write_templates_upload(theirs: Template, ana: Agent, client: Client):
    client.force_login(ana)
    upload(client, theirs, 0)
    assert not theirs.card_files.exists()
