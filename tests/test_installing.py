"""The product as an app on a telephone: its manifest and icons."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.test import Client
from PIL import Image

pytestmark = pytest.mark.django_db


def test_the_manifest_names_icons_that_are_there_in_the_sizes_it_says(client: Client):
    answer = client.get("/manifest.webmanifest")
    assert answer["Content-Type"] == "application/manifest+json"
    said = answer.json()
    assert (said["display"], said["start_url"]) == ("standalone", "/")
    for icon in said["icons"]:
        if icon["type"] == "image/png":
            image = Image.open(BytesIO(client.get(icon["src"]).content))
            assert "{}x{}".format(*image.size) == icon["sizes"]
    assert any(icon.get("purpose") == "maskable" for icon in said["icons"])


def test_the_page_of_signing_in_leads_to_it(client: Client):
    page = client.get("/accounts/login/").content.decode()
    assert 'rel="manifest" href="/manifest.webmanifest"' in page
    assert page.count("theme-color") == 2  # as the system is, light or dark
