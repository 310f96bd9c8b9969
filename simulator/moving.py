"""The product came back on another port of this machine: what was to go to its old address follows it. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

from simulator.world import World

HERE: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def moved(url: str, *, webhook: str) -> str:
    """`url` with the port of `webhook`, if both are the same path of this machine; else as it was."""
    try:
        old, new = urlsplit(url), urlsplit(webhook)
        same = (old.scheme, old.path) == (new.scheme, new.path)
        if not same or old.hostname not in HERE or new.hostname not in HERE or not new.port:
            return url
        is_there = old.port == new.port
    except ValueError:  # a port that is none
        return url
    host = f"[{old.hostname}]" if ":" in old.hostname else old.hostname
    return url if is_there else old._replace(netloc=f"{host}:{new.port}").geturl()


def follow(world: World, *, webhook: str) -> None:
    """After a start: apps, overrides and posts that wait for another try follow to where the product is now."""
    for app in list(world.apps.values()):
        if (url := moved(app.webhook_url, webhook=webhook)) != app.webhook_url:
            world.apps.keep(replace(app, webhook_url=url))
    for waba in list(world.wabas.values()):
        if (url := moved(waba.override_url, webhook=webhook)) != waba.override_url:
            world.wabas.keep(replace(waba, override_url=url))
    for number in list(world.numbers.values()):
        if (url := moved(number.override_url, webhook=webhook)) != number.override_url:
            world.numbers.keep(replace(number, override_url=url))
    world.unposted = [
        item | {"url": moved(str(item["url"]), webhook=webhook)} for item in world.unposted
    ]
