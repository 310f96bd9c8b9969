"""What may be sent, and how a refusal reads. Nothing here talks to Meta: the bell does not ring without a commit."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone, translation

from accounts.models import PricingPlan
from conversations import admission, composing, refusals, sending, statuses, taking_back
from conversations.models import ConversationStatus, Direction, Message
from conversations.tests.outbox import make_file, say
from events.models import Event
from templates_app.contract import Problem, Trouble
from templates_app.models import Template
from tests import world

pytestmark = pytest.mark.django_db


def how(agent: Any, **over: Any) -> Any:
    fields = {
        "agent": agent,
        "token": uuid.uuid4(),
        "seen": 0,
        "at": timezone.now(),
        "override": True,
    }
    return fields | over


def make_template(conversation: Any, **over: Any) -> Template:
    fields = {
        "account": conversation.number.account,
        "name": "order_ready",
        "language": "en",
        "category": "UTILITY",
        "status": "APPROVED",
        "components": [{"type": "BODY", "text": "Hello {{1}}, it is ready."}],
    }
    return Template.objects.create(**fields | over)


def test_a_reply_is_queued_and_becomes_what_the_list_shows(conversation, ana):
    conversation.waiting_since = timezone.now()
    conversation.save(update_fields=["waiting_since"])
    message = say(conversation, ana, "  Good morning \n")
    conversation.refresh_from_db()
    assert (message.text, message.status) == ("Good morning", statuses.QUEUED)
    assert message.seq == conversation.seq > 0
    assert conversation.last_text == "Good morning"
    assert conversation.last_direction == Direction.OUT
    assert conversation.last_status == statuses.QUEUED
    assert conversation.waiting_since is None
    event = Event.objects.get()
    assert (event.kind, event.actor, event.facts["message"]) == ("message.queued", ana, message.pk)


def test_a_reply_reopens_what_was_resolved_and_leaves_the_assignment_alone(conversation, ana):
    conversation.status, conversation.resolved_at = ConversationStatus.RESOLVED, timezone.now()
    conversation.save(update_fields=["status", "resolved_at"])
    say(conversation, ana)
    conversation.refresh_from_db()
    assert conversation.status == ConversationStatus.OPEN
    assert conversation.resolved_at is None
    assert conversation.assignee is None


def test_the_same_token_gives_the_message_there_is(conversation, ana):
    token = uuid.uuid4()
    first = say(conversation, ana, "one", token=token)
    assert say(conversation, ana, "other words", token=token) == first
    assert Message.objects.get().text == "one"


def test_a_closed_window_refuses_with_a_way_out(number, ana):
    conversation = world.make_conversation(number, open_window=False)
    with pytest.raises(refusals.WindowClosed) as refused:
        say(conversation, ana)
    assert refused.value.closed_at == conversation.window_closes_at
    assert "template" in refused.value.todo
    assert not Message.objects.exists()


def test_under_the_2022_plan_an_open_user_initiated_conversation_allows_a_reply(number, ana):
    number.account.pricing_plan = PricingPlan.CONVERSATION_2022
    number.account.save(update_fields=["pricing_plan"])
    conversation = world.make_conversation(
        number,
        open_window=False,
        billed_until=timezone.now() + timedelta(hours=1),
        billed_origin="user_initiated",
    )
    assert say(conversation, ana).status == statuses.QUEUED


def test_what_the_contact_wrote_meanwhile_stops_the_reply_until_it_is_overridden(conversation, ana):
    seen = say(conversation, ana, "first").seq
    late = world.make_message(conversation, "wait, one more thing", seq=seen + 1)
    conversation.seq = seen + 1
    conversation.save(update_fields=["seq"])
    with pytest.raises(refusals.ThreadMoved) as refused:
        say(conversation, ana, "answer", seen=seen, override=False)
    assert refused.value.newer == (late,)
    assert say(conversation, ana, "answer", seen=seen, override=True)


def test_what_a_colleague_wrote_meanwhile_stops_the_reply(conversation, ana, cleo):
    seen = say(conversation, ana, "first").seq
    theirs = say(conversation, cleo, "I have it")
    with pytest.raises(refusals.ThreadMoved) as refused:
        say(conversation, ana, "me too", seen=seen, override=False)
    assert refused.value.newer == (theirs,)


def test_my_own_newer_message_does_not_stop_me(conversation, ana):
    seen = say(conversation, ana, "one").seq
    say(conversation, ana, "two", seen=seen, override=False)
    assert say(conversation, ana, "three", seen=seen, override=False)


def test_a_tick_that_climbs_on_a_colleagues_old_message_stops_nobody(conversation, ana, cleo):
    old = say(conversation, cleo, "old")
    seen = old.seq
    Message.objects.filter(pk=old.pk).update(seq=seen + 1, status=statuses.READ)
    conversation.refresh_from_db()
    conversation.seq = seen + 1
    conversation.save(update_fields=["seq"])
    assert say(conversation, ana, "new", seen=seen, override=False)


@pytest.mark.parametrize(
    ("text", "refusal"),
    [("  \n ", refusals.EmptyMessage), ("x" * 4097, refusals.TextTooLong)],
)
def test_text_that_whatsapp_would_refuse_is_refused_here(conversation, ana, text, refusal):
    with pytest.raises(refusal):
        say(conversation, ana, text)


def test_finance_does_not_write_to_customers(conversation, fay):
    with pytest.raises(refusals.InternalRole):
        say(conversation, fay)


def test_a_number_that_is_switched_off_sends_nothing(conversation, ana):
    conversation.number.is_active = False
    conversation.number.save(update_fields=["is_active"])
    with pytest.raises(refusals.NumberHeld) as refused:
        say(conversation, ana)
    assert conversation.number.label in refused.value.what


def test_a_number_that_meta_holds_takes_messages_and_keeps_them(conversation, ana):
    conversation.number.held_reason = "131042"
    conversation.number.save(update_fields=["held_reason"])
    assert say(conversation, ana).status == statuses.QUEUED


def test_somebody_without_any_id_cannot_be_written_to(number, ana):
    contact = world.make_contact(number.workspace, phone="", user_id="")
    with pytest.raises(refusals.ContactUnreachable):
        say(world.make_conversation(number, contact=contact), ana)


def test_a_quote_goes_with_its_wamid(conversation, ana):
    asked = world.make_message(conversation, "Where is it?")
    message = say(conversation, ana, "Here", quoted=asked)
    assert (message.quoted, message.quoted_wamid) == (asked, asked.wamid)


def test_a_file_of_another_company_or_one_not_stored_is_refused(conversation, dan, ana):
    media = make_file(conversation)
    media.workspace = dan.workspace
    media.save(update_fields=["workspace"])
    with pytest.raises(refusals.MediaRefused):
        sending.send_media(conversation.pk, file=media, **how(ana))


def test_sound_takes_no_caption(conversation, ana):
    media = make_file(conversation)
    media.kind, media.mime_type = "audio", "audio/ogg"
    with pytest.raises(refusals.ContentRefused):
        sending.send_media(conversation.pk, file=media, caption="listen", **how(ana))


def test_a_template_goes_outside_the_window_filled_and_with_its_preview(number, ana):
    conversation = world.make_conversation(number, open_window=False)
    template = make_template(conversation)
    message = sending.send_template(
        conversation.pk, template_id=template.pk, values={"body.1": "Maria"}, **how(ana)
    )
    assert message.text == "Hello Maria, it is ready."
    assert message.content["name"] == "order_ready"
    assert message.content["preview"]["body"] == message.text
    assert message.content["components"][0]["parameters"][0]["text"] == "Maria"
    assert message.template == template


CODE = [
    {"type": "BODY", "add_security_recommendation": True},
    {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE"}]},
]


def test_a_code_never_goes_to_somebody_whose_number_is_not_known(conversation, ana):
    template = make_template(conversation, category="AUTHENTICATION", components=CODE)
    values = {"body.1": "271828"}
    sending.send_template(conversation.pk, template_id=template.pk, values=values, **how(ana))
    assert [o.template for o in composing.offer(conversation, ana).options] == [template]
    conversation.contact.phone, conversation.contact.user_id = "", "DE.1"
    conversation.contact.save(update_fields=["phone", "user_id"])
    assert not composing.offer(conversation, ana).options
    assert composing.choice(conversation, ana, template_id=template.pk) is None
    with pytest.raises(refusals.TemplateRefused) as refused:
        sending.send_template(conversation.pk, template_id=template.pk, values=values, **how(ana))
    assert [problem.trouble for problem in refused.value.problems] == [Trouble.NEEDS_PHONE]
    assert "phone number" in refused.value.what
    with pytest.raises(refusals.TemplateRefused):
        admission.check_again(template, conversation)


def test_a_template_that_lacks_a_value_says_which(conversation, ana):
    template = make_template(conversation)
    with pytest.raises(refusals.TemplateRefused) as refused:
        sending.send_template(conversation.pk, template_id=template.pk, values={}, **how(ana))
    assert refused.value.problems == (Problem(Trouble.MISSING, "body.1"),)
    assert "{{1}} (text)" in refused.value.what


def test_a_template_with_a_file_above_it_needs_the_file(conversation, ana):
    template = make_template(
        conversation,
        components=[{"type": "HEADER", "format": "DOCUMENT"}, {"type": "BODY", "text": "Bill"}],
    )
    with pytest.raises(refusals.TemplateRefused):
        sending.send_template(conversation.pk, template_id=template.pk, values={}, **how(ana))
    media = make_file(conversation)
    message = sending.send_template(
        conversation.pk, template_id=template.pk, values={}, media=media, **how(ana)
    )
    assert message.media == media


@pytest.mark.parametrize("state", ["PENDING", "REJECTED", "PAUSED", "DISABLED", "DELETED"])
def test_only_approved_templates_go(conversation, ana, state):
    template = make_template(conversation, status=state)
    with pytest.raises(refusals.TemplateRefused) as refused:
        sending.send_template(
            conversation.pk, template_id=template.pk, values={"body.1": "x"}, **how(ana)
        )
    assert refused.value.problems == (Problem(Trouble.STATE, detail=state),)


def test_a_template_of_another_account_is_not_sendable_here(conversation, ana, workspace):
    other = world.make_account(workspace)
    template = make_template(conversation, account=other)
    with pytest.raises(refusals.TemplateRefused):
        sending.send_template(
            conversation.pk, template_id=template.pk, values={"body.1": "x"}, **how(ana)
        )


def test_who_stopped_marketing_gets_utility_templates_only(conversation, ana):
    conversation.contact.marketing_stopped_at = timezone.now()
    conversation.contact.save(update_fields=["marketing_stopped_at"])
    useful = make_template(conversation)
    promotion = make_template(conversation, name="sale", category="MARKETING")
    values = {"body.1": "Maria"}
    assert sending.send_template(conversation.pk, template_id=useful.pk, values=values, **how(ana))
    with pytest.raises(refusals.MarketingStopped):
        sending.send_template(conversation.pk, template_id=promotion.pk, values=values, **how(ana))


def test_a_value_with_a_line_break_is_refused_in_words(conversation, ana):
    template = make_template(conversation)
    with pytest.raises(refusals.TemplateRefused) as refused:
        sending.send_template(
            conversation.pk, template_id=template.pk, values={"body.1": "a\nb"}, **how(ana)
        )
    assert "line break" in refused.value.what


@pytest.mark.parametrize("status", [statuses.FAILED, statuses.UNKNOWN])
def test_what_failed_or_is_unknown_can_be_sent_again(conversation, ana, status):
    message = say(conversation, ana)
    Message.objects.filter(pk=message.pk).update(status=status, error_code=131026, wamid="w.1")
    again = sending.retry(message.pk, agent=ana, at=timezone.now())
    assert (again.status, again.error_code, again.wamid) == (statuses.QUEUED, None, "")


@pytest.mark.parametrize("status", [statuses.ACCEPTED, statuses.DELIVERED, statuses.READ])
def test_what_arrived_cannot_be_sent_again(conversation, ana, status):
    message = say(conversation, ana)
    Message.objects.filter(pk=message.pk).update(status=status)
    with pytest.raises(refusals.NotRetryable):
        sending.retry(message.pk, agent=ana, at=timezone.now())


def test_a_retry_after_the_window_closed_is_refused(conversation, ana):
    message = say(conversation, ana)
    Message.objects.filter(pk=message.pk).update(status=statuses.FAILED)
    with pytest.raises(refusals.WindowClosed):
        sending.retry(message.pk, agent=ana, at=timezone.now() + timedelta(days=2))


def test_a_queued_message_can_be_taken_back_and_a_sent_one_not(conversation, ana):
    message = say(conversation, ana)
    gone = taking_back.discard(message.pk, agent=ana, at=timezone.now())
    assert (gone.status, bool(gone.revoked_at)) == (statuses.FAILED, True)
    assert not conversation.messages.unsent().exists()
    assert (
        taking_back.discard(message.pk, agent=ana, at=timezone.now()).revoked_at == gone.revoked_at
    )
    with pytest.raises(refusals.NotRetryable):
        sending.retry(message.pk, agent=ana, at=timezone.now())
    sent = say(conversation, ana)
    Message.objects.filter(pk=sent.pk).update(status=statuses.SENDING)
    with pytest.raises(refusals.TooLate):
        taking_back.discard(sent.pk, agent=ana, at=timezone.now())


def test_there_is_no_reaction_to_what_meta_does_not_know_or_has_forgotten(conversation, ana):
    queued = say(conversation, ana)
    old = world.make_message(conversation, at=timezone.now() - timedelta(days=31))
    for message in (queued, old):
        with pytest.raises(refusals.CannotReact):
            sending.react(message.pk, agent=ana, emoji="👍", at=timezone.now())


def test_every_refusal_says_what_happened_in_words():
    for kind in refusals.Refusal.__subclasses__():
        with translation.override("en"):
            refusal = kind()
            assert refusal.code != refusals.Refusal.code
            assert refusal.words == str(refusal)
            if kind is not refusals.ContentRefused:
                assert refusal.what
