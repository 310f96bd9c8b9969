"""Alerts about templates and needed drafts stand with all others: one store, one page, one mail, no doubles."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Agent, BusinessAccount
from quality import alerting, telling, template_alerts
from quality.models import Alert, AlertRule
from templates_app import approval, drafting, planning, reminding, syncing
from templates_app.models import Draft, Template, TemplateState
from whatsapp.facts import TemplateCategory, TemplateQuality, TemplateStatus

pytestmark = pytest.mark.django_db
FRIDAY = datetime(2026, 11, 27, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


def told(account: BusinessAccount, kind: Any, **over: Any) -> None:
    fields = {"template_id": "77", "name": "sale", "language": "ru", "field": "f"}
    approval.record(kind(waba_id=account.waba_id, **fields | over), account=account)


def open_kinds() -> list[str]:
    return sorted(Alert.objects.filter(closed_at=None).values_list("kind", flat=True))


@pytest.fixture
def needed(account: BusinessAccount, cleo: Agent) -> Draft:
    return Draft.objects.create(
        account=account, author=cleo, name="promo", language="ru", needed_at=FRIDAY
    )


def test_people_hear_of_it_once_by_mail_and_on_the_desk(
    account: BusinessAccount, cleo: Agent, ana: Agent, client: Client
):
    told(account, TemplateStatus, event="APPROVED")
    assert open_kinds() == []
    told(account, TemplateStatus, event="REJECTED", reason="PROMOTIONAL")
    told(account, TemplateQuality, previous="GREEN", current="YELLOW")
    assert open_kinds() == ["template_quality", "template_rejected"]
    assert telling.tell_news(at=timezone.now()) == 2
    assert telling.tell_news(at=timezone.now()) == 0
    assert {m.to[0] for m in mail.outbox} == {cleo.email}  # those who write templates
    first = next(m for m in mail.outbox if "rejected" in m.subject)
    assert "sale (ru)" in first.subject
    assert reverse("templates_app:template", args=[Template.objects.get().pk]) in first.body
    client.force_login(cleo)
    board = client.get(reverse("templates_app:templates")).content.decode()
    assert board.count("Seen to") == 2
    rejected = Alert.objects.get(kind="template_rejected")
    act = {"act": "seen", "back": "templates"}
    answer = client.post(reverse("quality:alert", args=[rejected.pk]), act)
    assert answer["location"] == reverse("templates_app:templates")
    assert open_kinds() == ["template_quality"]  # nothing more to hear of a refusal
    assert client.get(reverse("templates_app:alerts")).content.decode().count("Seen to") == 1
    assert "sale (ru)" in client.get(reverse("quality:alerts")).content.decode()


def test_each_state_ends_the_one_before(account: BusinessAccount):
    for event, standing in (
        ("REJECTED", []), ("PAUSED", ["template_paused"]), ("PAUSED", ["template_paused"]), ("APPROVED", []),
        ("DISABLED", ["template_disabled"]), ("DELETED", []),
    ):  # fmt: skip
        told(account, TemplateStatus, event=event)
        if event != "REJECTED":
            assert open_kinds() == standing
        alerting.reconcile(account, at=timezone.now())  # which knows of numbers only
        assert event == "REJECTED" or open_kinds() == standing


def test_worse_still_rings_again_and_better_is_the_end(account: BusinessAccount, cleo: Agent):
    told(account, TemplateStatus, event="APPROVED")
    told(account, TemplateQuality, previous="GREEN", current="YELLOW")
    telling.tell_news(at=timezone.now())
    Alert.objects.update(acknowledged_at=timezone.now(), acknowledged_by=cleo)
    told(account, TemplateQuality, previous="YELLOW", current="RED")
    alert = Alert.objects.get()
    assert (alert.facts["after"], alert.acknowledged_at, alert.mailed_at) == ("RED", None, None)
    told(account, TemplateQuality, previous="RED", current="GREEN")
    assert open_kinds() == []


def test_a_category_that_was_announced_and_came(account: BusinessAccount, cleo: Agent):
    told(account, TemplateStatus, event="APPROVED", category="UTILITY")
    told(account, TemplateCategory, current="UTILITY", upcoming="MARKETING")
    assert open_kinds() == ["template_category_due"]
    told(account, TemplateCategory, previous="UTILITY", current="MARKETING")
    assert open_kinds() == ["template_category"]
    (standing,) = template_alerts.standing(cleo)
    assert "“Utility” to “Marketing”" in standing.words


def test_what_is_found_by_asking_rings_too_but_old_refusals_do_not(account: BusinessAccount):
    raw = {"language": "ru", "category": "UTILITY", "components": []}
    for name, status in (("one", "PAUSED"), ("two", "REJECTED"), ("three", "APPROVED")):
        fields = syncing.fields_of(raw | {"id": name, "name": name, "status": status})
        syncing._create(account, fields, at=timezone.now())
    assert open_kinds() == ["template_paused"]


def test_each_lateness_is_told_once_and_ends_the_one_before(needed: Draft, cleo: Agent):
    assert reminding.remind(at=FRIDAY - 72 * HOUR) == 0
    for hours, kind in ((30, "needed_soon"), (20, "late"), (0, "missed")):
        assert reminding.remind(at=FRIDAY - hours * HOUR) == 1
        assert reminding.remind(at=FRIDAY - hours * HOUR) == 0
        assert open_kinds() == [f"template_{kind}"]
    (standing,) = template_alerts.standing(cleo)
    assert (standing.subject, standing.address) == (
        f"promo (ru) · {needed.account}",
        reverse("templates_app:draft", args=[needed.pk]),
    )
    assert "needed 27 November" in standing.words
    planning.need(needed.pk, at=FRIDAY + 96 * HOUR, by=cleo)
    assert open_kinds() == []
    assert reminding.remind(at=FRIDAY) == 0


def test_approved_in_time_or_thrown_away_nothing_is_late(needed: Draft, cleo: Agent):
    reminding.remind(at=FRIDAY - 20 * HOUR)
    needed.template = Template.objects.create(
        account=needed.account, name="promo", language="ru", status=TemplateState.APPROVED
    )
    needed.state = "submitted"
    needed.save(update_fields=["template", "state"])
    assert reminding.remind(at=FRIDAY - 19 * HOUR) == 0
    assert open_kinds() == []
    other = Draft.objects.create(account=needed.account, author=cleo, needed_at=FRIDAY)
    reminding.remind(at=FRIDAY - 20 * HOUR)
    assert open_kinds() == ["template_late"]
    drafting.discard(other.pk, by=cleo)
    assert open_kinds() == []


def test_paused_again_within_half_an_hour_is_mailed_if_it_stays(
    account: BusinessAccount, cleo: Agent
):
    now = timezone.now()
    for event in ("APPROVED", "PAUSED", "APPROVED", "PAUSED"):
        told(account, TemplateStatus, event=event)
        telling.tell_news(at=now)
    assert (len(mail.outbox), open_kinds()) == (1, ["template_paused"])
    telling.tell_news(at=now + HOUR)
    assert [m.to for m in mail.outbox] == [[cleo.email]] * 2
    assert "paused" in mail.outbox[1].subject


def test_a_kind_that_is_hidden_is_not_on_the_board(account: BusinessAccount, cleo: Agent):
    told(account, TemplateStatus, event="APPROVED")
    told(account, TemplateStatus, event="PAUSED")
    assert len(template_alerts.standing(cleo)) == 1
    AlertRule.objects.create(
        workspace=account.workspace, kind="template_paused", is_shown=False, is_mailed=False
    )
    assert template_alerts.standing(cleo) == []
    telling.tell_news(at=timezone.now())
    assert mail.outbox == []
