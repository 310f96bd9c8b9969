"""Further pages of the list, as the browser reads them."""

from __future__ import annotations

import json

import pytest

from conversations import listing
from conversations.tests.page import parse
from tests import world

pytestmark = pytest.mark.django_db


def test_a_further_page_tells_what_of_its_rows_has_been_read(number, cleo, client, monkeypatch):
    monkeypatch.setattr(listing, "ROWS", 1)
    for _ in range(2):
        world.make_conversation(number)
    client.force_login(cleo)
    first = parse(client.get("/inbox/?tab=all").content.decode())
    more = next(node for node in first.walk() if node.attrs.get("class") == "rows__more")
    page = parse(client.get(more.attrs["hx-get"]).content.decode())
    rows = [node.attrs["id"] for node in page.all("li", **{"class": "row"})]
    seen = next(node for node in page.walk() if "data-seen" in node.attrs)
    assert [f"conversation-{pk}" for pk in json.loads(seen.attrs["data-seen"])] == rows
    assert len(rows) == 1
