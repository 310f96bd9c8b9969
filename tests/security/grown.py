"""Webhook bodies grown from the shapes of Meta's reference (whatsapp/tests/bodies), the same for the same seed.

Most are nearly right, so that they come far: one to three changes to a body that would be taken. Some are no JSON.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from typing import Any, Final

from accounts.models import PhoneNumber
from whatsapp.tests.stored import BODIES, NAMES

Path = tuple[Any, ...]
HOSTILE: Final[tuple[Any, ...]] = (
    None, True, False, 0, -1, 1, 2**31, 2**63, 2**64, -(2**63) - 1, 10**30, 1.5, 1e308, float("nan"),
    float("inf"), "", " ", "\x00", "a\x00b", "\ud800", "\udfff\ud800", "\u202etxt.exe", "\u200b\u200f\ufeff",
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>", "{{ 7*7 }}{% debug %}", "'; DROP TABLE accounts_agent; --",
    "=cmd|' /C calc'!A0", "../../../etc/passwd", "%s%n%00", "1e999", "nan", "0x10", "٣", "-0", "1749416383",
    "99999999999999", "-1", "2026-13-45T99:99:99Z", "wamid.known", "text", "image", "unsupported", "unknown", "sha256",
    "🤯" * 40,
    "e\u0301" * 50, "x" * 5000, [], {}, [None], [[]], {"": {}}, {"id": None}, {"body": {"body": "x"}}, [{"id": "x"}],
)  # fmt: skip
STATES: Final = ("sent", "delivered", "read", "played", "failed", "deleted", "warning", "nonsense")
SAME_AGAIN: Final = 0.1
KEPT_IDS: Final = 500


class Garden:
    """Grows bodies for one number. What it has sent is remembered, so that later ones speak of earlier ones."""

    def __init__(self, number: PhoneNumber, *, seed: int) -> None:
        self.chance = random.Random(seed)
        self.number_id, self.waba_id = number.phone_number_id, number.account.waba_id
        self.shapes = [json.loads((BODIES / f"{name}.json").read_bytes()) for name in NAMES]
        # A body of sixty items costs as much as sixty: it comes so much more seldom.
        self.weights = [1 / max(json.dumps(shape).count('"timestamp"'), 1) for shape in self.shapes]
        self.ids = ["wamid.known"]
        self.count = 0

    def body(self) -> bytes:
        """The next one."""
        self.count += 1
        grown = self._at_home(copy.deepcopy(self.chance.choices(self.shapes, self.weights)[0]))
        for _ in range(self.chance.choice((0, 1, 1, 1, 2, 2, 3))):
            grown = self._changed(grown)
        text = json.dumps(grown, ensure_ascii=self.chance.random() < 0.5)
        body = text.encode("utf-8", "surrogatepass")
        return self._spoilt(body) if self.chance.random() < 0.06 else body

    def _at_home(self, tree: Any) -> Any:
        """The same body about our number: ids are new as a rule, and now and then those of before."""
        if isinstance(tree, list):
            return [self._at_home(item) for item in tree]
        if not isinstance(tree, dict):
            return tree
        found = {key: self._at_home(value) for key, value in tree.items()}
        if "phone_number_id" in found and self.chance.random() < 0.97:
            found["phone_number_id"] = self.number_id
        if "changes" in found and self.chance.random() < 0.97:
            found["id"] = self.waba_id
        for key in ("id", "message_id"):
            if str(found.get(key, "")).startswith("wamid"):
                found[key] = self._wamid()
        if isinstance(found.get("from"), str) and found["from"].isdigit():
            found["from"] = f"7921000{self.chance.randrange(40):04d}"
        if "status" in found and "recipient_id" in found:
            found["status"] = self.chance.choice(STATES)
        return found

    def _wamid(self) -> str:
        if self.chance.random() < SAME_AGAIN:
            return self.chance.choice(self.ids)
        fresh = f"wamid.{self.chance.getrandbits(64):x}"
        self.ids = [*self.ids[-KEPT_IDS:], fresh] if self.count % 7 == 0 else self.ids
        return fresh

    def _changed(self, tree: Any) -> Any:
        """One change somewhere: a value, a key, a repetition, a depth."""
        paths = list(_paths(tree))
        if not paths:
            return tree
        *way, last = self.chance.choice(paths)
        place = tree
        for step in way:
            place = place[step]
        match self.chance.randrange(10):
            case 0 | 1 | 2 | 3:
                place[last] = copy.deepcopy(self.chance.choice(HOSTILE))
            case 4:
                del place[last]
            case 5:
                place[last] = [place[last]] if self.chance.random() < 0.5 else {"x": place[last]}
            case 6 if isinstance(place, list):
                place.extend(copy.deepcopy(place[last]) for _ in range(self.chance.randrange(1, 4)))
            case 6:
                place[self.chance.choice(("new", "", "id", "type", "\x00"))] = place.pop(last)
            case 7:
                other = self.chance.choice(self.shapes)
                place[last] = copy.deepcopy(_at(other, self.chance.choice(list(_paths(other)))))
            case 8:
                place[last] = str(place[last])
            case _:
                place[last] = _deep(self.chance.choice((3, 30, 150)), place[last])
        return tree

    def _spoilt(self, body: bytes) -> bytes:
        """No longer what json.dumps would write."""
        at = self.chance.randrange(max(len(body), 1))
        return self.chance.choice(
            (
                body[:at],
                body[at:],
                body[:at] + bytes([self.chance.randrange(256)]) + body[at + 1 :],
                body[:at] + b"\x00" + body[at:],
                b"\xef\xbb\xbf" + body,
                body.decode("utf-8", "replace").encode("utf-16"),
                body.replace(b'"', b"'"),
                body + body,
                body.replace(b'"id":', b'"id": 1, "id":', 3),
                b"[" * self.chance.choice((10, 1000, 100_000)),
                b'{"entry":' * self.chance.choice((10, 1000, 100_000)),
                b'{"object": 1' + b"0" * 5000 + b"}",
                b"",
            )
        )


def _paths(tree: Any, way: Path = ()) -> Iterator[Path]:
    items = tree.items() if isinstance(tree, dict) else enumerate(tree)
    for key, value in items:
        yield (*way, key)
        if isinstance(value, dict | list):
            yield from _paths(value, (*way, key))


def _at(tree: Any, path: Path) -> Any:
    for step in path:
        tree = tree[step]
    return tree


def _deep(levels: int, inside: Any) -> Any:
    for level in range(levels):
        inside = [inside] if level % 2 else {"a": inside}
    return inside
