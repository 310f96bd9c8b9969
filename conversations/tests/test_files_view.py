"""A stored file: shown to those who see its conversation, in its own type and never as a page of ours."""

from __future__ import annotations

import uuid
from io import BytesIO
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from accounts.models import Agent, PhoneNumber
from conversations.models import Conversation, MediaFile
from tests import world

# The site is ASGI: files are read by an asynchronous iterator, which the test client consumes in its own way.
pytestmark = pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume")

BODY = bytes(range(256)) * 4


def stored(conversation: Conversation, body: bytes = BODY, **over: Any) -> MediaFile:
    fields = {"kind": "video", "mime_type": "video/mp4", "state": "stored", "filename": "film.mp4"}
    media = MediaFile(
        workspace_id=conversation.workspace_id, number_id=conversation.number_id, **fields | over
    )
    media.file.save("x", ContentFile(body), save=True)
    world.make_message(conversation, kind=media.kind, media=media)
    return media


def got(client: Client, media: MediaFile, query: str = "", **headers: str) -> Any:
    return client.get(
        reverse("conversations:file", args=[media.key]) + query, headers=headers or None
    )


def body_of(response: Any) -> bytes:
    return b"".join(response)


@pytest.fixture
def browser(client: Client, ana: Agent) -> Client:
    client.force_login(ana)
    return client


@pytest.fixture
def film(conversation: Conversation) -> MediaFile:
    return stored(conversation)


# --- what is sent -------------------------------------------------------------------------------------


def test_a_film_comes_whole_in_its_own_type_and_walled_in(browser: Client, film: MediaFile) -> None:
    response = got(browser, film)
    assert response.status_code == 200
    assert body_of(response) == BODY
    assert response["Content-Type"] == "video/mp4"
    assert response["Content-Length"] == str(len(BODY))
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cache-Control"].startswith("private")
    assert response["Content-Disposition"].startswith("inline")


def test_a_voice_message_is_played_although_its_type_names_a_codec(
    browser: Client, conversation: Conversation
) -> None:
    voice = stored(conversation, kind="audio", mime_type="audio/ogg; codecs=opus", filename="")
    response = got(browser, voice)
    assert response["Content-Type"] == "audio/ogg"
    assert response["Content-Disposition"].startswith("inline")


@pytest.mark.parametrize(
    "mime",
    ["image/svg+xml", "text/html", "application/xhtml+xml", "text/xml", "", "no type", "a\nb"],
)
def test_what_could_be_a_script_is_a_download(
    browser: Client, conversation: Conversation, mime: str
) -> None:
    media = stored(conversation, kind="document", mime_type=mime, filename="page.html")
    response = got(browser, media)
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment")


def test_a_picture_can_be_downloaded(browser: Client, conversation: Conversation) -> None:
    media = stored(conversation, kind="image", mime_type="image/png", filename="кот.png")
    response = got(browser, media, "?download=1")
    assert response["Content-Disposition"].startswith("attachment")
    assert "%D0%BA%D0%BE%D1%82.png" in response["Content-Disposition"]


@pytest.mark.parametrize(
    "name", ["a\r\nSet-Cookie: x=1", 'a"; filename="b', "bill\u202efdp.exe", "../../etc/passwd", ""]
)
def test_a_hostile_name_stays_a_name(
    browser: Client, conversation: Conversation, name: str
) -> None:
    media = stored(conversation, kind="document", mime_type="application/pdf", filename=name)
    response = got(browser, media)
    assert response.status_code == 200
    header = response["Content-Disposition"]
    assert not set("\r\n\u202e/") & set(header)
    assert "Set-Cookie" not in response.headers


def test_a_paper_is_shown_in_our_frame_and_only_if_it_is_one(
    browser: Client, conversation: Conversation
) -> None:
    fields = {"kind": "document", "mime_type": "application/pdf", "filename": "bill.pdf"}
    paper = got(browser, stored(conversation, b"%PDF-1.7 and so on", **fields))
    assert paper["Content-Type"] == "application/pdf"
    assert paper["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in paper["Content-Security-Policy"]
    assert "script-src" not in paper["Content-Security-Policy"]
    assert "default-src 'none'" in paper["Content-Security-Policy"]
    for body in (b"<html><script>alert(1)</script>", b"<svg onload=alert(1)>", b" %PDF-1.7", b""):
        page = got(browser, stored(conversation, body, **fields))
        assert page["Content-Type"] == "application/octet-stream"
        assert page["Content-Disposition"].startswith("attachment")
        assert page["X-Frame-Options"] == "DENY"
        assert page["Content-Security-Policy"].endswith("sandbox")


# --- seeking ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-", 0, 1023),
        ("bytes=100-199", 100, 199),
        ("bytes=1000-99999", 1000, 1023),
        ("bytes=-24", 1000, 1023),
        ("bytes=-99999", 0, 1023),
        ("bytes=1023-", 1023, 1023),
    ],
)
def test_a_player_can_seek(
    browser: Client, film: MediaFile, asked: str, first: int, last: int
) -> None:
    response = got(browser, film, Range=asked)
    assert response.status_code == 206
    assert response["Content-Range"] == f"bytes {first}-{last}/1024"
    assert response["Content-Length"] == str(last - first + 1)
    assert response["Content-Type"] == "video/mp4"
    assert body_of(response) == BODY[first : last + 1]


@pytest.mark.parametrize("asked", ["bytes=1024-", "bytes=99999-100000", "bytes=-0"])
def test_what_is_behind_the_end_is_not_there(browser: Client, film: MediaFile, asked: str) -> None:
    response = got(browser, film, Range=asked)
    assert response.status_code == 416
    assert response["Content-Range"] == "bytes */1024"


