"""The secrets that may sign a webhook, kept in the process: of every Meta app. For webhooks/intake.py."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

import structlog

from accounts.secrets import UnreadableSecret, decrypt
from whatsapp import signature

Rows = Callable[[str], Awaitable[list[tuple[Any, ...]]]]

GOOD_FOR: Final = 10.0  # seconds: a changed secret holds everywhere after that
PAUSE: Final = 1.0  # wrong signatures may not make us ask the database more often
QUERY: Final = "SELECT id, secret, verify_token FROM accounts_metaapp ORDER BY id"

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Key:
    app_id: int  # of our row, not Meta's id
    secret: str
    verify_token: str


class Keys:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._keys: tuple[Key, ...] | None = None
        self._read_at = self._tried_at = float("-inf")
        self._reading = asyncio.Lock()

    async def signer(self, body: bytes, header: str) -> int | None:
        """Our id of the app whose secret signed this body; None if no secret of ours did."""
        found = self._match(await self.known(), body, header)
        if found is None and await self.look_again():
            found = self._match(await self.known(), body, header)
        return found

    async def known(self) -> tuple[Key, ...]:
        """The keys, asked for anew when they are old. An unreachable database does not forget them."""
        is_old = time.monotonic() - self._read_at > GOOD_FOR
        if self._keys is None or (is_old and not self._reading.locked()):
            await self.look_again()
        if self._keys is None:
            raise ConnectionError("the secrets could not be read")
        return self._keys

    async def look_again(self) -> bool:
        """Read the keys now, unless that was tried a moment ago. One asks for all. True if they were read."""
        asked_at = time.monotonic()
        async with self._reading:
            if self._read_at >= asked_at:
                return True  # another one asked while we waited
            if time.monotonic() - self._tried_at < PAUSE:
                return False
            try:
                rows = await self._rows(QUERY)
            except Exception as problem:
                logger.warning("webhook secrets not read", problem=str(problem))
                return False
            finally:
                self._tried_at = time.monotonic()
            self._keys = tuple(
                Key(app_id, _plain(secret), _plain(verify_token))
                for app_id, secret, verify_token in rows
            )
            self._read_at = time.monotonic()
            return True

    @staticmethod
    def _match(keys: tuple[Key, ...], body: bytes, header: str) -> int | None:
        for key in keys:
            if signature.verify([key.secret], body, header):
                return key.app_id
        return None


def _plain(stored: str) -> str:
    """A secret that no key of ours reads signs nothing."""
    try:
        return decrypt(stored) if stored else ""
    except UnreadableSecret:
        return ""
