"""Exports: the rows of the view, as their owner may see them, in a file that is theirs alone for a while."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import Agent, PhoneNumber, Workspace
from conversations import exporting, jobs, tables, tasks
from conversations.models import (
    Conversation,
    CustomField,
    FieldValue,
    Job,
    JobKind,
    JobState,
    Label,
)
from tests import world

EVERYTHING = "tab=all&status=any"


def made(agent: Agent, subject: str, kind: str = "csv", query: str = EVERYTHING) -> Job:
    job = exporting.ask(agent=agent, subject=subject, kind=kind, query=query, address=None)
    tasks.run_job(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.DONE, job.problem
    return job


def rows_of(job: Job) -> list[dict[str, str]]:
    text = job.file.open("rb").read().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_the_file_holds_what_the_view_counts(
    ana: Agent, cleo: Agent, number: PhoneNumber, other_number: PhoneNumber, client: Client
) -> None:
    for n in range(3):
        world.make_message(world.make_conversation(number), f"Hello {n}")
    world.make_conversation(other_number)
    world.make_conversation(number, status="resolved")
    for agent, query, count in ((ana, EVERYTHING, 4), (cleo, EVERYTHING, 5), (cleo, "tab=all", 4)):
        job = made(agent, "conversations", query=query)
        assert len(rows_of(job)) == job.done_count == job.total == count
        client.force_login(agent)
        page = client.get(f"/exports/?{query}").content.decode()
        assert f"holds {count} conversations" in page
    assert [row["Text"] for row in rows_of(made(ana, "messages"))] == [
        "Hello 0",
        "Hello 1",
        "Hello 2",
    ]


def test_what_a_customer_wrote_is_never_a_formula(ana: Agent, number: PhoneNumber):
    contact = world.make_contact(number.workspace, profile_name="@SUM(1)", company=" =1+1")
    thread = world.make_conversation(number, contact=contact)
    world.make_message(thread, '=HYPERLINK("http://evil", "x")\x07\r\nnext')
    row = rows_of(made(ana, "messages"))[0]
    assert row["Text"] == '\'=HYPERLINK("http://evil", "x")\r\nnext'
    assert row["Contact"] == "'@SUM(1)"
    assert rows_of(made(ana, "conversations"))[0]["Company"] == "' =1+1"
    book = zipfile.ZipFile(made(ana, "messages", "xlsx").file.open("rb"))
    assert "<f>" not in book.read("xl/worksheets/sheet1.xml").decode()


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        (True, "1"),
        (7, "7"),
        (-7, "-7"),
        ("-7", "'-7"),
        ("\t=1", "'\t'=1"),
        ("ok", "ok"),
        ("\tx", "'\tx"),
        ("\u00a0=1", "'\u00a0=1"),
    ],
)
def test_cells(value: Any, cell: str):
    assert tables.safe(value) == cell


def test_numbers_are_shown_as_the_role_sees_them_when_the_file_is_made(
    ana: Agent, number: PhoneNumber
):
    phone = world.make_conversation(number).contact.phone
    assert rows_of(made(ana, "conversations"))[0]["Phone"] == phone
    job = exporting.ask(
        agent=ana, subject="conversations", kind="csv", query="tab=all", address=None
    )
    Workspace.objects.update(agent_phones="last4")
    tasks.run_job(job.pk)
    assert rows_of(Job.objects.get(pk=job.pk))[0]["Phone"] == f"••• {phone[-4:]}"
    assert phone not in made(ana, "messages").file.open("rb").read().decode()


def test_rights_count_when_the_file_is_made(ana: Agent, conversation: Conversation):
    job = exporting.ask(
        agent=ana, subject="conversations", kind="csv", query=EVERYTHING, address=None
    )
    ana.seats.all().delete()
    tasks.run_job(job.pk)
    assert rows_of(Job.objects.get(pk=job.pk)) == []


def test_a_large_table_spills_into_the_next_sheet(monkeypatch: Any):
    monkeypatch.setattr(tables, "SHEET_ROWS", 3)
    file = io.BytesIO()
    with tables.opened("xlsx", file) as table:
        table.add(["n", "at"])
        for n in range(4):
            table.add([n, datetime(2026, 5, 1, 12, tzinfo=UTC)])
    names = zipfile.ZipFile(file).namelist()
    assert [name for name in names if "worksheets/sheet" in name] == [
        "xl/worksheets/sheet1.xml",
        "xl/worksheets/sheet2.xml",
    ]


def test_the_link_is_its_owners_and_runs_out(
    ana: Agent, ada: Agent, conversation: Conversation, client: Client
):
    job = made(ana, "conversations")
    client.force_login(ada)
    assert client.get(f"/exports/{job.key}/").status_code == 404
    client.force_login(ana)
    answer = client.get(f"/exports/{job.key}/")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert b"Conversation" in b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    stored = job.file.storage
    with time_machine.travel(timezone.now() + exporting.LINK_LIVES + timedelta(minutes=1)):
        assert client.get(f"/exports/{job.key}/").status_code == 404
        tasks.sweep_jobs()
        assert not stored.exists(str(job.file.name))


def test_other_rights_since_then_take_the_file_away(
    ana: Agent, cleo: Agent, conversation: Conversation, client: Client
):
    hers, leads = made(ana, "conversations"), made(cleo, "conversations")
    ana.seats.all().delete()
    client.force_login(ana)
    assert client.get(f"/exports/{hers.key}/").status_code == 404
    page = client.get("/exports/rows/").content.decode()
    assert "your rights have changed since" in page
    assert str(hers.key) not in page
    client.force_login(cleo)
    assert client.get(f"/exports/{leads.key}/").status_code == 200
    workspace = cleo.workspace
    workspace.manager_phones = "last4"
    workspace.save(update_fields=["manager_phones"])
    assert client.get(f"/exports/{leads.key}/").status_code == 404
    workspace.manager_phones = "full"
    workspace.save(update_fields=["manager_phones"])
    Agent.objects.filter(pk=cleo.pk).update(role="agent")
    assert client.get(f"/exports/{leads.key}/").status_code == 404
    Agent.objects.filter(pk=cleo.pk).update(role="finance")
    assert client.get(f"/exports/{leads.key}/").status_code == 403


def test_asking_is_written_down_and_followed(
    ana: Agent, conversation: Conversation, client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    client.force_login(ana)
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/exports/", {"subject": "messages", "kind": "xlsx", "query": EVERYTHING})
    job = Job.objects.get()
    assert job.state == JobState.DONE
    assert ana.workspace.audit.get().act == "export.asked"
    assert str(job.key) in client.get("/exports/rows/").content.decode()
    client.post("/exports/", {"subject": "secrets", "kind": "exe"})
    assert Job.objects.count() == 1


def test_a_job_is_done_by_one_and_can_be_stopped(ana: Agent, conversation: Conversation):
    job = exporting.ask(agent=ana, subject="messages", kind="csv", query="", address=None)
    now = timezone.now()
    assert jobs.claim(job.pk, at=now) is not None
    assert jobs.claim(job.pk, at=now) is None
    assert (
        jobs.claim(job.pk, at=now + jobs.SILENT + timedelta(seconds=1)) is not None
    )  # it fell silent
    jobs.stop(job.pk)
    with pytest.raises(jobs.Stopped):
        jobs.progress(job, done=1, total=5)


def test_what_fails_says_so(ana: Agent):
    job = jobs.ask(agent=ana, kind=JobKind.EXPORT, title="x", request={"kind": "doc"})
    tasks.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, bool(job.problem)) == (JobState.FAILED, True)


def test_labels_and_own_fields_have_columns(ana: Agent, conversation: Conversation):
    workspace = ana.workspace
    conversation.labels.add(Label.objects.create(workspace=workspace, name="VIP"))
    for of, name in (("contact", "Size"), ("conversation", "Order")):
        field = CustomField.objects.create(workspace=workspace, of=of, key=name.lower(), name=name)
        owner = {"contact": conversation.contact} if of == "contact" else {of: conversation}
        FieldValue.objects.create(field=field, text=f"{name} 42", **owner)
    row = rows_of(made(ana, "conversations"))[0]
    assert (row["Labels"], row["Size"], row["Order"]) == ("VIP", "Size 42", "Order 42")
