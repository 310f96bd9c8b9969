"""Drafts for tests: one that Meta takes, and any part of it otherwise."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from templates_app.content import ButtonContent, Content, DraftContent

BODY = "Hello {{1}}, your order {{2}} is ready and waits for you at our shop."
SAMPLES = {"body.1": "Maria", "body.2": "20814"}


def draft(**over: Any) -> DraftContent:
    """Keys of the draft, or of its content."""
    outer = {key: over.pop(key) for key in ("name", "language", "category") if key in over}
    content = Content(**{"body": BODY, "samples": SAMPLES} | over)
    return replace(
        DraftContent(name="order_ready", language="en_US", category="UTILITY", content=content),
        **outer,
    )


def url(text: str = "Open", url: str = "https://shop.example/o/{{1}}", sample: str = "7") -> Any:
    return ButtonContent(kind="URL", text=text, url=url, sample=sample)


def reply(text: str = "Yes") -> ButtonContent:
    return ButtonContent(kind="QUICK_REPLY", text=text)


def phone(text: str = "Call", phone: str = "+7 812 000-00-00") -> ButtonContent:
    return ButtonContent(kind="PHONE_NUMBER", text=text, phone=phone)


def code(sample: str = "SAVE20") -> ButtonContent:
    return ButtonContent(kind="COPY_CODE", sample=sample)
