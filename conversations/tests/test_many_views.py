"""The bar over the list and the tray of jobs, as requests."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.test import Client

from accounts.models import Agent, PhoneNumber, Team
from conversations.models import Conversation, Job, Label
from conversations.tests.test_views import make_template
from tests import world
from waba_inbox import tasks

FETCH: Any = {"HTTP_X_REQUESTED_WITH": "fetch"}
ALL = {"is_view": "1", "view": "tab=all&status=any"}


@pytest.fixture
def threads(number: PhoneNumber) -> list[Conversation]:
    return [world.make_conversation(number) for _ in range(3)]


@pytest.fixture
def asks(client: Client, ana: Agent, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Posts to the bar's address; what the worker is called for is done at once after it."""
    client.force_login(ana)
    called: list[int] = []
    monkeypatch.setattr(
        "conversations.views.many.current_app.send_task", lambda _name, args: called.append(*args)
    )

    def ask(django_capture: Any, url: str = "/inbox/bulk/", **fields: str) -> Any:
        with django_capture(execute=True):
            answer = client.post(url, fields, **FETCH)
        for pk in called:
            tasks.run_bulk(pk)
        called.clear()
        return answer

    return ask


def test_picked_ones_are_resolved_followed_and_taken_back(
    threads: list[Conversation], asks: Any, client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    ids = f"{threads[0].pk},{threads[1].pk}"
    answer = asks(django_capture_on_commit_callbacks, act="resolve", ids=ids)
    assert answer.status_code == 200
    assert Conversation.objects.filter(status="resolved").count() == 2
    job = Job.objects.get()
    card = client.get(f"/inbox/bulk/{job.key}/").content.decode()
    assert "done: 2" in card
    assert f"bulk-{job.key}" in client.get("/inbox/bulk/").content.decode()
    asks(django_capture_on_commit_callbacks, f"/inbox/bulk/{job.key}/undo/")
    assert not Conversation.objects.filter(status="resolved").exists()
    again = asks(django_capture_on_commit_callbacks, f"/inbox/bulk/{job.key}/undo/")
    assert "undone" in again.content.decode()
    assert Job.objects.count() == 2


def test_the_result_row_by_row_is_a_file(
    threads: list[Conversation], asks: Any, client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    Conversation.objects.filter(pk=threads[0].pk).update(status="resolved")
    asks(django_capture_on_commit_callbacks, act="resolve", **ALL)
    answer = client.get(f"/inbox/bulk/{Job.objects.get().key}/result/")
    assert answer["X-Content-Type-Options"] == "nosniff"
    text = b"".join(answer).decode("utf-8-sig")
    rows = {row["Conversation"]: row for row in csv.DictReader(io.StringIO(text))}
    assert rows[str(threads[0].pk)]["Result"] == "Skipped"
    assert rows[str(threads[0].pk)]["Why"] == "It was so already."
    assert rows[str(threads[1].pk)]["Result"] == "Done"


def test_the_result_names_nobody_whom_the_agent_no_longer_sees(
    threads: list[Conversation], asks: Any, client: Client, number: PhoneNumber,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    asks(django_capture_on_commit_callbacks, act="resolve", ids=str(threads[0].pk))
    elsewhere = world.make_number(number.account)
    Conversation.objects.filter(pk=threads[0].pk).update(number=elsewhere)
    answer = client.get(f"/inbox/bulk/{Job.objects.get().key}/result/")
    (row,) = csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig")))
    assert (row["Conversation"], row["Result"]) == (str(threads[0].pk), "Done")
    assert (row["Contact"], row["Phone"]) == ("", "")


def test_other_rights_since_then_take_the_result_away(
    threads: list[Conversation], asks: Any, client: Client, ana: Agent, number: PhoneNumber,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    asks(django_capture_on_commit_callbacks, act="resolve", **ALL)
    card = f"/inbox/bulk/{Job.objects.get().key}/"
    assert client.get(f"{card}result/").status_code == 200
    assert f"{card}result/" in client.get(card).content.decode()
    seat = ana.seats.get()
    ana.seats.all().delete()
    assert client.get(f"{card}result/").status_code == 404
    for page in (client.get(card), client.get("/inbox/bulk/")):
        assert f"{card}result/" not in page.content.decode()
        assert "rights have changed since" in page.content.decode()
    seat.save(force_insert=True)
    assert client.get(f"{card}result/").status_code == 200
    workspace = ana.workspace
    workspace.agent_phones = "last4"
    workspace.save(update_fields=["agent_phones"])
    assert client.get(f"{card}result/").status_code == 404


def test_taking_back_is_bound_to_the_rights_of_who_takes_back_now(
    threads: list[Conversation], asks: Any, client: Client, ana: Agent,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    asks(django_capture_on_commit_callbacks, act="resolve", ids=str(threads[0].pk))
    done = Job.objects.get()
    workspace = ana.workspace
    workspace.agent_phones = "last4"
    workspace.save(update_fields=["agent_phones"])
    asks(django_capture_on_commit_callbacks, f"/inbox/bulk/{done.key}/undo/")
    back = Job.objects.exclude(pk=done.pk).get()
    assert client.get(f"/inbox/bulk/{back.key}/result/").status_code == 200
    assert client.get(f"/inbox/bulk/{done.key}/result/").status_code == 404


def test_a_variable_with_a_sign_no_database_keeps_is_taken_without_it(
    threads: list[Conversation], asks: Any, number: PhoneNumber,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    template = make_template(number.account, "hello", "Hello {{1}}")
    fields = {"act": "message", "template": str(template.pk), "var.\0": "x", "var.body.1": "A\0na"}
    answer = asks(django_capture_on_commit_callbacks, ids=str(threads[0].pk), **fields)
    assert answer.status_code == 200
    assert Job.objects.get().request["what"]["values"] == {"body.1": "Ana"}


@pytest.mark.parametrize(
    "fields",
    [
        {"act": "explode"},
        {"act": "assign", "to": "7; drop"},
        {"act": "assign", "to": "99999999"},
        {"act": "label", "label": "99999"},
        {"act": "team", "team": "99999"},
        {"act": "message", "template": "99999"},
        {"act": "resolve", "ids": "1,x"},
        {"act": "priority", "priority": "9"},
    ],
)
def test_nonsense_is_said_in_words_and_does_nothing(
    threads: list[Conversation],
    asks: Any,
    django_capture_on_commit_callbacks: Any,
    fields: dict[str, str],
) -> None:
    answer = asks(django_capture_on_commit_callbacks, **(ALL | fields))
    assert answer.status_code == 422
    assert not Job.objects.exists()


def test_another_companys_people_teams_and_labels_are_not_there(
    threads: list[Conversation], asks: Any, dan: Agent, django_capture_on_commit_callbacks: Any
) -> None:
    team = Team.objects.create(workspace=dan.workspace, name="Theirs")
    label = Label.objects.create(workspace=dan.workspace, name="Theirs")
    for fields in (
        {"act": "assign", "to": str(dan.pk)},
        {"act": "team", "team": str(team.pk)},
        {"act": "label", "label": str(label.pk)},
    ):
        assert asks(django_capture_on_commit_callbacks, **(ALL | fields)).status_code == 422


def test_a_job_is_its_owners_alone(
    threads: list[Conversation],
    asks: Any,
    client: Client,
    cleo: Agent,
    django_capture_on_commit_callbacks: Any,
) -> None:
    asks(django_capture_on_commit_callbacks, act="resolve", **ALL)
    key = Job.objects.get().key
    client.force_login(cleo)
    for path in ("", "result/"):
        assert client.get(f"/inbox/bulk/{key}/{path}").status_code == 404
    for path in ("undo/", "stop/"):
        assert client.post(f"/inbox/bulk/{key}/{path}").status_code == 404


def test_before_a_template_goes_out_it_says_who_gets_it_and_who_not(
    threads: list[Conversation], asks: Any, client: Client, number: PhoneNumber
) -> None:
    template = make_template(number.account, "sale", "Hello {{1}}", category="MARKETING")
    contact = threads[0].contact
    contact.marketing_stopped_at = threads[0].last_at
    contact.save(update_fields=["marketing_stopped_at"])
    page = client.post("/inbox/bulk/message/", ALL | {"template": str(template.pk)})
    html = page.content.decode()
    assert "<strong>2</strong> of 3" in html
    assert "Stopped marketing" in html
    assert f"/billing/quote/?kind=template&amp;template={template.pk}" in html
    assert client.post("/inbox/bulk/count/", ALL).json() == {"count": 3}
    assert client.get("/inbox/bulk/menus/").status_code == 200
