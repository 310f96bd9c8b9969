"""Walks every path of a stored file as everybody who could come. Files lie in no place that a server shows by itself:
each kind has one address, asked here by all methods, whole, in part and from the browser's own copy.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.apps import apps
from django.conf import settings as django_settings
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.db.models import FileField
from django.test import Client
from django.utils import timezone

from accounts.models import Agent, PhoneNumber, Role, Sight, Team
from conversations import jobs
from conversations.models import CannedReply, Conversation, Job, MediaFile
from conversations.models.files import MediaState
from tests import world
from tests.doors import URLS
from tests.test_rights import signed_in  # noqa: F401 (a fixture)
from tests.things import things_of

ADDRESSES = {  # a column with files → where they are asked for
    "conversations.MediaFile.file": "conversations:file",
    "conversations.CannedReply.file": "canned:reply_file",
    "conversations.Job.file": "exports:file",
    "templates_app.SampleFile.file": "templates_app:sample",
}
ASKED: tuple[dict[str, str], ...] = (
    {},
    {"Range": "bytes=0-1"},
    {"If-None-Match": "*"},
    {"If-Range": "x", "Range": "bytes=0-"},
)
WHAT = b"zq7 what only some may see"
EVERYBODY = {"theirs", "sees all", "sees their team's", "manager", "administrator"}
SEES: dict[str, set[str]] = {  # who gets it; all others do not
    "conversations.MediaFile.file": EVERYBODY,
    "an upload not sent yet": {"theirs"},
    "conversations.CannedReply.file": {*EVERYBODY, "no seat", "another number", "another team", "sees their own"},
    "a reply of theirs alone": {"theirs"},
    "conversations.Job.file": {"theirs"},
    "templates_app.SampleFile.file": {*EVERYBODY, "no seat", "another number", "another team", "sees their own"},
}  # fmt: skip


def test_every_column_with_files_is_walked() -> None:
    found = {
        f"{model._meta.app_label}.{model.__name__}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, FileField)
    }
    assert found == ADDRESSES.keys(), "say in ADDRESSES where it is asked for, and in SEES by whom"


def paths_of(owner: Agent, number: PhoneNumber, team: Team) -> dict[str, str]:
    """The address of a file of each kind, under the name of SEES."""
    things = things_of(owner.workspace, owner)
    Conversation.objects.filter(pk=things["conversations:pk"]).update(
        number=number, team=team, assignee=owner
    )
    upload = MediaFile.objects.create(
        workspace=owner.workspace, number=number, state=MediaState.STORED, uploaded_by=owner
    )
    upload.file.save("", ContentFile(WHAT))
    MediaFile.objects.get(key=things["conversations:key"]).file.save("", ContentFile(WHAT))
    job = Job.objects.get(key=things["exports:key"])
    job.expires_at = timezone.now() + timedelta(days=1)
    job.request, job.result = {"kind": "csv"}, {"rights": jobs.rights_of(owner)}
    job.file.save("", ContentFile(WHAT))
    own = CannedReply.objects.create(
        workspace=owner.workspace, shortcode="mine", text="x", owner=owner, file=ContentFile(WHAT, "x")
    )  # fmt: skip
    doors = {url.label: url for url in URLS}
    found = {column: doors[label].path(things) for column, label in ADDRESSES.items()}
    return found | {
        "an upload not sent yet": f"/inbox/files/{upload.key}/",
        "a reply of theirs alone": doors["canned:reply_file"].path(
            things | {"canned:reply_id": own.pk}
        ),
    }


@pytest.fixture
def visitors(ada: Agent, dan: Agent, signed_in: Any) -> tuple[dict[str, Client], dict[str, str]]:  # noqa: F811
    """Everybody who could come, signed in by the page itself, and the addresses of the files."""
    workspace = ada.workspace
    number = world.make_number(world.make_account(workspace))
    team, others = world.make_team(workspace, "Shop"), world.make_team(workspace, "Others")
    people: dict[str, Agent] = {
        "theirs": world.make_agent(workspace, "Owner"),
        "sees all": world.make_agent(workspace, "All"),
        "sees their team's": world.make_agent(workspace, "Team", sight=Sight.TEAM),
        "sees their own": world.make_agent(workspace, "Own", sight=Sight.OWN),
        "another number": world.make_agent(workspace, "Elsewhere"),
        "another team": world.make_agent(workspace, "Aside"),
        "no seat": world.make_agent(workspace, "Seatless"),
        "manager": world.make_agent(workspace, "Manager", Role.MANAGER),
        "administrator": world.make_agent(workspace, "Administrator", Role.ADMINISTRATOR),
        "finance": world.make_agent(workspace, "Books", Role.FINANCE),
        "another company's administrator": dan,
        "half signed in": world.make_agent(workspace, "Half"),
        "switched off": world.make_agent(workspace, "Off"),
        "without the required second step": world.make_agent(
            world.make_workspace(requires_mfa=True), "Lacking", Role.ADMINISTRATOR
        ),
    }
    for name in ("theirs", "sees all", "sees their team's", "sees their own"):
        world.seat(people[name], number)
    team.members.add(people["sees their team's"])
    world.seat(people["another number"], world.make_number(number.account))
    world.seat(people["another team"], number, others)
    TOTP.activate(people["half signed in"], "JBSWY3DPEHPK3PXP")
    cache.clear()
    clients = {name: signed_in(agent) for name, agent in people.items()}
    Agent.objects.filter(pk=people["switched off"].pk).update(is_active=False)
    clients |= {"a stranger": Client(), "whose seat was taken": signed_in(people["sees all"])}
    gone = world.make_agent(workspace, "Gone")
    seat = world.seat(gone, number)
    clients["whose seat was taken"] = signed_in(gone)
    seat.delete()
    return clients, paths_of(people["theirs"], number, team)


def test_a_file_is_given_to_those_who_may_see_it(
    visitors: tuple[dict[str, Client], dict[str, str]], record_property: Any
) -> None:
    clients, paths = visitors
    wrong, requests = [], 0
    for kind, path in paths.items():
        for who, client in clients.items():
            may = who in SEES[kind] or (who == "whose seat was taken" and "no seat" in SEES[kind])
            for headers in ASKED:
                requests += 1
                answer = client.get(path, headers=headers)
                is_given = answer.status_code in (200, 206, 304)
                if is_given != may or (not may and answer.status_code not in (302, 403, 404)):
                    wrong.append(f"{kind} to {who} by {headers}: {answer.status_code}")
            for method in ("post", "put", "delete", "patch"):
                requests += 1
                status = getattr(client, method)(path).status_code
                if status < 300:
                    wrong.append(f"{method} {kind} by {who}: {status}")
    assert not wrong
    words = f"media: {len(paths)} kinds of files as {len(clients)} visitors, {requests} requests"
    record_property("counted", words)


def test_no_file_lies_where_a_server_shows_it_by_itself(
    visitors: tuple[dict[str, Client], dict[str, str]], record_property: Any
) -> None:
    """By the path on the disk, also upwards out of what is shown to all."""
    clients, _paths = visitors
    stored = [row.file.name for row in MediaFile.objects.exclude(file="")]
    static = str(django_settings.STATIC_URL)
    roots = ("/media/", "/files/", "/", static, f"{static}../media/", f"{static}%2e%2e/media/",
             f"{static}..%2fmedia%2f", "/inbox/files/", "/inbox/files/../", "//media/")  # fmt: skip
    asked = [f"{root}{name}" for root in roots for name in (*stored, "../../etc/passwd", ".env")]
    for who in ("a stranger", "administrator"):
        for path in asked:
            answer = clients[who].get(path)
            assert answer.status_code in (302, 400, 404), f"{path} to {who}: {answer.status_code}"
    words = f"media: {len(asked)} guessed paths as 2 visitors, none shown"
    record_property("counted", words)
