"""Files that agents attach: what they are is read from the bytes, and Meta's limits are told in words."""

from __future__ import annotations

import hashlib
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from conversations import uploads
from conversations.models import MediaFile
from conversations.refusals import MediaRefused
from simulator import pictures
from whatsapp import sniffing

pytestmark = pytest.mark.django_db

MB = 1024 * 1024


def picture(
    kind: str = "PNG", size: tuple[int, int] = (40, 20), mode: str = "RGB", **more: Any
) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size).save(out, kind, **more)
    return out.getvalue()


def store(number, agent, data: bytes, name: str, **more: Any):
    return uploads.store(SimpleUploadedFile(name, data), number=number, agent=agent, **more)


def test_a_photo_is_stored_as_it_is_with_its_size(number, ana):
    data = pictures.photo(0.3)
    media = store(number, ana, data, "IMG 1.jpg")
    assert (media.kind, media.mime_type, media.state) == ("image", "image/jpeg", "stored")
    assert (media.width, media.height, media.size) == (960, 720, len(data))
    assert media.sha256 == hashlib.sha256(data).hexdigest()
    assert media.file.open("rb").read() == data
    assert media.uploaded_by == ana
    assert "IMG" not in media.file.name


def test_a_photo_taken_upright_is_measured_upright(number, ana):
    exif = Image.Exif()
    exif[0x0112] = 6
    media = store(number, ana, picture("JPEG", (40, 20), exif=exif), "upright.jpg")
    assert (media.width, media.height) == (20, 40)


def test_the_name_and_the_browser_are_not_believed(number, ana):
    media = uploads.store(
        SimpleUploadedFile("holiday.jpg", b"%PDF-1.7 ...", content_type="image/jpeg"),
        number=number,
        agent=ana,
    )
    assert (media.kind, media.mime_type) == ("document", "application/pdf")


def test_a_picture_over_five_megabytes_is_refused_and_offered_as_a_document(number, ana):
    data = picture() + b"\0" * (5 * MB)
    with pytest.raises(MediaRefused) as refused:
        store(number, ana, data, "huge.png")
    assert "5 MB" in refused.value.words
    assert refused.value.as_document
    assert store(number, ana, data, "huge.png", kind="document").kind == "document"


def test_a_gif_goes_as_a_document_and_is_refused_as_a_picture(number, ana):
    assert store(number, ana, picture("GIF", mode="P"), "fun.gif").kind == "document"
    with pytest.raises(MediaRefused) as refused:
        store(number, ana, picture("GIF", mode="P"), "fun.gif", kind="image")
    assert refused.value.as_document


@pytest.mark.parametrize(
    "data", [b"\xff\xd8\xff\xe0 no picture follows", picture("JPEG", mode="CMYK")]
)
def test_a_picture_that_whatsapp_could_not_show_is_offered_as_a_document(number, ana, data):
    with pytest.raises(MediaRefused) as refused:
        store(number, ana, data, "broken.jpg")
    assert refused.value.as_document
    assert "document" in refused.value.words


def test_a_voice_without_sound_is_refused_in_words_and_a_tune_is_taken(number, ana):
    with pytest.raises(MediaRefused) as refused:
        store(number, ana, b"\x1aE\xdf\xa3webm", "voice.webm", is_voice=True)
    assert "Record it again" in refused.value.words
    media = store(number, ana, pictures.TUNE.read_bytes(), "voice.ogg", is_voice=True)
    assert (media.kind, media.is_voice, media.mime_type) == ("audio", True, "audio/ogg")


def test_a_sticker_must_be_square_and_small(number, ana):
    media = store(number, ana, pictures.sticker(0.2), "face.webp", kind="sticker")
    assert (media.kind, media.width) == ("sticker", 512)
    with pytest.raises(MediaRefused):
        store(number, ana, picture("WEBP", (100, 100)), "small.webp", kind="sticker")


def test_an_empty_file_is_refused(number, ana):
    with pytest.raises(MediaRefused):
        store(number, ana, b"", "nothing.txt")


@pytest.mark.parametrize(
    ("head", "name", "mime"),
    [
        (b"\x00\x00\x00\x18ftypmp42", "a.mov", "video/mp4"),
        (b"\x00\x00\x00\x18ftyp3gp5", "a", "video/3gpp"),
        (b"\x00\x00\x00\x18ftypM4A ", "a", "audio/mp4"),
        (b"\x00\x00\x00\x18ftypheic", "a.jpg", "image/heic"),
        (b"OggS" + b"\0" * 24 + b"OpusHead", "a", "audio/ogg"),
        (b"OggS" + b"\0" * 24 + b"\x01vorbis", "a.ogg", "application/ogg"),
        (b"ID3\x04", "a", "audio/mpeg"),
        (b"\xff\xfb\x90", "a", "audio/mpeg"),
        (b"\xff\xf1\x50", "a", "audio/aac"),
        (b"#!AMR\n", "a", "audio/amr"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "a", "image/webp"),
        (b"PK\x03\x04", "a.zip", "application/zip"),
        (b"PK\x03\x04", "page.html", "application/zip"),
        (
            b"PK\x03\x04",
            "a.docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.doc", "application/msword"),
        (b"a;b\n1;2\n", "a.csv", "text/csv"),
        ("Привет".encode(), "a", "text/plain"),
        (("я" * 5000).encode()[:8191], "a", "text/plain"),
        (b"<html><script>", "a.html", "text/plain"),
        (b"\x00\x01\x02", "a.jpg", sniffing.UNKNOWN),
    ],
)
def test_the_first_bytes_say_what_a_file_is(head, name, mime):
    assert sniffing.mime_of(head, name) == mime


def test_where_there_is_no_room_for_files_it_is_said_and_nothing_is_left(
    number, ana, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path / "full"
    settings.MEDIA_ROOT.write_text("no folder: nothing can be written below it")
    with pytest.raises(MediaRefused) as refused:
        store(number, ana, pictures.photo(0.3), "IMG 1.jpg")
    assert "no room" in str(refused.value.what)
    assert not MediaFile.objects.exists()
