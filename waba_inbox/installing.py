"""What a telephone or a desktop asks for to install the product as an app: the manifest, and its icon in pixels."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import Final

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET
from PIL import Image, ImageDraw

WEEK: Final = 7 * 24 * 3600
SIZES: Final = (180, 192, 512)
GREEN, WHITE, CANVAS = (15, 122, 87, 255), (255, 255, 255, 255), "#f8f8f6"
FINER: Final = 4  # drawn larger and made smaller: smooth edges


@require_GET
@login_not_required
@cache_control(public=True, max_age=3600)
def manifest(request: HttpRequest) -> JsonResponse:
    """Fetched without cookies, so in the browser's language."""
    pixels = [
        {"src": reverse(f"icon_{size}"), "sizes": f"{size}x{size}", "type": "image/png"}
        for size in SIZES
    ]
    drawn = {"src": static("img/icon.svg"), "sizes": "any", "type": "image/svg+xml"}
    inbox = {"name": gettext("Inbox"), "url": reverse("conversations:inbox")}
    contacts = {"name": gettext("Contacts"), "url": reverse("contacts:contacts")}
    said = {
        "id": "/",
        "name": "WABA Inbox",
        "short_name": "WABA Inbox",
        "description": gettext("Customers on WhatsApp, answered together."),
        "lang": translation.get_language(),
        "start_url": reverse("home"),
        "scope": "/",
        "display": "standalone",
        "background_color": CANVAS,
        "theme_color": CANVAS,
        "icons": [drawn, *pixels, pixels[-1] | {"purpose": "maskable"}],
        "shortcuts": [inbox, contacts],
    }
    return JsonResponse(said, content_type="application/manifest+json")


@require_GET
@login_not_required
@cache_control(public=True, max_age=WEEK)
def icon(request: HttpRequest, size: int) -> HttpResponse:
    """To its edges: systems cut their own shape out of it."""
    return HttpResponse(_png(size), content_type="image/png")


@lru_cache(maxsize=len(SIZES))
def _png(size: int) -> bytes:
    """static/img/icon.svg in pixels; its drawing is 32 units wide, and stands in the middle four fifths."""
    whole = size * FINER
    image = Image.new("RGBA", (whole, whole), GREEN)
    draw = ImageDraw.Draw(image)

    def at(*units: float) -> list[float]:
        return [(unit * 0.86 + 2.24) * whole / 32 for unit in units]

    radius = 2.5 * 0.86 * whole / 32
    draw.rounded_rectangle(at(8, 8, 24, 20), radius, fill=WHITE)
    draw.polygon(at(9.5, 19.5, 15.2, 19.5, 9.5, 24.4), fill=WHITE)
    tick, wide = at(12.2, 14.2, 14.7, 16.6, 19.7, 11.8), round(2 * 0.86 * whole / 32)
    draw.line(tick, fill=GREEN, width=wide, joint="curve")
    for x, y in (tick[:2], tick[-2:]):
        draw.ellipse((x - wide / 2, y - wide / 2, x + wide / 2, y + wide / 2), fill=GREEN)
    out = io.BytesIO()
    image.resize((size, size), Image.Resampling.LANCZOS).save(out, "PNG", optimize=True)
    return out.getvalue()