@pytest.mark.parametrize(
    "asked", ["bytes=-", "bytes=5-2", "lines=0-1", "bytes=0-1,5-6", "bytes=a-b", "²", "9" * 9000]
)
def test_a_range_that_makes_no_sense_gives_the_whole(
    browser: Client, film: MediaFile, asked: str
) -> None:
    response = got(browser, film, Range=asked.encode().decode("latin1"))
    assert response.status_code == 200
    assert body_of(response) == BODY


def test_a_stretch_of_something_else_gives_the_whole(browser: Client, film: MediaFile) -> None:
    assert got(browser, film, Range="bytes=0-1", **{"If-Range": '"other"'}).status_code == 200


def test_an_empty_file_has_no_stretch(browser: Client, conversation: Conversation) -> None:
    empty = stored(conversation, b"")
    assert got(browser, empty).status_code == 200
    assert got(browser, empty, Range="bytes=0-").status_code == 416


def test_asked_again_nothing_is_read(
    browser: Client, film: MediaFile, django_assert_max_num_queries: Any
) -> None:
    etag = got(browser, film)["ETag"]
    film.file.storage.delete(str(film.file.name))  # so it would show
    with django_assert_max_num_queries(5):
        response = got(browser, film, **{"If-None-Match": etag})
    assert response.status_code == 304
    assert response.content == b""
    assert response["Cache-Control"].startswith("private")


def test_who_lost_sight_gets_no_304_either(
    browser: Client, film: MediaFile, ben: Agent, client: Client
) -> None:
    etag = got(browser, film)["ETag"]
    client.force_login(ben)
    assert got(client, film, **{"If-None-Match": etag}).status_code == 404


# --- who sees it --------------------------------------------------------------------------------------


def test_a_file_is_seen_by_those_who_see_its_conversation(
    client: Client, film: MediaFile, ana: Agent, ben: Agent, cleo: Agent, dan: Agent, fay: Agent
) -> None:
    assert got(client, film).status_code == 302
    for agent, status in ((ana, 200), (cleo, 200), (ben, 404), (dan, 404), (fay, 403)):
        client.force_login(agent)
        assert got(client, film).status_code == status, agent.name


def test_an_upload_not_sent_yet_is_its_uploaders_only(
    client: Client, conversation: Conversation, ana: Agent, cleo: Agent
) -> None:
    media = stored(conversation, uploaded_by=ana)
    media.messages.update(media=None)
    for agent, status in ((ana, 200), (cleo, 404)):
        client.force_login(agent)
        assert got(client, media).status_code == status


def test_a_file_that_is_not_there_is_not_found(
    browser: Client, conversation: Conversation, film: MediaFile
) -> None:
    assert browser.get(reverse("conversations:file", args=[uuid.uuid4()])).status_code == 404
    wanted = stored(conversation, state="wanted")
    assert got(browser, wanted).status_code == 404
    film.file.storage.delete(str(film.file.name))
    assert got(browser, film).status_code == 404


def test_nobody_posts_to_a_file(browser: Client, film: MediaFile) -> None:
    assert browser.post(reverse("conversations:file", args=[film.key])).status_code == 405


# --- uploads ------------------------------------------------------------------------------------------


def png() -> bytes:
    out = BytesIO()
    Image.new("RGB", (3, 2), "red").save(out, "PNG")
    return out.getvalue()


def upload(client: Client, conversation: Conversation, body: bytes, name: str, **more: str) -> Any:
    data = {"file": SimpleUploadedFile(name, body), **more}
    return client.post(reverse("conversations:files", args=[conversation.pk]), data)


def test_an_upload_is_kept_and_its_key_told(browser: Client, conversation: Conversation) -> None:
    response = upload(browser, conversation, png(), "cat.png")
    assert response.status_code == 200
    media = MediaFile.objects.get(key=response.json()["key"])
    assert (media.kind, media.number_id, media.width) == ("image", conversation.number_id, 3)
    assert body_of(got(browser, media)) == png()


def test_a_picture_may_go_as_a_document(browser: Client, conversation: Conversation) -> None:
    response = upload(browser, conversation, png(), "cat.png", as_document="1")
    assert response.json()["kind"] == "document"


def test_what_whatsapp_would_not_take_is_refused_in_words(
    browser: Client, conversation: Conversation
) -> None:
    response = upload(browser, conversation, b"\x89PNG\r\n\x1a\nbroken", "cat.png")
    assert response.status_code == 422
    said = response.json()
    assert said["code"] == "media_refused"
    assert "damaged" in said["words"]
    assert said["as_document"] is True


@pytest.mark.parametrize("body", [b"", b"\x00" * 10])
def test_an_odd_upload_is_an_answer_in_json(
    browser: Client, conversation: Conversation, body: bytes
) -> None:
    response = upload(browser, conversation, body, "a\x00b")
    assert response.status_code in (200, 422)
    assert response.json()


def test_an_upload_without_a_file_is_refused(browser: Client, conversation: Conversation) -> None:
    response = browser.post(reverse("conversations:files", args=[conversation.pk]), {})
    assert response.status_code == 422
    assert response.json()["words"]


def test_nobody_uploads_to_what_they_do_not_see(
    client: Client, conversation: Conversation, ben: Agent, other_number: PhoneNumber
) -> None:
    client.force_login(ben)
    assert upload(client, conversation, png(), "cat.png").status_code == 404
    assert not MediaFile.objects.exists()
