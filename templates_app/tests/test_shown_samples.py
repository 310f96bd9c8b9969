"""Samples of templates made elsewhere are fetched when somebody looks, from Meta as the simulator plays it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Agent, BusinessAccount
from simulator import defaults
from simulator.models import Template as MetaTemplate
from templates_app import sample_asking, shown_samples, syncing
from templates_app.models import MetaSample, SampleFile, Template
from tests import world

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20
MP4 = b"\0\0\0 ftypisom" + b"0" * 20
PDF = b"%PDF-1.7 " + b"0" * 20
HEADER = shown_samples.HEADER


@pytest.fixture
def shop(account: BusinessAccount, meta: Any) -> BusinessAccount:
    account.waba_id, account.token = defaults.WABA_ID, defaults.TOKEN
    account.save(update_fields=["waba_id", "token"])
    account.app.secret = defaults.APP_SECRET
    account.app.save(update_fields=["secret"])
    return account


def header(kind: str, handle: str) -> dict[str, Any]:
    return {"type": "HEADER", "format": kind, "example": {"header_handle": [handle]}}


def put(meta: Any, kind: str, data: bytes, mime: str, **over: Any) -> MetaTemplate:
    """Somebody made it in WhatsApp Manager."""
    media = meta.world.add_media(data, mime_type=mime, number_id="")
    parts = [header(kind, meta.world.sample_handle(media)), {"type": "BODY", "text": "Look"}]
    fields = {"name": "sale", "language": "ru", "category": "MARKETING", "components": parts}
    template = MetaTemplate(id=meta.world.new_id(), waba_id=defaults.WABA_ID, **fields | over)
    meta.world.templates.keep(template)
    return template


def looked_at(client: Client) -> str:
    row = Template.objects.get()
    return client.get(reverse("templates_app:template_phone", args=[row.pk])).content.decode()


@pytest.mark.parametrize(
    ("kind", "data", "mime", "shown"),
    [
        ("IMAGE", PNG, "image/png", "<img src="),
        ("VIDEO", MP4, "video/mp4", "<video src="),
        ("DOCUMENT", PDF, "application/pdf", "desk__doc"),
    ],
)
def test_the_sample_is_fetched_and_shown(
    meta: Any, shop: BusinessAccount, ana: Agent, client: Client, kind: str, data: bytes, mime: str, shown: str,
    django_capture_on_commit_callbacks: Any,
):  # fmt: skip
    put(meta, kind, data, mime)
    syncing.sync(shop)
    client.force_login(ana)
    page = client.get(reverse("templates_app:template", args=[Template.objects.get().pk]))
    assert "is being fetched" in page.content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        assert "is being fetched" in looked_at(client)
    answer = looked_at(client)
    sample = SampleFile.objects.get()
    assert shown in answer
    assert "hx-get" not in answer
    file = client.get(reverse("templates_app:sample", args=[sample.key]))
    assert (b"".join(file), file["Content-Type"]) == (data, mime)


def test_an_address_that_is_signed_anew_is_no_news_and_one_that_ran_out_is_asked_for_anew(
    meta: Any, shop: BusinessAccount, django_capture_on_commit_callbacks: Any
):
    put(meta, "IMAGE", PNG, "image/png")
    syncing.sync(shop)
    row = Template.objects.get()
    first = row.components
    meta.world.clock.passes(days=7)
    assert syncing.sync(shop).changed == 0
    row.refresh_from_db()
    assert row.components == first
    assert not row.history.filter(kind="components").exists()
    meta.world.clock.passes(days=8)  # the address that we know is too old by now
    with django_capture_on_commit_callbacks(execute=True):
        assert sample_asking.ask(row, at=timezone.now())
    assert MetaSample.objects.get().state == "here"
    assert not sample_asking.ask(row, at=timezone.now() + timedelta(days=1))


def test_what_is_gone_strange_or_elsewhere_is_said_and_not_tried_all_the_time(
    meta: Any, shop: BusinessAccount, ana: Agent, client: Client, django_capture_on_commit_callbacks: Any
):  # fmt: skip
    theirs = put(meta, "IMAGE", b"<svg onload=alert(1)>", "image/png")
    syncing.sync(shop)
    row, at = Template.objects.get(), timezone.now()
    client.force_login(ana)

    def tried(hours: int) -> str:
        with django_capture_on_commit_callbacks(execute=True):
            sample_asking.ask(row, at=at + timedelta(hours=hours))
        return looked_at(client)

    assert "no file that can be shown" in tried(0)
    assert not sample_asking.ask(row, at=at + timedelta(minutes=50))
    meta.world.blobs.clear()
    answer = tried(2)
    assert "no longer hands out the sample" in answer
    assert "hx-get" not in answer  # nothing is waited for
    assert not SampleFile.objects.exists()

    strange = [header("IMAGE", "https://169.254.169.254/latest/meta-data/")]
    meta.world.templates.keep(replace(theirs, components=strange))
    Template.objects.update(components=strange)
    row.refresh_from_db()
    assert "could not be fetched" in tried(4)


def test_a_card_made_elsewhere_shows_its_sample_and_still_wants_a_file_of_ours(
    meta: Any, shop: BusinessAccount, django_capture_on_commit_callbacks: Any
):
    media = meta.world.add_media(PNG, mime_type="image/png", number_id="")
    card = {"components": [header("IMAGE", meta.world.sample_handle(media))]}
    parts = [{"type": "BODY", "text": "New"}, {"type": "CAROUSEL", "cards": [card, card]}]
    put(meta, "IMAGE", PNG, "image/png", components=parts)
    syncing.sync(shop)
    row = Template.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        sample_asking.ask(row, at=timezone.now())
    assert set(shown_samples.of(row).files) == {0, 1}
    assert not row.card_files.exists()


def test_nobody_of_another_company_sees_it(shop: BusinessAccount, client: Client):
    row = Template.objects.create(account=shop, name="sale", language="ru")
    other = world.make_workspace()
    client.force_login(world.make_agent(other, "Eve"))
    assert client.get(reverse("templates_app:template_phone", args=[row.pk])).status_code == 404
