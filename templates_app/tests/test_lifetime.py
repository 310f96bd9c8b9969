"""For how long a template may wait for a phone: each category's limits on both sides, and the way to Meta and back."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Agent, Workspace
from simulator import defaults
from simulator.errors import GraphError
from simulator.judging import judge
from templates_app import drafting, rules, submission, syncing
from templates_app.content import LIFETIME, MONTH, lifetime_read, lifetime_written
from templates_app.models import Draft, DraftState, Template
from templates_app.rules import Known
from templates_app.templatetags.desk import lifetime
from templates_app.tests.drafts import draft
from tests import world

CATEGORIES = ("AUTHENTICATION", "UTILITY", "MARKETING")


@pytest.mark.parametrize(
    ("category", "fits", "does_not"),
    [
        ("AUTHENTICATION", (30, 900, MONTH), (1, 29, 901, 43_200, MONTH - 1, MONTH + 1)),
        ("UTILITY", (30, 43_200, MONTH), (29, 43_201, MONTH - 1, MONTH + 1)),
        ("MARKETING", (43_200, MONTH - 1, MONTH), (900, 43_199, MONTH + 1)),
    ],
)
def test_both_sides_of_each_limit(category: str, fits: tuple[int, ...], does_not: tuple[int, ...]):
    for seconds, is_right in [*((s, True) for s in fits), *((s, False) for s in does_not)]:
        written = draft(category=category, lifetime=seconds)
        places = {p.place for p in rules.check(written) if p.severity is rules.Severity.REFUSED}
        assert ("lifetime" not in places) == is_right, seconds
        body = written.as_meta()
        if is_right:
            assert lifetime_read(body[LIFETIME]) == seconds


@pytest.mark.parametrize("category", CATEGORIES)
@pytest.mark.parametrize("said", [0, 29, MONTH + 1, -2, "600", True, 1.5])
def test_meta_refuses_what_is_out_of_range_or_no_number(category: str, said: Any):
    body = draft(category=category).as_meta()
    with pytest.raises(GraphError) as refused:
        judge(
            name="a", language="ru", category=category, components=body["components"], is_named=False,
            known=Known(), at=0.0, lifetime=said,
        )  # fmt: skip
    assert "message_send_ttl_seconds" in str(refused.value.envelope())


def test_thirty_days_are_written_as_meta_writes_them():
    assert lifetime_written(MONTH, category="UTILITY") == -1
    assert lifetime_written(MONTH, category="MARKETING") == MONTH
    assert LIFETIME not in draft().as_meta()
    assert [lifetime(s) for s in (45, 900, 43_200, -1)] == ["45 s", "15 min", "12 h", "30 days"]


@pytest.mark.django_db
def test_from_the_editor_to_meta_and_back(
    workspace: Workspace, cleo: Agent, client: Client, meta: Any
):
    account = world.make_account(workspace, waba_id=defaults.WABA_ID, token=defaults.TOKEN)
    account.app.app_id, account.app.secret = defaults.APP_ID, defaults.APP_SECRET
    account.app.save(update_fields=["app_id", "secret"])
    client.force_login(cleo)
    row = drafting.from_whole(account, draft(lifetime=43_200), author=cleo)
    page = client.get(reverse("templates_app:draft", args=[row.pk])).content.decode()
    assert 'name="lifetime" value="12"' in page
    assert '<option value="3600" selected>' in page
    row.state = DraftState.READY
    row.save(update_fields=["state"])
    made = drafting.submit(row.pk, seen=row.version, by=cleo, at=row.updated_at)
    submission.submit(made.pk)
    made.refresh_from_db()
    assert made.state == "accepted", made.answer
    template = Template.objects.get(name="order_ready")
    assert template.lifetime == 43_200
    Template.objects.update(lifetime=None)
    syncing.sync(account)
    template.refresh_from_db()
    assert template.lifetime == 43_200
    shown = client.get(reverse("templates_app:template", args=[template.pk])).content.decode()
    assert "delivered within 12 h" in shown
    again = drafting.whole_of(template)
    assert again.content.lifetime == 43_200
    assert Draft.objects.count() == 1
