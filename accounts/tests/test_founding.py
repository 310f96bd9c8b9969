"""The first administrator of a workspace comes in by a link from the command line."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Agent, Role, Workspace


def run(*words: str) -> str:
    said = StringIO()
    call_command("create_workspace", *words, stdout=said)
    return said.getvalue()


def test_the_link_makes_an_administrator_of_a_new_workspace(db, client):
    link = run("Harbour Bikes", "Nia@Example.com", "--time-zone", "Europe/Berlin").split()[-1]
    path = "/" + link.partition("://")[2].partition("/")[2]
    answer = client.post(
        path,
        {
            "name": "Nia Okafor",
            "language": "en",
            "password": "a long and odd one",
            "password1": "a long and odd one",
            "password2": "a long and odd one",
        },
    )
    assert answer.status_code == 302
    nia = Agent.objects.get()
    assert (nia.email, nia.role, nia.workspace.name) == (
        "nia@example.com",
        Role.ADMINISTRATOR,
        "Harbour Bikes",
    )


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("Shop", "not an address"), "not an e-mail"),
        (("Shop", "a@b.example", "--time-zone", "Moon/Sea"), "not a time zone"),
        (("Shop", "ada@example.com"), "works here already"),
    ],
)
def test_wrong_words_are_refused_and_make_nothing(ada, words, says):
    with pytest.raises(CommandError, match=says):
        run(*words)
    assert Workspace.objects.count() == 1
