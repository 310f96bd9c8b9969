"""Files come from Meta by a job of their own: checked, stored once, tried again for as long as Meta keeps them."""

from __future__ import annotations

import base64
import io
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image

from accounts.models import PhoneNumber, Workspace
from conversations import media
from conversations.models import MediaFile, Message
from simulator.faults import Fault
from tests import world
from whatsapp.facts import MediaRef


def picture(width: int = 40, height: int = 30) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def photo(meta: Any, shop: PhoneNumber) -> MediaFile:
    """A picture that Meta holds, in a message of ours."""
    return wanted(meta, shop, picture())


def wanted(meta: Any, shop: PhoneNumber, data: bytes, **over: Any) -> MediaFile:
    held = meta.world.add_media(data, mime_type="image/png", number_id=shop.phone_number_id)
    fields = {
        "workspace": shop.workspace,
        "number": shop,
        "kind": "image",
        "meta_id": held.id,
        "meta_id_until": timezone.now() + timedelta(days=7),
        "sha256": media.hex_digest(held.sha256),
    }
    file = MediaFile.objects.create(**fields | over)
    world.make_message(world.make_conversation(shop), media=file, kind="image")
    return file


def fetched(file: MediaFile) -> MediaFile:
    MediaFile.objects.filter(pk=file.pk, state="wanted").update(next_try_at=timezone.now())
    media.fetch(file.pk)
    file.refresh_from_db()
    return file


def test_a_picture_is_stored_with_its_size_and_shown(photo):
    fetched(photo)
    assert (photo.state, photo.width, photo.height, photo.size) == (
        "stored",
        40,
        30,
        len(picture()),
    )
    assert photo.mime_type == "image/png"
    assert photo.file.open().read() == picture()
    assert Message.objects.get().seq > 0


def test_a_second_job_for_the_same_file_does_nothing(photo, workspace):
    fetched(photo)
    workspace.refresh_from_db()
    before = workspace.last_seq
    media.fetch(photo.pk)
    workspace.refresh_from_db()
    assert workspace.last_seq == before


def test_a_file_is_fetched_by_one_worker_at_a_time(photo):
    assert media._claim(photo.pk, at=timezone.now())
    assert media._claim(photo.pk, at=timezone.now()) is None
    assert photo.pk not in media.due()
    assert media.due(at=timezone.now() + media.LEASE * 2) == [photo.pk]


def test_a_file_of_a_worker_that_died_is_fetched_a_minute_later(photo):
    media._claim(photo.pk, at=timezone.now())
    assert media.due(at=timezone.now() + timedelta(seconds=90)) == [photo.pk]


def test_whoever_fetches_a_large_file_slowly_keeps_it(photo, monkeypatch):
    """Or a second worker would begin it anew, and a third."""
    monkeypatch.setattr(media, "RENEWED_EVERY", 0.0)
    renewed: list[int] = []
    renew = media._renew

    def noted(file: MediaFile) -> None:
        renewed.append(file.pk)
        renew(file)

    monkeypatch.setattr(media, "_renew", noted)
    media.fetch(photo.pk)
    assert set(renewed) == {photo.pk}
    photo.refresh_from_db()
    assert photo.is_stored
    assert photo.next_try_at is None


def test_a_storm_of_errors_is_outlived(meta, photo):
    meta.faults.switch_on(Fault(name="error_500", times=3))
    for tries in range(1, 4):
        fetched(photo)
        assert (photo.state, photo.tries) == ("wanted", tries)
        assert photo.next_try_at > timezone.now()
    assert fetched(photo).state == "stored"


def test_what_is_not_what_meta_announced_is_lost_after_a_few_tries(meta, shop):
    file = wanted(meta, shop, b"something else", sha256="0" * 64)
    for _try in range(media.WRONG_TRIES):
        fetched(file)
    assert (file.state, file.problem) == ("lost", media.DAMAGED)
    assert not file.file


def test_what_meta_no_longer_has_is_lost_with_words(photo):
    MediaFile.objects.filter(pk=photo.pk).update(meta_id="123456789")
    for _try in range(media.GONE_TRIES):
        fetched(photo)
    assert (photo.state, photo.problem) == ("lost", media.GONE)
    assert Message.objects.get().seq > 0


def test_after_seven_days_nobody_tries_any_more(meta, photo):
    MediaFile.objects.filter(pk=photo.pk).update(meta_id_until=timezone.now())
    meta.faults.switch_on(Fault(name="error_500"))
    assert fetched(photo).state == "lost"


def test_a_file_that_is_too_large_is_lost_at_once(photo, monkeypatch):
    monkeypatch.setattr(media, "LARGEST_FILE", 10)
    assert (fetched(photo).state, photo.problem) == ("lost", media.TOO_LARGE)


def test_what_only_claims_to_be_a_picture_is_kept_as_a_file_to_download(meta, shop):
    file = fetched(wanted(meta, shop, b"<svg>not a picture</svg>"))
    assert (file.state, file.width, file.mime_type) == ("stored", 0, "application/octet-stream")


def test_a_bomb_is_kept_as_a_file_and_never_decoded(meta, shop, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    file = fetched(wanted(meta, shop, picture()))
    assert (file.state, file.mime_type) == ("stored", "application/octet-stream")


def test_both_spellings_of_a_digest_are_read():
    raw = bytes(range(32))
    assert media.hex_digest(base64.b64encode(raw).decode()) == raw.hex()
    assert media.hex_digest(base64.b64encode(raw).decode().rstrip("=")) == raw.hex()
    assert media.hex_digest(raw.hex().upper()) == raw.hex()
    assert media.hex_digest("") == media.hex_digest("not a digest") == ""


def test_a_long_name_and_type_do_not_break_the_row(number: PhoneNumber, workspace: Workspace):
    ref = MediaRef(
        media_id="1" * 90, kind="document", filename="x" * 400, mime_type="a/" + "b" * 200
    )
    media.wanted_file(ref, number).save()
