"""The engine by properties: whatever is said, in whatever order and however often."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing import card_files, engine
from billing.cards import Band, RateCard, RateCards
from billing.engine import Engine, OutOfOrder, State, priced
from billing.entries import Entry, Refused
from billing.facts import FREE_FORM, IN, MESSAGE, OUT, TEMPLATE, Fact
from billing.ordering import in_order
from billing.plans import PLANS, International
from billing.rebuilding import changes
from billing.tests.stories import Story, account, entries, outcomes

START = datetime(2022, 10, 30, 12, tzinfo=UTC)
contacts = st.sampled_from(["+79210000001", "+4915100000001", "RU.13491208655302741918"])
plans = st.sampled_from(sorted(PLANS))


@st.composite
def facts(draw: st.DrawFn, start: datetime = START) -> Fact:
    at = start + timedelta(minutes=draw(st.integers(0, 9000)))
    direction = draw(st.sampled_from([IN, OUT, OUT]))
    kind = MESSAGE if direction == IN else draw(st.sampled_from([TEMPLATE, FREE_FORM]))
    late = draw(st.sampled_from([0, 0, 0, 10, 2000]))
    return Fact(
        at=at,
        direction=direction,
        contact=draw(contacts),
        kind=kind,
        number=draw(st.sampled_from(["", "B"])),
        category=draw(st.sampled_from(["marketing", "utility", "authentication"]))
        if kind == TEMPLATE
        else "",
        status=draw(st.sampled_from(["sent", "delivered", "read", "failed"])),
        delivered_at=at + timedelta(minutes=late) if late else None,
        referral=direction == IN and draw(st.booleans()),
        message=draw(st.sampled_from(["", "", "wamid.1", "wamid.2"])) if direction == OUT else "",
    )


many = st.lists(facts(), max_size=40)
# Six days around each day on which the model changed, and around the end of service conversations that cost.
CHANGES = [(2022, 1, 29), (2023, 5, 29), (2024, 10, 29), (2025, 6, 28), (2026, 9, 28)]
changing = st.sampled_from(CHANGES).flatmap(
    lambda day: st.lists(facts(datetime(*day, tzinfo=UTC)), max_size=40)
)


@given(many, plans, st.randoms())
def test_order_and_repetition_never_matter(told, plan, chance):
    again = told + [one for one in told if chance.random() < 0.5]
    chance.shuffle(again)
    assert outcomes(again, plan, free_used=995) == outcomes(told, plan, free_used=995)


@given(changing, st.randoms())
def test_order_and_repetition_never_matter_while_the_model_changes(told, chance):
    again = told + [one for one in told if chance.random() < 0.5]
    chance.shuffle(again)
    known: dict[str, Any] = {"free_used": 995, "international": International("Germany", START)}
    assert outcomes(again, "by-date", **known) == outcomes(told, "by-date", **known)


@given(many, plans)
def test_nothing_is_charged_for_what_came_in_failed_or_was_refused(told, plan):
    found = outcomes(told, plan)
    for one in found:
        assert not one.fact.is_inbound
        assert isinstance(one, Refused) or not one.fact.has_failed
    if not any(fact.direction == OUT for fact in told):
        assert found == []


@given(many, st.sampled_from(["conversation-2022", "conversation-2023"]))
def test_a_pair_never_has_two_open_conversations_of_a_kind(told, plan):
    open_until: dict[tuple[str, str, str], datetime] = {}
    for one in entries(told, plan):
        key = (one.fact.number, one.fact.contact, "" if plan.endswith("2022") else one.kind)
        assert one.opened_at >= open_until.get(key, one.opened_at)
        assert one.expires_at is not None
        open_until[key] = one.expires_at


@given(many, plans, st.integers(0, 1005))
def test_the_free_tier_is_never_exceeded_and_never_left_unused(told, plan, used):
    for one in entries(told, plan, free_used=used):
        if one.quota_position is not None:
            assert (one.reason == "free_tier") == (one.quota_position <= 1000)


@given(many, plans)
def test_every_entry_is_free_priced_or_says_that_a_rate_is_missing(told, plan):
    for one in entries(told, plan):
        if one.price is None:
            assert one.reason in ("no_rate", "no_market")
            assert not one.is_free
        elif one.price:
            assert (one.reason, bool(one.card)) == ("charged", True)
            assert one.price.currency == one.currency == "USD"
        else:
            assert one.is_free
            assert one.reason.startswith("free")


@given(many, plans, st.integers(0, 40))
def test_pricing_may_stop_and_go_on_from_the_remembered_state(told, plan, cut):
    """What the ledger does: a fact at a time, the state kept between them."""
    whole = outcomes(told, plan)
    tidy = list(in_order(told))
    state, found = State(), []
    for part in (tidy[:cut], tidy[cut:]):
        working = Engine({"": account(plan)}, cards=card_files.shipped(), state=state)
        found += [outcome for fact in part for outcome in working.take(fact)]
    assert found + working.finish() == whole


@given(many, plans)
def test_changes_turn_any_ledger_into_the_rebuilt_one(told, plan):
    """A late or corrected fact: what is reversed and what is added make the ledger of all facts."""
    stored, rebuilt = entries(told[: len(told) // 2], plan), entries(told, plan)
    found = changes(stored, rebuilt)
    kept = [one for one in stored if one not in [change.before for change in found]]
    added = [change.after for change in found if change.after]
    assert sorted(kept + added, key=lambda one: one.key) == sorted(rebuilt, key=lambda one: one.key)
    assert changes(rebuilt, rebuilt) == []


def test_contacts_of_whom_nothing_is_open_are_forgotten_and_nobody_pays_for_it(monkeypatch):
    chance = random.Random(3)
    told = []
    for index in range(600):
        story = Story(START + timedelta(minutes=10 * index), f"+7921{chance.randrange(150):07}")
        story.comes_from_ad(0).template(1, delivered=chance.choice([1, 30]))
        told += (story.reply(5) if index % 2 else story).facts
    patient = outcomes(told, "conversation-2023")
    monkeypatch.setattr(engine, "SWEEP_ABOVE", 8)
    forgetful = Engine({"": account("conversation-2023")}, cards=card_files.shipped())
    assert list(priced(in_order(told), engine=forgetful)) == patient
    assert len(forgetful.state.pairs) < 150


def test_an_older_or_repeated_fact_is_refused_by_the_engine_and_not_priced_wrongly():
    working = Engine({"": account("conversation-2022")}, cards=card_files.shipped())
    later, earlier = Story().template(5).template(1).facts
    working.take(later)
    for told_too_late in (earlier, later):
        with pytest.raises(OutOfOrder):
            working.take(told_too_late)


def test_a_message_is_an_estimate_until_it_is_delivered():
    [sent] = entries(Story().template(0, status="sent").facts, "conversation-2022")
    [read] = entries(Story().template(0, status="read").facts, "conversation-2022")
    assert (sent.is_estimated, read.is_estimated) == (True, False)
    assert sent.price == read.price
    assert sent.key == read.key


def test_a_contact_known_only_by_a_business_scoped_id_is_priced_by_country_and_marked():
    scoped, unknown = (
        entries(Story(contact=who).template(0).facts, "conversation-2022", free_used=1000)[0]
        for who in ("RU.13491208655302741918", "somebody")
    )
    assert (scoped.market, scoped.market_is_estimated, scoped.reason) == ("Russia", True, "charged")
    assert (unknown.market, unknown.price, unknown.reason) == (None, None, "no_market")


def tiered(*rates: str, category: str = "utility") -> RateCards:
    """Bands of three messages each, the last one open."""
    bands = [
        Band(3 * index + 1 if index else 0, None if index == len(rates) - 1 else 3 * index + 3, Decimal(rate))
        for index, rate in enumerate(rates)
    ]  # fmt: skip
    july = datetime(2025, 7, 1).date()  # noqa: DTZ001  a local day
    return RateCards([
        RateCard("tiers", "pmp", july, "USD", {("Russia", category): tuple(bands)}, codes={"Russia": "7"})
    ])  # fmt: skip


def test_volume_tiers_are_marginal_and_begin_again_with_the_month():
    story = Story(datetime(2025, 10, 30, tzinfo=UTC))
    for hour in range(8):
        story.template(hour)
    story.template(48)
    found = entries(story.facts, "per-message-2025", cards=tiered("0.05", "0.04", "0.03"))
    prices = [one.price.text for one in found if one.price]
    assert prices == ["0.05"] * 3 + ["0.04"] * 3 + ["0.03"] * 2 + ["0.05"]
    assert [one.tier for one in found][::4] == ["0:3", "4:6", "0:3"]
    assert found[6].tier == "7:MAX"


def test_marketing_has_no_volume_tiers():
    story = Story(datetime(2025, 10, 3, tzinfo=UTC))
    for hour in range(5):
        story.template(hour, "marketing")
    found = entries(
        story.facts, "per-message-2025", cards=tiered("0.05", "0.04", category="marketing")
    )
    assert [(one.price and one.price.text, one.tier) for one in found] == [("0.05", None)] * 5


def test_free_messages_do_not_move_the_volume_tier():
    story = Story(datetime(2025, 10, 3, tzinfo=UTC)).template(0).writes(1)
    for hour in range(2, 8):
        story.template(hour)
    story.template(30)
    found = entries(story.facts, "per-message-2025", cards=tiered("0.05", "0.04"))
    assert [one.tier_position for one in found if one.reason == "charged"] == [1, 2]


def test_accounts_of_one_portfolio_climb_the_volume_tiers_together_but_have_their_own_free_tiers():
    told = []
    for index in range(4):
        story = Story(datetime(2025, 10, 3, tzinfo=UTC) + timedelta(hours=index))
        told += story.template(0, waba="AB"[index % 2]).facts
    both = {waba: account("per-message-2025") for waba in "AB"}
    found = list(priced(in_order(told), engine=Engine(both, cards=tiered("0.05", "0.04"))))
    assert [one.tier_position for one in found if isinstance(one, Entry)] == [1, 2, 3, 4]

    told = [*Story().template(0, waba="A").facts, *Story().template(1, waba="B").facts]
    both = {waba: account("conversation-2022") for waba in "AB"}
    found = list(priced(in_order(told), engine=Engine(both, cards=card_files.shipped())))
    assert [one.quota_position for one in found if isinstance(one, Entry)] == [1, 1]


def test_authentication_turns_international_on_the_day_meta_names_and_never_at_home():
    start = datetime(2026, 8, 3, tzinfo=UTC)
    since = International(
        "Nigeria", start + timedelta(days=1), {"Egypt": start + timedelta(days=3)}
    )
    prices = defaultdict(list)
    for who, market in (
        ("+919810000001", "India"),
        ("+201000000001", "Egypt"),
        ("+2348010000001", "Nigeria"),
    ):
        story = Story(start, who)
        for day in range(5):
            story.template(24 * day, "authentication")
        for one in entries(story.facts, "per-message-2025", international=since):
            prices[market].append(one.category.removeprefix("authentication"))
    assert prices == {
        "India": [""] + ["_international"] * 4,
        "Egypt": [""] * 3 + ["_international"] * 2,
        "Nigeria": [""] * 5,
    }


def test_without_a_market_authentication_stays_what_it_is():
    since = International("India", START - timedelta(days=1))
    story = Story(START, "somebody").template(0, "authentication")
    [entry] = entries(story.facts, "per-message-2026", international=since)
    assert (entry.category, entry.reason) == ("authentication", "no_market")


def test_authentication_goes_on_counting_when_it_turns_international_in_mid_month():
    start = datetime(2025, 10, 3, tzinfo=UTC)
    plain = tiered("0.05", "0.04", category="authentication")
    abroad = tiered("0.10", "0.09", category="authentication_international")
    both = [cards.by_id["tiers"] for cards in (plain, abroad)]
    card = replace(both[0], rates={**both[0].rates, **both[1].rates})
    story = Story(start)
    for hour in range(5):
        story.template(hour, "authentication")
    found = entries(
        story.facts,
        "per-message-2025",
        cards=RateCards([card]),
        international=International("India", start + timedelta(hours=2)),
    )
    assert [one.price.text for one in found if one.price] == [
        "0.05",
        "0.05",
        "0.10",
        "0.09",
        "0.09",
    ]


@settings(max_examples=20)
@given(many)
def test_spilling_runs_to_disk_changes_nothing(told):
    assert list(in_order(told, run=3)) == list(in_order(told))
