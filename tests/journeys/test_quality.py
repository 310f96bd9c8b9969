"""A number falls and recovers, a customer says how it was, a manager judges a conversation: each at the screens."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import Locator, TimeoutError, expect

from accounts.models import PhoneNumber, Role
from coaching import reviewing, sampling
from coaching.models import Review
from conversations import surveying
from conversations.models import Conversation, Message, Survey, SurveyState
from quality.models import Alert, Observation
from simulator import acts, defaults
from simulator.person import Person
from tests import world
from tests.journeys.conftest import Seat
from tests.journeys.people import texts
from tests.journeys.stage import Stage

TRIES, TRY_MS = 6, 10_000


def rated(stage: Stage, rating: str) -> None:
    """Meta rates the number otherwise, and posts its webhook twice, as it may."""
    meta = stage.meta.world
    for _ in range(2):
        with meta.lock:
            acts.number_event(meta, meta.numbers[defaults.NUMBER_ID], {"quality": rating})


def press(button: Locator, *, until: Locator) -> None:
    """A push may put a new button in place of the one that is pressed: press until it has done something."""
    for _ in range(TRIES):
        if until.count():
            break
        try:
            button.click(timeout=TRY_MS)
            until.wait_for(timeout=TRY_MS)
        except TimeoutError:
            continue
    expect(until).to_be_visible()


def test_a_fall_is_told_everywhere_and_ends_by_itself(
    seat: Seat, shop: PhoneNumber, stage: Stage, maria: Person, thread: Conversation
):
    shop.digits = stage.meta.world.numbers[defaults.NUMBER_ID].display
    shop.save(update_fields=["digits"])  # Meta’s webhook names a number by nothing else
    world.make_agent(shop.workspace, "Cleo", Role.MANAGER)
    ana = seat("Ana").look(f"/inbox/{thread.pk}/")
    cleo = seat("Cleo").look("/quality/")
    alert = cleo.page.locator(".quality__alerts .quality__banner", has_text="Quality is low")

    rated(stage, "YELLOW")
    medium = cleo.page.locator(".quality__banner", has_text="Quality fell to medium")
    expect(medium).to_be_visible()
    rated(stage, "RED")
    expect(alert).to_be_visible()
    expect(medium).to_have_count(0)
    expect(ana.pane.locator(".composer__held")).to_contain_text("Marketing from it is stopped")
    expect(cleo.page.locator("tbody .dot--red").first).to_be_visible()

    ana.write("Yes, it is")  # answers go on
    expect(ana.tick("Yes, it is", "read")).to_be_visible()
    assert texts(maria) == ["Yes, it is"]

    press(
        alert.get_by_role("button", name="Seen", exact=True),
        until=alert.get_by_text("seen by Cleo"),
    )
    rated(stage, "GREEN")
    expect(alert).to_have_count(0)
    expect(ana.pane.locator(".composer__held .banner")).to_have_count(0)
    seen = Observation.objects.filter(number=shop, aspect="rating").order_by("pk")
    assert [one.after for one in seen][-3:] == [
        "YELLOW",
        "RED",
        "GREEN",
    ]  # each told twice, kept once
    low = Alert.objects.get(kind="rating_red")
    assert low.acknowledged_by is not None
    assert low.closed_at is not None


def test_a_customer_is_asked_how_it_was_and_says_it(
    seat: Seat, shop: PhoneNumber, stage: Stage, maria: Person, thread: Conversation
):
    surveying.keep(
        shop, is_on=True, at=timezone.now() - timedelta(days=1), question="How was it?", button="Rate",
        thanks="Thank you!", wait_minutes=0, pause_days=7,
    )  # fmt: skip
    ana = seat("Ana").look(f"/inbox/{thread.pk}/")
    ana.write("Yes, it is")
    expect(ana.tick("Yes, it is", "read")).to_be_visible()
    ana.page.keyboard.press("Escape")
    ana.page.keyboard.press("e")
    expect(ana.pane.locator(".notice").last).to_contain_text("Ana resolved the conversation")

    stage.ring("conversations.tasks.ask_surveys")
    asked = Message.objects.filter(source=surveying.SOURCE)
    assert stage.boss.wait_until(asked.exists, seconds=90), "nobody was asked"
    stage.ring("conversations.tasks.sweep_outbox")
    asked = asked.filter(wamid__gt="")
    assert stage.boss.wait_until(asked.exists, seconds=90), "the question did not leave"
    maria.taps(asked.get().wamid, 1)
    answered = Survey.objects.filter(state=SurveyState.ANSWERED, score=4)
    assert stage.boss.wait_until(answered.exists, seconds=90), "the answer was not kept"
    expect(ana.pane.locator(".message--in").last).to_contain_text("Good")
    thread.refresh_from_db()
    assert thread.is_resolved  # a score is no question


def test_a_manager_judges_and_the_agent_reads_it(
    seat: Seat, shop: PhoneNumber, maria: Person, thread: Conversation
):
    ana = seat("Ana").look(f"/inbox/{thread.pk}/")
    ana.write("Yes, it is")
    expect(ana.tick("Yes, it is", "read")).to_be_visible()
    world.make_agent(shop.workspace, "Cleo", Role.MANAGER)
    Review.objects.create(
        workspace=shop.workspace, conversation=thread, agent=thread.workspace.agents.get(name="Ana"),
        week=sampling.week_of(timezone.now().date()), drawn_at=timezone.now(),
        card=sampling.as_json(reviewing.usual_card()),
    )  # fmt: skip

    page = seat("Cleo").page
    page.goto("/coaching/")
    page.get_by_role("link", name="Look", exact=True).click()
    page.get_by_text("Remark", exact=True).click()
    page.locator("textarea[name=text]").fill("Say until when")
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.locator(".remark")).to_contain_text("Say until when")
    for criterion in reviewing.usual_card():
        page.locator(f'[name="{criterion.key}"][value="{criterion.most}"]').check()
    page.locator("[name=summary]").fill("Quick and right")
    page.get_by_role("button", name="Finish", exact=True).click()
    expect(page.locator(".beside__sum")).to_have_text("100 %")

    ana.page.goto("/coaching/mine/")
    expect(ana.page.locator(".page")).to_contain_text("Quick and right")
    expect(ana.page.locator(".remark")).to_contain_text("Say until when")
