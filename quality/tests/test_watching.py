"""Meta's polls and webhooks become history and alerts: once each, and gone when the trouble is gone."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from django.utils import timezone

from accounts.models import MetaApp, PhoneNumber, Role, Workspace
from conversations import sending
from conversations.refusals import GateClosed
from events.models import Event
from quality import alerting, drifting, meters, observing, polling, showing, telling, watching
from quality.aspects import Aspect
from quality.models import Alert, Gauge, Observation, Source, WebhookMinute
from simulator import defaults
from simulator.rating import RED_AT, YELLOW_AT
from templates_app.models import Template
from tests import world
from whatsapp.facts import AccountAlert, AccountEvent, NumberName, NumberQuality, NumberSecurity


@pytest.fixture
def shop(workspace) -> PhoneNumber:
    """The number that the simulator has from its start."""
    app = MetaApp.objects.create(
        workspace=workspace, app_id=defaults.APP_ID, secret=defaults.APP_SECRET,
        verify_token=defaults.VERIFY_TOKEN,
    )  # fmt: skip
    account = world.make_account(workspace, app=app, waba_id=defaults.WABA_ID, token=defaults.TOKEN)
    return world.make_number(account, phone_number_id=defaults.NUMBER_ID)


def at_meta(meta, **changes: Any):
    with meta.world.lock:
        number = meta.world.numbers[defaults.NUMBER_ID]
        meta.world.numbers.keep(replace(number, **changes))


def open_kinds() -> set[str]:
    return set(Alert.objects.filter(closed_at=None).values_list("kind", flat=True))


def told(number: PhoneNumber, **what: Any) -> NumberQuality:
    return NumberQuality(
        waba_id=number.account.waba_id, field="phone_number_quality_update",
        phone_number_id=number.phone_number_id, **what,
    )  # fmt: skip


def test_a_poll_writes_history_once_and_the_number_itself(meta, shop):
    assert polling.poll(shop.account_id) > 5
    assert polling.poll(shop.account_id) == 0
    at_meta(meta, quality="YELLOW")
    assert polling.poll(shop.account_id) == 1
    change = Observation.objects.get(aspect=Aspect.RATING, after="YELLOW")
    assert (change.before, change.source) == ("GREEN", "poll")
    shop.refresh_from_db()
    assert shop.quality_rating == "YELLOW"


def test_green_to_yellow_to_red_and_back_is_one_alert_at_a_time(meta, shop):
    polling.poll(shop.account_id)
    before = open_kinds()
    for rating in ("YELLOW", "RED"):
        at_meta(meta, quality=rating)
        polling.poll(shop.account_id)
        polling.poll(shop.account_id)
        assert open_kinds() - before == {f"rating_{rating.lower()}"}
    at_meta(meta, quality="GREEN")
    polling.poll(shop.account_id)
    assert open_kinds() == before
    closed = Alert.objects.filter(kind__startswith="rating").exclude(closed_at=None)
    assert closed.count() == 2


def test_complaints_stop_marketing_and_a_week_without_lifts_it(meta, shop, cleo):
    polling.poll(shop.account_id)
    before = open_kinds()
    template = Template.objects.create(
        account=shop.account, name="news", language="en", category="MARKETING", status="APPROVED",
        components=[{"type": "BODY", "text": "Hello"}],
    )  # fmt: skip
    about = {"conversation_id": world.make_conversation(shop).pk, "template_id": template.pk}
    for first, upto, kind in ((0, YELLOW_AT, "rating_yellow"), (YELLOW_AT, RED_AT, "rating_red")):
        for n in range(first, upto):
            person = meta.world.customer(f"+49170000{n:04}", number_id=defaults.NUMBER_ID)
            person.complains()
        polling.poll(shop.account_id)
        assert open_kinds() - before == {kind}
    with pytest.raises(GateClosed, match="quality at Meta is low"):
        sent(agent=cleo, at=timezone.now(), **about)
    meta.world.time_passes(days=7, minutes=1)
    meta.world.take()  # what fell due
    polling.poll(shop.account_id)
    assert open_kinds() == before
    assert sent(agent=cleo, at=timezone.now(), **about).status == "queued"
    history = Observation.objects.filter(aspect=Aspect.RATING, number=shop).order_by("pk")
    assert [one.after for one in history][-3:] == ["YELLOW", "RED", "GREEN"]


def test_a_webhook_that_only_hints_is_followed_by_a_question(
    meta, shop, django_capture_on_commit_callbacks
):
    polling.poll(shop.account_id)
    at_meta(meta, quality="RED")
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        watching.heard_of_number(told(shop, event="FLAGGED"), shop)
    assert "rating_red" in open_kinds()


def test_the_same_webhook_twice_is_history_once(shop):
    fact = told(shop, event="UPGRADE", portfolio_limit="TIER_10K")
    watching.heard_of_number(fact, shop)
    watching.heard_of_number(fact, shop)
    assert Observation.objects.filter(aspect=Aspect.LIMIT).count() == 1
    assert Gauge.objects.get(aspect=Aspect.LIMIT).value == "TIER_10K"


def test_a_rejected_name_and_its_approval(shop):
    common: dict[str, Any] = {
        "waba_id": "1",
        "field": "phone_number_name_update",
        "requested_name": "Best Shop",
    }
    watching.heard_of_number(
        NumberName(decision="REJECTED", rejection_reason="NAME_FORMAT", **common), shop
    )
    assert open_kinds() == {"name_rejected"}
    watching.heard_of_number(NumberName(decision="APPROVED", **common), shop)
    assert open_kinds() == set()
    shop.refresh_from_db()
    assert shop.verified_name == "Best Shop"


def test_what_only_happened_stays_until_somebody_has_seen_it(shop, ada):
    fact = NumberSecurity(waba_id="1", field="security", event="PIN_CHANGED")
    watching.heard_of_number(fact, shop)
    watching.heard_of_number(fact, shop)
    alerting.reconcile(shop.account, at=timezone.now())
    alert = Alert.objects.get()
    assert (alert.kind, alert.closed_at) == ("security", None)
    alerting.acknowledge(alert.pk, agent=ada, at=timezone.now())
    assert open_kinds() == set()
    assert Observation.objects.count() == 1


def test_a_restriction_closes_the_gate_and_its_end_opens_it(shop):
    fact = AccountEvent(
        waba_id="1", field="account_update", event="ACCOUNT_RESTRICTION",
        details={"restriction_info": [{"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING"}]},
    )  # fmt: skip
    watching.heard_of_account(fact, shop.account)
    assert open_kinds() == {"restricted"}
    shop.account.refresh_from_db()
    assert shop.account.restriction == "RESTRICTED_BIZ_INITIATED_MESSAGING"
    watching.heard_of_account(replace(fact, details={"restriction_info": []}), shop.account)
    assert open_kinds() == set()


def capability(**told: Any) -> AccountEvent:
    return AccountEvent(
        waba_id="1", field="business_capability_update", event="BUSINESS_CAPABILITY_UPDATE",
        details=told,
    )  # fmt: skip


def test_what_meta_allows_is_history_and_the_poll_agrees(meta, shop, ada, client):
    with meta.world.lock:
        waba = meta.world.wabas[defaults.WABA_ID]
        meta.world.wabas.keep(replace(waba, messaging_limit="TIER_2K"))
    polling.poll(shop.account_id)
    with meta.world.lock:
        meta.world.wabas.keep(replace(waba, messaging_limit="TIER_10K"))
    told = capability(max_daily_conversations_per_business=10000, max_phone_numbers_per_business=20)
    for _ in range(2):
        watching.heard_of_account(told, shop.account)
    polling.poll(shop.account_id)
    limits = Observation.objects.filter(aspect=Aspect.LIMIT, number=shop).order_by("pk")
    assert [(one.after, one.source) for one in limits] == [
        ("TIER_2K", "poll"), ("TIER_10K", "webhook"),
    ]  # fmt: skip
    shop.refresh_from_db()
    assert shop.messaging_limit == "TIER_10K"
    assert drifting.of(ada, at=timezone.now() + timedelta(hours=1)) == {}
    client.force_login(ada)
    page = client.get("/quality/").content.decode()
    assert "1 / 20" in page  # numbers
    assert "/ 6,000" in page  # templates


def test_a_full_account_is_told_until_meta_allows_more(meta, shop, ada, client):
    polling.poll(shop.account_id)
    watching.heard_of_account(capability(max_phone_numbers_per_waba=1), shop.account)
    assert open_kinds() == {"numbers_full"}
    client.force_login(ada)
    page = client.get("/quality/alerts/").content.decode()
    assert "No more numbers can be added" in page
    assert "1 / 1" in page
    watching.heard_of_account(capability(max_phone_numbers_per_waba=2), shop.account)
    assert open_kinds() == set()


def test_metas_own_alert_is_kept_with_its_words(shop):
    fact = AccountAlert(
        waba_id="1", field="account_alerts", alert_type="OBA_REJECTED", description="No."
    )
    watching.heard_of_account(fact, shop.account)
    assert Alert.objects.get().facts["description"] == "No."


def test_no_payment_method_is_one_alert_and_heals(meta, shop):
    with meta.world.lock:
        waba = meta.world.wabas[defaults.WABA_ID]
        meta.world.wabas.keep(replace(waba, has_payment=False))
    polling.poll(shop.account_id)
    assert "payment" in open_kinds()
    with meta.world.lock:
        meta.world.wabas.keep(replace(waba, has_payment=True))
    polling.poll(shop.account_id)
    assert "payment" not in open_kinds()


def test_a_dead_token_is_told_even_though_nothing_else_can_be_asked(meta, shop):
    shop.account.token = "revoked"
    shop.account.save(update_fields=["token"])
    polling.poll(shop.account_id)
    assert "token_dead" in open_kinds()


def test_only_the_bad_is_mailed_and_only_once_to_those_who_can_do_something(shop, ada, cleo, ana):
    at = timezone.now()
    for number, rating in ((shop, "RED"), (world.make_number(shop.account), "YELLOW")):
        observe_rating(number, rating, at)
    assert telling.tell_news(at=at) == 1
    assert telling.tell_news(at=at) == 0
    assert sorted(letter.to[0] for letter in mail.outbox) == [ada.email, cleo.email]
    assert "Quality is low" in mail.outbox[0].subject


def observe_rating(number, rating, at):
    observing.observe(
        number.account, {Aspect.RATING: rating}, number=number, source=Source.POLL, at=at
    )


# --- what we count ---------------------------------------------------------------------------------


def test_people_reached_outside_windows_are_counted_once_each(shop):
    at = timezone.now()
    wrote = world.make_conversation(shop)
    cold = world.make_conversation(shop, open_window=False)
    for conversation in (wrote, cold):
        for _ in range(2):
            world.make_message(
                conversation, direction="out", kind="template", status="delivered", at=at
            )
    world.make_message(wrote, direction="in", status="received", at=at - timedelta(hours=1))
    world.make_message(cold, direction="out", kind="template", status="failed", at=at)
    assert meters.people_reached(shop.account, at=at + timedelta(minutes=1)) == 1


def test_half_an_hour_of_silence_on_a_busy_number_is_one_alert_that_clears_itself(shop):
    at = timezone.now()
    conversation = world.make_conversation(shop)
    for minute in range(20):
        world.make_message(
            conversation, direction="in", status="received", at=at - timedelta(minutes=minute)
        )
    meters.measure(shop.account, at=at + timedelta(minutes=40))
    assert open_kinds() == set()  # no webhook ever came: nothing fell silent
    posted(at, answered=20)
    meters.measure(shop.account, at=at + timedelta(minutes=40))
    assert open_kinds() == set()  # what was there before the first post is no sign either
    posted(at, ago=20, answered=1)
    for minutes, silent in ((29, False), (31, True), (45, True)):
        meters.measure(shop.account, at=at + timedelta(minutes=minutes))
        assert ("silent" in open_kinds()) is silent
    world.make_message(
        conversation, direction="in", status="received", at=at + timedelta(minutes=46)
    )
    meters.measure(shop.account, at=at + timedelta(minutes=47))
    assert "silent" not in open_kinds()
    assert Alert.objects.filter(kind="silent").count() == 1


def posted(at, *, ago: int = 0, **counts: int) -> None:
    minute = (at - timedelta(minutes=ago)).replace(second=0, microsecond=0)
    WebhookMinute.objects.update_or_create(minute=minute, defaults=counts)


def test_a_burst_of_wrong_signatures_is_one_alert_in_each_workspace_until_it_is_over(shop):
    at = timezone.now()
    second = world.make_account(shop.workspace)
    posted(at, refused=9, answered=100)
    meters.measure(shop.account, at=at)
    assert open_kinds() == set()
    posted(at, refused=10, answered=100)
    for account in (shop.account, second, shop.account):
        meters.measure(account, at=at)
    assert list(Alert.objects.values_list("kind", "account_id")) == [
        ("signatures", shop.account_id)
    ]
    posted(at + timedelta(minutes=5), refused=1)  # it drips on
    meters.measure(shop.account, at=at + timedelta(minutes=14))
    assert open_kinds() == {"signatures"}
    meters.measure(shop.account, at=at + timedelta(minutes=17))
    assert open_kinds() == set()
    seen = Observation.objects.filter(aspect=Aspect.SIGNATURES).order_by("pk")
    assert [one.after for one in seen] == ["wrong", "right"]


def test_slow_answers_are_told_and_end_with_quick_ones(shop, ada, client):
    at = timezone.now()
    posted(at, answered=20, total_ms=90_000, slow=20)  # too few to judge by
    meters.measure(shop.account, at=at)
    assert open_kinds() == set()
    posted(at, answered=200, total_ms=90_000, slow=10)
    meters.measure(shop.account, at=at)
    assert open_kinds() == {"slow_answers"}
    client.force_login(ada)
    assert "answered slowly" in client.get("/quality/alerts/").content.decode()
    posted(at, ago=-11, answered=50, total_ms=500)
    meters.measure(shop.account, at=at + timedelta(minutes=11))
    assert open_kinds() == set()


def test_what_comes_back_at_once_is_listed_again_and_not_mailed_again(shop, ada):
    at = timezone.now()
    for minutes, rating in ((0, "RED"), (5, "GREEN"), (9, "RED"), (10, "GREEN"), (50, "RED")):
        moment = at + timedelta(minutes=minutes)
        observe_rating(shop, rating, moment)
        telling.tell_news(at=moment)
    assert Alert.objects.filter(kind="rating_red").count() == 3
    assert len(mail.outbox) == 2


def test_what_came_back_and_holds_is_mailed_when_the_quiet_time_is_over(shop, ada):
    at = timezone.now()

    def mailed(minutes: int, rating: str = "") -> int:
        moment = at + timedelta(minutes=minutes)
        if rating:
            observe_rating(shop, rating, moment)
        telling.tell_news(at=moment)
        return len(mail.outbox)

    assert (mailed(0, "RED"), mailed(5, "GREEN"), mailed(9, "RED")) == (1, 1, 1)
    assert (mailed(34), mailed(36), mailed(37)) == (1, 2, 2)  # half an hour after it was gone
    assert (mailed(40, "GREEN"), mailed(41, "RED"), mailed(69)) == (2, 2, 2)
    assert (mailed(69, "GREEN"), mailed(69, "RED"), mailed(71)) == (2, 2, 3)  # put off once only
    assert (mailed(75, "GREEN"), mailed(76, "RED")) == (3, 3)
    Alert.objects.filter(closed_at=None).update(acknowledged_at=at)
    assert mailed(120) == 3  # somebody has seen it


# --- gates -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rating", "category", "passes"), [
    ("RED", "MARKETING", False), ("RED", "UTILITY", True), ("YELLOW", "MARKETING", True),
])  # fmt: skip
def test_low_quality_stops_marketing_alone(shop, rating, category, passes):
    shop.quality_rating = rating
    shop.save(update_fields=["quality_rating"])
    cleo = world.make_agent(shop.workspace, "Cleo", Role.MANAGER)
    conversation = world.make_conversation(shop)
    template = Template.objects.create(
        account=shop.account, name="news", language="en", category=category, status="APPROVED",
        components=[{"type": "BODY", "text": "Hello"}],
    )  # fmt: skip
    send = {
        "conversation_id": conversation.pk,
        "agent": cleo,
        "at": timezone.now(),
        "template_id": template.pk,
    }
    if passes:
        assert sent(**send).status == "queued"
    else:
        with pytest.raises(GateClosed, match="quality at Meta is low"):
            sent(**send)


def sent(*, conversation_id, template_id, agent, at):
    return sending.send_template(
        conversation_id,
        template_id=template_id,
        values={},
        agent=agent,
        at=at,
        seen=10**9,
        token=uuid.uuid4(),
    )


def test_the_picker_says_what_is_held_back_and_why(shop, client):
    cleo = world.make_agent(shop.workspace, "Cleo", Role.MANAGER)
    conversation = world.make_conversation(shop)
    template = Template.objects.create(
        account=shop.account, name="news", language="en", category="MARKETING", status="APPROVED",
        components=[{"type": "BODY", "text": "Hello"}],
    )  # fmt: skip
    client.force_login(cleo)
    for rating, closed in (("GREEN", False), ("YELLOW", False), ("RED", True)):
        shop.quality_rating = rating
        shop.save(update_fields=["quality_rating"])
        page = client.get(f"/inbox/{conversation.pk}/templates/{template.pk}/").content.decode()
        assert ("disabled" in page) is closed
        assert ("picker__gate" in page) is (rating != "GREEN")
        above = client.get(f"/inbox/{conversation.pk}/held/").content.decode()
        assert ("Marketing from it is stopped" in above) is closed


def test_browsers_are_told_when_a_number_is_rated_otherwise(
    shop, cleo, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks() as told_once:
        observe_rating(shop, "RED", timezone.now())
    with django_capture_on_commit_callbacks() as told_again:
        observe_rating(PhoneNumber.objects.get(pk=shop.pk), "RED", timezone.now())
    assert (bool(told_once), told_again) == (True, [])


def test_the_count_at_the_gauge_follows_what_is_loud(
    shop, ada, client, django_capture_on_commit_callbacks
):
    def count() -> int:
        return Workspace.objects.get(pk=shop.workspace_id).loud_alerts

    at = timezone.now()
    with django_capture_on_commit_callbacks(execute=True):
        observe_rating(shop, "RED", at)
    assert count() == 1
    client.force_login(ada)
    assert "data-loud-alerts>1<" in client.get("/quality/alerts/").content.decode()
    alert = Alert.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        alerting.snooze(alert.pk, agent=ada, until=at + timedelta(hours=1))
    assert count() == 0
    showing.sweep(at=at + timedelta(hours=2))
    assert count() == 1
    with django_capture_on_commit_callbacks(execute=True):
        alerting.acknowledge(alert.pk, agent=ada, at=at)
    assert count() == 0
    with django_capture_on_commit_callbacks(execute=True):
        observe_rating(shop, "GREEN", at)
        observe_rating(shop, "RED", at)
    assert count() == 1


# --- drift -----------------------------------------------------------------------------------------


def test_what_only_a_poll_found_is_a_drift_until_a_webhook_says_the_same(shop, ada):
    at = timezone.now()

    def observe_limit(value: str, source: Source, minutes: int) -> None:
        when = at + timedelta(minutes=minutes)
        observing.observe(shop.account, {Aspect.LIMIT: value}, number=shop, source=source, at=when)

    observe_limit("TIER_250", Source.POLL, 0)  # the first look is no change
    assert drifting.of(ada, at=at + timedelta(hours=1)) == {}
    observe_limit("TIER_2K", Source.POLL, 10)
    assert drifting.of(ada, at=at + timedelta(minutes=12)) == {}  # a webhook may be on its way
    found = drifting.of(ada, at=at + timedelta(hours=1))
    assert [one.after for one in found[shop.account_id]] == ["TIER_2K"]
    observe_limit("TIER_2K", Source.WEBHOOK, 70)
    assert drifting.of(ada, at=at + timedelta(hours=2)) == {}
    observe_limit("TIER_10K", Source.WEBHOOK, 90)
    observe_limit("TIER_10K", Source.POLL, 95)
    assert drifting.of(ada, at=at + timedelta(hours=3)) == {}


# --- telling ---------------------------------------------------------------------------------------


def test_an_alert_is_an_event_when_it_opens_and_when_it_closes(shop):
    at = timezone.now()
    for rating in ("RED", "RED", "GREEN"):
        observe_rating(shop, rating, at)
    told_of = Event.objects.filter(kind__startswith="alert.").order_by("seq")
    assert [event.kind for event in told_of] == ["alert.opened", "alert.closed"]
    assert told_of[0].facts["about"] == "rating_red"


def test_rules_say_what_is_shown_mailed_and_pushed(shop, ada, client):
    client.force_login(ada)
    page = client.get("/quality/alerts/rules/").content.decode()
    assert 'name="pushed.rating_red"' in page
    client.post("/quality/alerts/rules/", {"pushed.rating_yellow": "on"})
    ada.pushes.create(endpoint="https://push.example/1", p256dh="x", auth="x")
    at = timezone.now()
    observe_rating(shop, "YELLOW", at)
    assert telling.tell_news(at=at) == 1
    assert mail.outbox == []


def test_an_alert_is_handed_to_somebody_who_then_hears_of_it(shop, ada, cleo, ana, client):
    observe_rating(shop, "YELLOW", timezone.now())
    alert = Alert.objects.get()
    client.force_login(ada)
    client.post(f"/quality/alerts/{alert.pk}/", {"act": "give", "to": ana.pk})
    alert.refresh_from_db()
    assert alert.assignee is None  # agents do not hear of alerts
    client.post(f"/quality/alerts/{alert.pk}/", {"act": "give", "to": cleo.pk})
    alert.refresh_from_db()
    assert alert.assignee == cleo
    assert [letter.to for letter in mail.outbox] == [[cleo.email]]
    client.post(f"/quality/alerts/{alert.pk}/", {"act": "snooze", "hours": "24"})
    alert.refresh_from_db()
    assert alert.snoozed_until
    assert alert.snoozed_until > timezone.now() + timedelta(hours=23)
    page = client.get("/quality/alerts/").content.decode()
    assert "Cleo looks after it" in page
