"""Secrets at rest: encrypted by the first key of SECRETS_KEYS, readable by all of them (so keys can rotate)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


class UnreadableSecret(Exception):
    """The secret was written with a key that SECRETS_KEYS no longer holds."""


@lru_cache(maxsize=8)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key.encode()) for key in keys])


def encrypt(text: str) -> str:
    return _fernet(tuple(settings.SECRETS_KEYS)).encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    try:
        return _fernet(tuple(settings.SECRETS_KEYS)).decrypt(token.encode()).decode()
    except InvalidToken:
        raise UnreadableSecret("No key in SECRETS_KEYS reads this secret; enter it again") from None


def ending(text: str) -> str:
    """The last four characters: enough to tell two secrets apart, and all that a page ever shows of one."""
    return text[-4:] if len(text) >= 12 else ""


def is_current(token: str) -> bool:
    """Whether the newest key wrote it (what `manage.py rotate_secrets` looks for)."""
    try:
        Fernet(settings.SECRETS_KEYS[0].encode()).decrypt(token.encode())
    except InvalidToken:
        return False
    return True


class SecretField(models.TextField[str, str]):
    """Text that is plain in Python and encrypted in the database. Cannot be searched, on purpose."""

    def get_prep_value(self, value: Any) -> Any:
        return encrypt(value) if value else ""

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str:
        return decrypt(value) if value else ""
