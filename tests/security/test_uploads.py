"""Every place that takes a file, with files and names made to hurt: refused in words, or kept as what they are.

What is kept is asked for again: no browser takes it for a page of ours, and its name misleads nobody.
"""

from __future__ import annotations

import io
import re
import struct
import tarfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings as django_settings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.models import Agent, Workspace
from conversations.models import CannedReply, Conversation, MediaFile
from simulator import defaults
from templates_app.models import Draft, SampleFile, Template
from tests import world
from tests.security import hostile
from tests.security.test_pages import OURS
from waba_inbox.backup import restoring
from waba_inbox.backup.programs import BackupFailed

TAKES_FILES = re.compile(r"request\.FILES")
KNOWN = {  # the modules that take files; each is among doors()
    "billing/views/cards.py", "billing/views/terms.py", "conversations/views/canned.py", "conversations/views/files.py",
    "quality/views/setup.py", "templates_app/views/samples.py",
}  # fmt: skip
MISLEADING = re.compile(r"[\x00-\x1f\x7f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff/\\]")
MEDIA_TYPES = (
    "image/jpeg",
    "image/png",
    "image/webp",
    "image/gif",
    "video/",
    "audio/",
    "application/pdf",
)
SCRIPT = b"<script>zq7()</script>"


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *more: bytes, rows: bytes = b"") -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    tail = chunk(b"IDAT", zlib.compress(rows or b"\0" * 40, 9)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + tail


def hostile_files() -> dict[str, tuple[bytes, str, str]]:
    """Name → content, what it is called, what the browser says that it is."""
    drawing = b'<svg xmlns="http://www.w3.org/2000/svg" onload="zq7()">' + SCRIPT + b"</svg>"
    page, pixel = b"<!doctype html>" + SCRIPT, png(8, 8)
    text_bomb = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b" " * 30_000_000, 9))
    names = {
        "a name that reads backwards": "invoice\u202egnp.exe",
        "a name that is not seen": "\u200b\u2066\ufeff",
        "a path upwards": "../../../../tmp/zq7.png",
        "a path of another system": "..\\..\\..\\zq7.png",
        "a path from the root": "/etc/zq7.png",
        "a path in percents": "%2e%2e%2f%2e%2e%2fzq7.png",
        "a name that is a folder": "..",
        "no name": "",
        "a name of 100,000 letters": "x" * 100_000 + ".png",
        "a name of 255 wide letters": "щ" * 251 + ".png",
        "a name with an end of line": "a\r\nSet-Cookie: zq7=1\r\n.png",
        "a name with quotes": 'a"; filename="zq7.html',
        "a name with a null byte": "zq7.png\x00.html",
        "a name of HTML": "<img src=x onerror=zq7()>.png",
        "a name of a device": "CON.png",
        "a formula for a name": "=cmd|' /C zq7'!A0.png",
    }
    return {
        "a drawing that is called a picture": (drawing, "x.png", "image/png"),
        "a drawing": (drawing, "x.svg", "image/svg+xml"),
        "a page": (page, "x.html", "text/html"),
        "a page that is called a picture": (page, "x.jpg", "image/jpeg"),
        "a page that is called a film": (page, "x.mp4", "video/mp4"),
        "a page that is called a paper": (page, "x.pdf", "application/pdf"),
        "a page in an odd alphabet": (page.decode().encode("utf-16"), "x.html", "text/html; charset=utf-7"),
        "a picture that is a script": (b"GIF89a/*" + SCRIPT + b"*/=1;", "x.gif", "text/javascript"),
        "a picture with a page behind it": (pixel + page, "x.png", "text/html"),
        "a paper with a page in it": (b"%PDF-1.7\n" + page, "x.pdf.html", "text/html"),
        "a picture that is a zip": (pixel + hostile.zipped("x.html", page), "x.png", "image/png"),
        "a film that is a page": (b"\0\0\0\x18ftypmp42" + page, "x.html", "video/mp4"),
        "a program called a paper": (b"MZ\x90\0" + b"\0" * 400, "x.pdf", "application/pdf"),
        "a picture of 2,500 megapixels": (png(50_000, 50_000), "x.png", "image/png"),
        "a picture of no pixels": (png(0, 0), "x.png", "image/png"),
        "a picture of 2**31 pixels a side": (png(2**31 - 1, 2**31 - 1), "x.png", "image/png"),
        "a picture with a bomb of words": (png(8, 8, text_bomb), "x.png", "image/png"),
        "half a picture": (pixel[:30], "x.png", "image/png"),
        "a zip of 60 MB": (hostile.zipped("x", b" " * 60_000_000), "x.zip", "application/zip"),
        "a workbook of 60 MB": (hostile.workbook(b" " * 60_000_000), "x.xlsx", "application/zip"),
        "a zip within a zip": (hostile.zipped("x", hostile.zipped("y", b" " * 9_999)), "x.docx", "x"),
        "nothing": (b"", "x.png", "image/png"),
        "null bytes": (b"\0" * 5_000, "x.jpg", "image/jpeg"),
        "a type of 5,000 letters": (pixel, "x.png", "image/" + "x" * 5_000),
        "a type that is none": (pixel, "x.png", "\"><script>"),
    } | {what: (pixel, name, "image/png") for what, name in names.items()}  # fmt: skip


