"""Files in a bucket, over the wire: stored, shown by the stretch in flat memory, and what happens while it is away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import Agent
from conversations.models import Conversation, MediaFile
from conversations.tests.test_files_view import body_of, got, stored
from tests import bucket
from tests.bucket import Held
from waba_inbox.backup import taking
from waba_inbox.doctor import site
from waba_inbox.doctor.finding import State

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume"),
]
FILM = bytes(range(256)) * 16_384  # 4 MB


@pytest.fixture
def held(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Held]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "ours")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    with bucket.running() as server:
        where = {"bucket_name": "shop", "endpoint_url": server.address, "region_name": "eu-1"}
        how = {"default_acl": None, "file_overwrite": False}
        settings.MEDIA_BUCKET = "shop"
        settings.STORAGES = {
            **django_settings.STORAGES,
            "default": {"BACKEND": "waba_inbox.bucket.Bucket", "OPTIONS": where | how},
        }
        yield server


@pytest.fixture
def browser(client: Client, ana: Agent) -> Client:
    client.force_login(ana)
    return client


def test_a_film_is_fetched_as_far_as_it_is_played(
    held: Held, browser: Client, conversation: Conversation
):
    film = stored(conversation, FILM)
    assert list(held.files.values()) == [FILM]
    held.asked.clear()
    part = got(browser, film, Range="bytes=4000000-4000099")
    assert (part.status_code, body_of(part)) == (206, FILM[4_000_000:4_000_100])
    fetched = [asked for method, asked in held.asked if method == "GET"]
    assert fetched == ["bytes=4000000-"]
    assert body_of(got(browser, film)) == FILM


def test_an_upload_goes_there_and_a_stranger_gets_nothing(
    held: Held, browser: Client, conversation: Conversation
):
    form = {"file": SimpleUploadedFile("words.txt", b"hello there", "text/plain")}
    address = reverse("conversations:files", args=[conversation.pk])
    key = browser.post(address, form).json()["key"]
    assert list(held.files.values()) == [b"hello there"]
    file = MediaFile.objects.get(key=key)
    assert body_of(got(browser, file)) == b"hello there"
    assert got(Client(), file).status_code == 302
    file.file.delete()
    assert held.files == {}


def test_while_it_is_away_no_browser_keeps_the_failure(
    held: Held, browser: Client, conversation: Conversation
):
    film = stored(conversation)
    held.is_out_of_order = True
    answer = got(browser, film)
    assert (answer.status_code, answer["Cache-Control"]) == (503, "no-store")
    held.is_out_of_order = False
    assert got(browser, film).status_code == 200
    held.files.clear()
    answer = got(browser, film)
    assert (answer.status_code, answer["Cache-Control"]) == (404, "no-store")


def test_what_fails_there_fails_as_a_disk_does(held: Held):
    name = default_storage.save("a", ContentFile(b"1"))
    assert default_storage.save("a", ContentFile(b"2")) != name  # nothing is written over
    held.is_out_of_order = True
    with pytest.raises(OSError, match="503"):
        default_storage.save("b", ContentFile(b"3"))
    with pytest.raises(OSError, match="503"):
        default_storage.open(name)
    held.is_out_of_order = False
    with pytest.raises(FileNotFoundError):
        default_storage.open("never")


def test_a_backup_leaves_them_to_the_bucket(held: Held, tmp_path: Any):
    default_storage.save("a", ContentFile(b"1"))
    said: list[str] = []
    assert taking._take_files(tmp_path / "media.tar", say=said.append) == taking.ELSEWHERE
    assert "object storage" in said[0]


def test_the_doctor_writes_there_and_sees_what_is_wrong(held: Held):
    def found() -> tuple[State, str]:
        (one,) = site._storage()
        return one.state, one.said

    assert found() == (State.OK, "the bucket shop can be written and read")
    assert held.files == {}
    held.is_public = True
    assert found() == (State.RED, "anybody can read the bucket shop without a key")
    held.is_out_of_order = True
    assert found()[0] == State.RED
