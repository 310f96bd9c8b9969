"""Keeps the world in one file (SQLite), so that a second start finds the data. Only what changed is written."""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

from simulator.models import (
    App,
    Conversation,
    Customer,
    Json,
    Media,
    Message,
    Number,
    Template,
    Token,
    Waba,
)
from simulator.world import SHELVES, Shelf, World

log = logging.getLogger(__name__)
KINDS: Final[dict[str, Any]] = {
    "apps": App,
    "tokens": Token,
    "wabas": Waba,
    "numbers": Number,
    "customers": Customer,
    "templates": Template,
    "messages": Message,
    "media": Media,
    "conversations": Conversation,
}
EVERY: Final = 2.0


def to_json(thing: Any) -> Json:
    """A value's fields, one level deep: what lies in them is JSON already."""
    return {field.name: getattr(thing, field.name) for field in fields(thing)}


def from_json(kind: Any, data: Json) -> Any:
    """The value again. Fields that an older or newer version knew are left out."""
    known = {field.name: field for field in fields(kind)}
    clean = {k: v for k, v in data.items() if k in known}
    for name, value in clean.items():
        if isinstance(value, list) and str(known[name].type).startswith("tuple"):
            clean[name] = tuple(value)
    return kind(**clean)


class Keeper:
    """Reads the file at the start, writes every few seconds when something changed, and once at the end."""

    def __init__(self, world: World, *, path: Path) -> None:
        self.world = world
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, check_same_thread=False)
        self._db.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
            "CREATE TABLE IF NOT EXISTS thing (kind TEXT, id TEXT, data TEXT, PRIMARY KEY (kind, id)) WITHOUT ROWID;"
            "CREATE TABLE IF NOT EXISTS blob (id TEXT PRIMARY KEY, data BLOB);"
        )
        self._generation = world.generation
        self._last_rest = ""
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)

    def load(self) -> bool:
        """Fill the world from the file. False if the file is new."""
        rows = self._db.execute("SELECT kind, id, data FROM thing").fetchall()
        if not rows:
            return False
        world = self.world
        with world.lock:
            for kind, _, text in rows:
                if kind in KINDS:
                    self._take_in(kind, from_json(KINDS[kind], json.loads(text)))
            for wamids in world.threads.values():
                wamids.sort(key=lambda wamid: world.messages[wamid].at)
            world.blobs.update(self._db.execute("SELECT id, data FROM blob"))
            self._load_rest(next((json.loads(t) for k, _, t in rows if k == "rest"), {}))
            for name in SHELVES:
                getattr(world, name).changed.clear()
            world.changed_blobs.clear()
        return True

    def _take_in(self, kind: str, thing: Any) -> None:
        world = self.world
        if kind == "messages":
            # Straight into the shelf: sorting each thread once at the end is faster than keeping it sorted.
            world.messages[thing.id] = thing
            key = (thing.number_id, thing.customer_id)
            world.threads.setdefault(key, []).append(thing.id)
            if thing.direction == "in":
                world.last_inbound[key] = max(world.last_inbound.get(key, 0.0), thing.at)
                if thing.referral:
                    world.last_ad[key] = max(world.last_ad.get(key, 0.0), thing.at)
        elif kind == "customers":
            world.keep_customer(thing)
        else:
            getattr(world, kind).keep(thing)
        if kind == "conversations" and thing.expires_at > world.clock.now():
            world.open_conversations.setdefault((thing.number_id, thing.customer_id), []).append(
                thing.id
            )

    def _load_rest(self, rest: Json) -> None:
        world = self.world
        world.clock.offset = float(rest.get("offset", 0.0))
        world.settings.update(rest.get("settings", {}))
        world.meters.on.update(rest.get("meters", {}))
        world.service_used.update(rest.get("service_used", {}))
        world.unposted = list(rest.get("unposted", []))
        # New ids must differ from those given out before.
        world.rng.seed(f"{rest.get('serial', 0)}:{world.clock.now()}")
        for due, kind, data in rest.get("agenda", []):
            world.later(due - world.clock.now(), kind, data)

    def _rest(self) -> str:
        world = self.world
        return json.dumps(
            {
                "offset": world.clock.offset,
                "settings": world.settings,
                "meters": world.meters.on,
                "service_used": world.service_used,
                "serial": len(world.messages),
                "unposted": world.unposted,
                "agenda": [
                    [due, kind, data]
                    for due, _, kind, data in sorted(world.agenda, key=lambda item: item[:2])
                ],
            }
        )

    def save(self) -> int:
        """Write what changed; gives the number of rows."""
        world = self.world
        rows: list[tuple[str, str, str]] = []
        gone: list[tuple[str, str]] = []
        with world.lock:
            fresh = world.generation != self._generation
            self._generation = world.generation
            changed = {}
            for name in SHELVES:
                shelf: Shelf[Any] = getattr(world, name)
                changed[name] = [(key, shelf.get(key)) for key in shelf.changed]
                shelf.changed.clear()
            blobs = [(key, world.blobs.get(key)) for key in world.changed_blobs]
            world.changed_blobs.clear()
            rest = self._rest()
        for name, things in changed.items():
            for key, thing in things:
                if thing is None:
                    gone.append((name, key))
                else:
                    rows.append((name, key, json.dumps(to_json(thing))))
        if not (rows or gone or blobs or fresh) and rest == self._last_rest:
            return 0
        self._last_rest = rest
        with self._db:
            if fresh:
                self._db.execute("DELETE FROM thing")
                self._db.execute("DELETE FROM blob")
            self._db.executemany(
                "INSERT OR REPLACE INTO thing VALUES (?, ?, ?)", [*rows, ("rest", "rest", rest)]
            )
            self._db.executemany("DELETE FROM thing WHERE kind = ? AND id = ?", gone)
            self._db.executemany(
                "INSERT OR REPLACE INTO blob VALUES (?, ?)", [b for b in blobs if b[1] is not None]
            )
            self._db.executemany(
                "DELETE FROM blob WHERE id = ?", [(b[0],) for b in blobs if b[1] is None]
            )
        return len(rows) + len(gone)

    def start(self) -> None:
        """Begin to write in the background."""
        self._thread.start()

    def stop(self) -> None:
        """Write a last time and close."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)
        self.save()
        self._db.close()

    def _run(self) -> None:
        while not self._over.wait(EVERY):
            try:
                self.save()
            except sqlite3.Error:
                log.exception("The simulator's state could not be written.")