@dataclass(frozen=True)
class Door:
    """`field`: under which name it takes the file. `more`: what stands in the form beside it."""

    path: str
    field: str
    more: dict[str, str]


def doors(workspace: Workspace, writer: Agent) -> dict[str, Door]:
    """One for every field that takes a file, over an account that Meta knows, so that it comes as far as it can."""
    account = world.make_account(workspace, waba_id=defaults.WABA_ID, token=defaults.TOKEN)
    account.app.app_id, account.app.secret = defaults.APP_ID, defaults.APP_SECRET
    account.app.save(update_fields=["app_id", "secret"])
    number = world.make_number(account, phone_number_id=defaults.NUMBER_ID)
    thread: Conversation = world.make_conversation(number)
    attach = reverse("conversations:files", args=[thread.pk])
    card = {"components": [{"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": "Hi"}]}
    shelf = Template.objects.create(
        account=account, name="shelf", language="en", status="APPROVED", components=[
            {"type": "BODY", "text": "New"}, {"type": "CAROUSEL", "cards": [card, card]},
        ],
    )  # fmt: skip
    drafts = {
        kind: Draft.objects.create(account=account, author=writer, content={"header_kind": kind})
        for kind in ("IMAGE", "VIDEO", "DOCUMENT")
    }
    day = {"model": "pmp", "effective_from": "2026-01-01"}
    reply = {"text": "Here", "scope": "all"}
    return {
        "the composer": Door(attach, "file", {}),
        "the composer, as a document": Door(attach, "file", {"as_document": "on"}),
        "the composer's recorder": Door(attach, "file", {"voice": "on"}),
        "a quick reply": Door(reverse("canned:replies"), "file", {"shortcode": "new", **reply}),
        **{
            f"a template's sample: {kind}": Door(
                reverse("templates_app:draft_sample", args=[draft.pk]), "file", {}
            )
            for kind, draft in drafts.items()
        },
        "a template's card": Door(
            reverse("templates_app:template_card", args=[shelf.pk, 0]), "file", {}
        ),
        "the profile": Door(reverse("setup:profile", args=[number.pk]), "picture", {"about": "We"}),
        "prices": Door(reverse("billing:upload"), "file", day),
        "prices' tiers": Door(reverse("billing:upload"), "tiers", day),
        "rates of exchange": Door(reverse("billing:exchange_upload"), "rates", {}),
    }


def multipart(door: Door, content: bytes, name: str, kind: str) -> bytes:
    """By hand: Django's own client would clean the name."""
    parts = [
        f'--zq\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'.encode()
        for field, value in door.more.items()
    ]
    quoted = name.replace("\r\n", "%0D%0A").replace("\\", "\\\\").replace('"', '\\"')
    head = f'--zq\r\nContent-Disposition: form-data; name="{door.field}"; filename="{quoted}"\r\n'
    return b"".join(
        [*parts, f"{head}Content-Type: {kind}\r\n\r\n".encode(), content, b"\r\n--zq--\r\n"]
    )


@pytest.fixture
def writer(ada: Agent, settings: Any) -> Client:
    settings.ACCOUNT_RATE_LIMITS = False
    cache.clear()
    client = Client()
    client.post("/accounts/login/", {"login": ada.email, "password": world.PASSWORD})
    client.raise_request_exception = False
    return client


def kept_files() -> Iterator[tuple[str, str, bytes]]:
    """Address, path in the store and content of all that was kept."""
    rows: dict[type[Any], Callable[[Any], str]] = {
        MediaFile: lambda row: reverse("conversations:file", args=[row.key]),
        CannedReply: lambda row: reverse("canned:reply_file", args=[row.pk]),
        SampleFile: lambda row: reverse("templates_app:sample", args=[row.key]),
    }
    for model, address in rows.items():
        for row in model.objects.exclude(file=""):
            yield address(row), row.file.name, row.file.open("rb").read()


