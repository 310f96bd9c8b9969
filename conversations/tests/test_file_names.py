"""A customer may call a file anything: nowhere does a name look like another."""

from __future__ import annotations

import unicodedata

from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Agent
from conversations.models import Conversation, MediaFile
from tests import world
from whatsapp import file_names

TURNED = "bill\u202efdp.exe"  # a browser that obeys the mark shows billexe.pdf


@given(st.text(max_size=40))
def test_what_stays_is_what_one_sees(name: str) -> None:
    plain = file_names.plain(name)
    assert len(plain) == len(name)
    assert not any(
        unicodedata.bidirectional(sign) in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
        or unicodedata.category(sign) in ("Cc", "Zl", "Zp")
        or sign in "/\\"
        for sign in plain
    )  # fmt: skip


def test_no_page_turns_a_name_round(ana: Agent, conversation: Conversation, client: Client) -> None:
    for mime in ("application/pdf", "application/octet-stream"):
        media = MediaFile.objects.create(
            workspace=ana.workspace, number=conversation.number, kind="document", state="stored",
            mime_type=mime, filename=TURNED, file="a/b",
        )  # fmt: skip
        world.make_message(conversation, "Winter", kind="document", media=media)
    client.force_login(ana)
    here, person = f"/inbox/{conversation.pk}/", f"/contacts/{conversation.contact_id}/"
    paths = (
        here,
        f"{here}transcript/",
        person,
        f"{person}media/?kind=document",
        "/inbox/search/?find=winter",
        f"{here}matches/?find=winter",
    )
    said = {
        path: client.get(path, headers={"X-Requested-With": "fetch"}).content.decode()
        for path in paths
    }
    assert not [path for path, html in said.items() if "\u202e" in html]
    for path in (here, f"{here}transcript/", "/inbox/search/?find=winter"):
        assert "bill_fdp.exe" in said[path], said[path]
