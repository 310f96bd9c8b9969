"""/metrics tells what is true over all processes; dashboard and alarms ask for nothing that is not there."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from prometheus_client import parser

from conversations import statuses
from conversations.models import Attempt, Conversation, Direction, Outcome
from tests import world
from waba_inbox import gauges
from webhooks.models import Envelope

DEPLOY = Path(__file__).resolve().parent.parent / "deploy"
NAME = re.compile(r"\b((?:waba|webhook|django)_[a-z_]+)\b")
BY_TRAFFIC = re.compile(r"^(webhook|django)_")  # counted once there is some


def told() -> dict[str, float]:
    families = parser.text_string_to_metric_families(gauges.exposed().decode())
    return {
        sample.name + "".join(f".{value}" for value in sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
        if sample.name.startswith("waba_")
    }


def test_a_waiting_webhook_and_a_message_that_does_not_leave_are_told(conversation: Conversation):
    at = timezone.now() - timedelta(seconds=90)
    app = conversation.number.account.app
    for n, processed_at in enumerate((None, at + timedelta(seconds=80))):
        Envelope.objects.create(
            app=app,
            digest=hashlib.sha256(bytes([n])).digest(),
            body=b"{}",
            received_at=at,
            processed_at=processed_at,
        )
    out: dict[str, Any] = {"direction": Direction.OUT, "status": statuses.QUEUED, "at": at}
    message = world.make_message(conversation, **out)
    Attempt.objects.create(message=message, number=conversation.number, outcome=Outcome.UNKNOWN)
    found = told()
    assert found["waba_intake_waiting"] == 1
    assert 89 < found["waba_intake_lag_seconds"] < 600
    assert 79 < found["waba_drain_lag_seconds"] < 81
    assert found["waba_outbox_waiting.queued"] == 1
    assert found["waba_outbox_age_seconds"] > 89
    assert found["waba_sends_last_minute.unknown"] == 1
    assert found["waba_database_up"] == 1


@pytest.mark.django_db
def test_an_empty_site_lags_nowhere():
    found = told()
    lags = {name: value for name, value in found.items() if name.endswith("lag_seconds")}
    assert lags
    assert set(lags.values()) == {0}
    assert (found["waba_months_ahead"], found["waba_posts_astray"]) == (3, 0)


@pytest.mark.django_db
def test_without_a_redis_the_rest_is_told(settings: Any, client: Client):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert client.get("/metrics").status_code == 200
    found = told()
    assert found["waba_redis_up"] == 0
    assert "waba_intake_waiting" in found


@pytest.mark.django_db
def test_a_database_that_is_away_is_told_before_prometheus_loses_patience(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setitem(connection.settings_dict, "PORT", "1")  # nobody listens there
    found = told()
    assert found["waba_database_up"] == 0
    assert "waba_intake_waiting" not in found


@pytest.mark.django_db
def test_prometheus_asks_inside_over_plain_http(settings: Any):
    settings.SECURE_SSL_REDIRECT = True
    assert Client().get("/metrics").status_code == 200
    assert Client().get("/inbox/").status_code == 301


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not on the PATH")
def test_alarms_ring_when_they_should_and_only_then():
    rules = Path(__file__).with_name("prometheus-alerts.yml")
    said = subprocess.run(
        ["promtool", "test", "rules", str(rules)], capture_output=True, text=True, check=False
    )
    assert said.returncode == 0, said.stdout + said.stderr


def test_alarms_count_a_gauge_of_the_whole_site_once():
    rules = (DEPLOY / "prometheus-alerts.yml").read_text()
    assert not re.findall(r"sum\(waba_(?!live_sockets)|(?:rate|increase)\(waba_", rules)


@pytest.mark.django_db
def test_a_scrape_asks_a_constant_number_of_questions(django_assert_max_num_queries: Any):
    assert connection.vendor == "postgresql"
    with django_assert_max_num_queries(len(gauges.QUESTIONS) + 1):
        gauges.exposed()


@pytest.mark.django_db
def test_dashboard_and_alarms_ask_only_for_what_is_told():
    there = {name.partition(".")[0] for name in told()} | {
        name for name, *_rest in gauges.QUESTIONS
    }
    there |= {"waba_live_sockets", "waba_queue_length", "waba_worker_silent_seconds"}
    board = json.loads((DEPLOY / "grafana-dashboard.json").read_text())
    asked = " ".join(one["expr"] for panel in board["panels"] for one in panel["targets"])
    rules = (DEPLOY / "prometheus-alerts.yml").read_text()
    asked += " ".join(re.findall(r"expr: (.*)", rules))
    names = {name for name in NAME.findall(asked) if not BY_TRAFFIC.match(name)}
    assert names <= there
    assert {name for name, *_rest in gauges.QUESTIONS} - names <= {"waba_intake_waiting"}