def read_back(answer: Any) -> bytes:
    async def gathered() -> bytes:
        return b"".join([part async for part in answer.streaming_content])

    if not answer.streaming:
        return bytes(answer.content)
    return async_to_sync(gathered)() if answer.is_async else b"".join(answer.streaming_content)


def runs(answer: Any, content: bytes) -> str:
    """In which way a browser could be misled by this answer; empty: in none."""
    kind, said = answer["Content-Type"], answer.headers.get("Content-Disposition", "")
    name = unquote(said.partition("filename*=utf-8''")[2]) or said.partition("filename=")[2]
    if answer["X-Content-Type-Options"] != "nosniff":
        return "its type is guessed"
    if MISLEADING.search(name.replace("\\\\", "").replace('\\"', "")) or len(name) > 300:
        return f"its name is {name[:99]!r}"
    if said.startswith("attachment"):
        return ""
    is_walled = "default-src 'none'" in answer.headers.get("Content-Security-Policy", "")
    if not kind.startswith(MEDIA_TYPES) or not is_walled:
        return f"it is shown as {kind}"
    if kind == "application/pdf" and not content.startswith(b"%PDF-"):
        return "it is shown as a paper"
    return ""


def test_every_place_that_takes_files_is_known() -> None:
    root = Path(django_settings.BASE_DIR)
    found = {
        str(path.relative_to(root))
        for app in OURS
        for path in (root / app).rglob("*.py")
        if TAKES_FILES.search(path.read_text())
    }
    assert found == KNOWN, "give it a door in doors()"


def test_no_file_does_harm_wherever_it_is_put(
    writer: Client, ada: Agent, meta: Any, settings: Any, record_property: Any
) -> None:
    settings.MEDIA_ROOT.mkdir(exist_ok=True)
    table, files = doors(ada.workspace, ada), hostile_files()
    faults, wordless, kept = [], [], 0
    for place, door in table.items():
        for what, (content, name, kind) in files.items():
            body = multipart(door, content, name, kind)
            answer = writer.post(door.path, body, content_type="multipart/form-data; boundary=zq")
            where = f"{what} at {place}: {answer.status_code}"
            if answer.status_code >= 500:
                faults.append(where)
            if answer.status_code == 422 and len(answer.content) < 20:
                wordless.append(where)
            CannedReply.objects.filter(shortcode="new").update(shortcode=f"r{kept}")
            kept += 1
    assert not faults
    assert not wordless
    wrong, count = {}, 0
    for address, path, content in kept_files():
        count += 1
        answer = writer.get(address)
        assert answer.status_code == 200, address
        if misled := runs(answer, content):
            wrong[address] = misled
        assert read_back(answer) == content
        assert re.fullmatch(r"[0-9a-z_/]+", path), path  # nothing of its name reaches the disk
    assert not wrong
    assert count > 100
    outside = [path for path in settings.MEDIA_ROOT.parent.rglob("*zq7*")]
    assert not outside
    words = (
        f"hostile uploads: {len(files)} files at {len(table)} places, {count} kept as what they are"
    )
    record_property("counted", f"{words}, none runs, no fault")


def packed(*members: tarfile.TarInfo) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for member in members:
            archive.addfile(member, io.BytesIO(b"x" * member.size))
    return out.getvalue()


def member(name: str, **over: Any) -> tarfile.TarInfo:
    found = tarfile.TarInfo(name)
    for field, value in over.items():
        setattr(found, field, value)
    return found


@pytest.mark.parametrize(
    "archive",
    [
        packed(member("../zq7", size=1)),
        packed(member("/tmp/zq7", size=1)),  # noqa: S108 (must not be written)
        packed(
            member("link", type=tarfile.SYMTYPE, linkname="../../etc"), member("link/zq7", size=1)
        ),
        packed(member("link", type=tarfile.LNKTYPE, linkname="/etc/passwd")),
        packed(member("device", type=tarfile.CHRTYPE)),
        packed(member("x", size=1)),  # not in the manifest
        b"no archive",
        b"",
    ],
)
def test_a_backup_that_leads_out_of_its_folder_is_refused_in_words(
    archive: bytes, tmp_path: Path
) -> None:
    (tmp_path / "backup").mkdir()
    (tmp_path / "backup" / "media.tar").write_bytes(archive)
    wanted = {"files": 0, "bytes": 0, "sha256": ""}
    with pytest.raises(BackupFailed, match=r"files|is no file of a backup"):
        restoring._put_files(
            tmp_path / "backup", tmp_path / "media", wanted, say=lambda words: None
        )
    outside = {path.relative_to(tmp_path).parts[0] for path in tmp_path.rglob("*")}
    assert outside <= {"backup", "media"}
    assert not Path("/tmp/zq7").exists()  # noqa: S108
