"""What a second start finds."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from simulator import defaults, moving, sending
from simulator.faults import Faults
from simulator.outbox import Outbox
from simulator.state import Keeper
from simulator.testing import AT_ONCE
from simulator.tests.conftest import Receiver, statuses_of
from simulator.world import World

ANNA = "+4915112345678"


def test_everything_is_found_again(tmp_path: Path):
    path = tmp_path / "deep" / "state.db"
    world = World().with_defaults()
    world.settings.update(AT_ONCE | {"sent": [60, 60]})
    world.time_passes(hours=5)
    keeper = Keeper(world, path=path)
    assert keeper.load() is False
    anna = world.customer(ANNA, name="Anna")
    picture = anna.sends_image()
    world.take()
    body = {"messaging_product": "whatsapp", "to": ANNA, "type": "text", "text": {"body": "Hi"}}
    answer, _ = sending.accept(world, world.number(defaults.NUMBER_ID), body)
    keeper.stop()

    again = World()
    second = Keeper(again, path=path)
    assert second.load() is True
    assert [m.id for m in again.customer(ANNA).messages] == [m.id for m in anna.messages]
    assert again.customers == world.customers
    assert again.numbers == world.numbers
    assert again.blobs[picture.content["id"]] == world.blobs[picture.content["id"]]
    assert again.clock.offset == pytest.approx(5 * 3600)
    again.time_passes(seconds=61)
    assert statuses_of(again)[0]["id"] == answer["messages"][0]["id"]
    assert again.new_wamid("1") not in world.messages
    second.stop()


def test_only_what_changed_is_written_and_a_reset_empties_the_file(tmp_path: Path):
    world = World().with_defaults()
    keeper = Keeper(world, path=tmp_path / "state.db")
    keeper.save()
    assert keeper.save() == 0
    world.customer(ANNA).writes("Hi")
    assert keeper.save() == 2
    world.reset()
    keeper.save()
    keeper.stop()
    again = World()
    assert Keeper(again, path=tmp_path / "state.db").load() is True
    assert not again.customers
    assert not again.numbers


@pytest.mark.parametrize(("url", "then"), [
    ("http://localhost:8000/hook/", "http://localhost:8100/hook/"),
    ("http://127.0.0.1:8100/hook/", "http://127.0.0.1:8100/hook/"),
    ("http://[::1]:8000/hook/", "http://[::1]:8100/hook/"),
    ("http://localhost:8000/other/", "http://localhost:8000/other/"),
    ("https://inbox.example.com/hook/", "https://inbox.example.com/hook/"),
    ("http://localhost:x/hook/", "http://localhost:x/hook/"), ("", ""),
])  # fmt: skip
def test_an_address_of_this_machine_follows_the_product_to_its_port(url, then):
    assert moving.moved(url, webhook="http://127.0.0.1:8100/hook/") == then


def test_apps_and_waiting_posts_follow_after_a_restart_on_another_port(tmp_path: Path):
    path, old = tmp_path / "state.db", "http://localhost:8000/hook/"
    world = World().with_defaults()
    world.apps.keep(replace(world.apps[defaults.APP_ID], webhook_url=old))
    world.unposted = [{"url": old, "body": "{}", "fields": ()}]
    Keeper(world, path=path).stop()
    again = World()
    assert Keeper(again, path=path).load()
    moving.follow(again, webhook="http://127.0.0.1:8100/hook/")
    new = "http://localhost:8100/hook/"
    assert again.apps[defaults.APP_ID].webhook_url == new
    assert [item["url"] for item in again.unposted] == [new]


def test_the_program_starts_answers_and_saves_when_it_is_told_to_stop(tmp_path: Path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    state = tmp_path / "state.db"
    command = [sys.executable, "-m", "simulator", "--port", str(port), "--state", str(state)]
    command += ["--webhook", "http://127.0.0.1:9/nobody"]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603
    try:
        assert running.stdout is not None
        assert "/phone" in running.stdout.readline()
        url = f"http://127.0.0.1:{port}"
        until = time.monotonic() + 10
        while True:
            try:
                act = {"customer": ANNA, "do": "writes", "text": "Hi"}
                assert requests.post(f"{url}/control/act", json=act, timeout=5).status_code == 200
                break
            except requests.ConnectionError:
                assert time.monotonic() < until
                time.sleep(0.05)
    finally:
        running.send_signal(signal.SIGTERM)
        code = running.wait(timeout=10)
    assert code == 0
    world = World()
    assert Keeper(world, path=state).load()
    assert [item["attempt"] > 1 for item in world.unposted] == [True]
    outbox = Outbox(world, Faults())
    outbox.receiver = heard = Receiver()
    outbox.retry_seconds = 0
    outbox.start()
    outbox.drain()
    outbox.stop()
    assert heard.messages[0]["text"] == {"body": "Hi"}
    assert [m.content for m in world.messages.values()] == [{"body": "Hi"}]
