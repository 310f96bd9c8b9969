"""Webhooks of about 1 KB as Meta writes them: one text message each, every one different, signed."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import time
from collections.abc import Iterator, Sequence

WABA_ID = "200000000000001"
FIRST_PHONE = 4_917_000_000_000
PEOPLE = 500
SIZE = 1024
WORDS = "Good afternoon, I would like to know when my order will arrive. "


def body(n: int, numbers: Sequence[str], *, people: int = PEOPLE, text: str = "") -> bytes:
    """Message `n`. Its text begins with `#n `, and the body is filled up to a kilobyte."""
    person = str(FIRST_PHONE + n % people)
    number = numbers[n % people % len(numbers)]
    said = text or f"#{n} " + (WORDS * 20)[: SIZE - 500]
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": f"1555{number[-7:]}", "phone_number_id": number},
        "contacts": [{"profile": {"name": f"Customer {n % people}"}, "wa_id": person}],
        "messages": [
            {
                "from": person,
                "id": f"wamid.bench{n:020d}",
                "timestamp": str(int(time.time())),
                "type": "text",
                "text": {"body": said},
            }
        ],
    }
    entry = [{"id": WABA_ID, "changes": [{"field": "messages", "value": value}]}]
    return json.dumps({"object": "whatsapp_business_account", "entry": entry}).encode()


def signed(secret: str, numbers: Sequence[str], *, start: int) -> Iterator[tuple[bytes, str]]:
    for n in itertools.count(start):
        raw = body(n, numbers)
        yield raw, hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


def request(port: int, raw: bytes, signature: str) -> bytes:
    head = (
        f"POST /webhooks/whatsapp/ HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
        f"X-Hub-Signature-256: sha256={signature}\r\nContent-Length: {len(raw)}\r\n\r\n"
    )
    return head.encode() + raw
