"""The inbox's pages and acts from outside: who may do what, what hostile input does, what an answer costs."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Agent, BusinessAccount, PhoneNumber, Team
from conversations import listing, live, search, sending
from conversations.models import Conversation, Direction, MediaFile, Message, ReadMark
from conversations.tests.page import Node, parse
from templates_app.models import HiddenName, Template
from tests import world

FETCH = {"X-Requested-With": "fetch"}


@pytest.fixture
def browser(client: Client, ana: Agent) -> Client:
    client.force_login(ana)
    return client


def at(name: str, *args: Any) -> str:
    return reverse(f"conversations:{name}", args=args)


def page_of(response: Any) -> Node:
    return parse(response.content.decode())


def write(client: Client, conversation: Conversation, text: str = "Hello", **over: Any) -> Any:
    headers = over.pop("headers", FETCH)
    data = {"token": str(uuid.uuid4()), "seen": conversation.seq, "text": text} | over
    return client.post(at("messages", conversation.pk), data, headers=headers)


@pytest.fixture
def template(account: BusinessAccount) -> Template:
    return make_template(account, "greeting", "Hello {{1}}, welcome to {{2}}")


def make_template(account: BusinessAccount, name: str, body: str, **over: Any) -> Template:
    fields: dict[str, Any] = {
        "name": name,
        "language": "en",
        "status": "APPROVED",
        "category": "UTILITY",
        "components": [{"type": "BODY", "text": body}],
    }
    return Template.objects.create(account=account, **fields | over)


# --- who may do what --------------------------------------------------------------------------------------


Doing = Callable[[Client, Conversation, Message], Any]


def post(name: str, **data: Any) -> Doing:
    def doing(client: Client, conversation: Conversation, message: Message) -> Any:
        args = (
            [conversation.pk, message.token]
            if name in ("attempts", "reaction")
            else [conversation.pk]
        )
        return client.post(at(name, *args), data, headers=FETCH)

    doing.__name__ = f"post-{name}-{'-'.join(data)}"
    return doing


def get(name: str, **query: str) -> Doing:
    def doing(client: Client, conversation: Conversation, message: Message) -> Any:
        return client.get(at(name, conversation.pk), query, headers=FETCH)

    doing.__name__ = f"get-{name}-{'-'.join(query)}"
    return doing


ON_ONE: list[Doing] = [
    get("conversation"), get("conversation", pane="1"), get("messages"), get("templates"), get("assignees"),
    post("messages", text="Hi", seen="0", override="1"), post("read"), post("closure"), post("closure", reopen="1"),
    post("assignment", to="me"), post("assignment", to=""), post("team", team=""), post("reaction", emoji="👍"),
    post("attempts"),
]  # fmt: skip
ON_ALL = ["inbox", "rows", "counts", "changes"]


@pytest.mark.parametrize("doing", ON_ONE, ids=lambda doing: doing.__name__)
def test_an_act_works_for_those_who_see_the_conversation_and_is_not_found_for_others(
    client: Client, conversation: Conversation, ana: Agent, cleo: Agent, ben: Agent, dan: Agent,
    fay: Agent, doing: Doing,
) -> None:  # fmt: skip
    message = world.make_message(
        conversation, direction=Direction.OUT, status="failed", error_code=131026
    )
    response = doing(client, conversation, message)
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")
    for agent, statuses in (
        (ben, {404}),
        (dan, {404}),
        (fay, {403}),
        (cleo, {200, 204}),
        (ana, {200, 204}),
    ):
        client.force_login(agent)
        Conversation.objects.update(assignee=None)
        assert doing(client, conversation, message).status_code in statuses, agent.name


@pytest.mark.parametrize("name", ON_ALL)
def test_the_list_is_everybodys_own(
    client: Client, conversation: Conversation, ana: Agent, ben: Agent, dan: Agent, fay: Agent,
    name: str,
) -> None:  # fmt: skip
    live.publish("x", conversation)
    query = {"tab": "all", "status": "any", "since": "0"}
    assert client.get(at(name), query).status_code == 302
    client.force_login(fay)
    assert client.get(at(name), query).status_code == 403
    mark = f"conversation-{conversation.pk}"
    for agent, is_seen in ((ana, True), (ben, False), (dan, False)):
        client.force_login(agent)
        response = client.get(at(name), query)
        if name == "counts":
            assert response.json()["all"] == str(int(is_seen))
        else:
            assert (mark in response.content.decode()) == is_seen


def test_reading_is_by_get_and_acting_by_post(browser: Client, conversation: Conversation) -> None:
    for name in ("read", "waiting", "assignment", "team", "files"):
        assert browser.get(at(name, conversation.pk)).status_code == 405
    for name in ("conversation", "templates", "assignees"):
        assert browser.post(at(name, conversation.pk)).status_code == 405


def test_nothing_is_done_without_the_token_against_forged_requests(
    ana: Agent, conversation: Conversation
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ana)
    assert client.post(at("closure", conversation.pk)).status_code == 403


# --- hostile input ----------------------------------------------------------------------------------------


HOSTILE = [
    "\x00", "a\x00b", "²", "-1", "9" * 30, "9" * 5000, "null", "[]", "<script>alert(1)</script>", "' or 1=1",
    "\u202e", "x" * 100_000, "%", "../..", "１２", "🙂" * 500, "\ufeff",
]  # fmt: skip


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: ascii(value)[:20])
def test_odd_values_are_no_error_of_ours(
    browser: Client, conversation: Conversation, template: Template, value: str
) -> None:
    message = world.make_message(conversation)
    fields = ("tab", "status", "number", "q", "before", "since")
    for name in ON_ALL:
        response = browser.get(at(name), dict.fromkeys(fields, value[:2000]))
        assert response.status_code in (200, 205)
    pk = conversation.pk
    assert browser.get(at("messages", pk), {"before": value[:2000]}).status_code == 200
    for field in ("token", "seen", "text", "quoted", "override", "file", "template", "var.body.1"):
        data = {"text": "Hi", "seen": "0", "override": "1", field: value}
        response = browser.post(at("messages", pk), data, headers=FETCH)
        assert response.status_code in (200, 409, 422), field
    for data in ({"var.body.1": value, "var.body.2": value}, {f"var.{value[:99]}": "x"}):
        said = {"template": template.pk, "seen": "0", "override": "1", **data}
        response = browser.post(at("messages", pk), said, headers=FETCH)
        assert response.status_code in (200, 409, 422)
    for name, field in (
        ("assignment", "to"), ("assignment", "expected"), ("team", "team"), ("closure", "reopen"),
    ):  # fmt: skip
        response = browser.post(at(name, pk), {field: value}, headers=FETCH)
        assert response.status_code in (200, 409, 422)
    response = browser.post(at("reaction", pk, message.token), {"emoji": value}, headers=FETCH)
    assert response.status_code in (200, 409, 422)
    if response.status_code != 200:
        assert "<script>" not in response.content.decode()


@pytest.mark.parametrize("pk", [0, 2**31, 2**63, 10**30])
def test_a_number_that_no_row_has_is_not_found(browser: Client, pk: int) -> None:
    assert browser.get(at("conversation", pk)).status_code == 404
    assert browser.post(at("closure", pk)).status_code == 404


def test_a_message_of_another_conversation_is_not_found(
    browser: Client, conversation: Conversation, number: PhoneNumber
) -> None:
    other = world.make_message(world.make_conversation(number))
    assert browser.post(at("reaction", conversation.pk, other.token)).status_code == 404
    assert browser.post(at("attempts", conversation.pk, uuid.uuid4())).status_code == 404


# --- what it costs ----------------------------------------------------------------------------------------


def cost(client: Client, address: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def full(number: PhoneNumber, agent: Agent) -> Conversation:
    """A conversation with all that costs something to show."""
    row = world.make_conversation(number, assignee=agent)
    media = MediaFile.objects.create(
        workspace=number.workspace, number=number, kind="image", state="stored"
    )
    first = world.make_message(row, referral={"headline": "Sale"})
    last = world.make_message(row, author=agent, direction=Direction.OUT, quoted=first, media=media)
    first.reactions.create(emoji="👍", agent=agent, is_ours=True, at=timezone.now())
    live.publish("x", row, first, last)
    return row


def test_the_list_costs_the_same_with_one_row_and_fifty(
    browser: Client, ana: Agent, number: PhoneNumber
) -> None:
    address = at("inbox") + "?tab=all"
    full(number, ana)
    cost(browser, address)  # what is looked up once a process
    one = cost(browser, address)
    for _ in range(49):
        full(number, ana)
    assert cost(browser, address) == one <= 16
    assert cost(browser, at("rows") + "?tab=all") <= 7


def test_a_thread_costs_the_same_with_one_message_and_forty(
    browser: Client, ana: Agent, number: PhoneNumber
) -> None:
    row = full(number, ana)
    cost(browser, at("conversation", row.pk) + "?pane=1")
    one = cost(browser, at("conversation", row.pk) + "?pane=1")
    for _ in range(40):
        message = world.make_message(row, author=ana, direction=Direction.OUT)
        message.reactions.create(emoji="👍", agent=ana, is_ours=True, at=timezone.now())
    assert cost(browser, at("conversation", row.pk) + "?pane=1") == one <= 17


def test_changes_cost_the_same_with_one_and_thirty(
    browser: Client, ana: Agent, number: PhoneNumber
) -> None:
    def plain() -> Conversation:
        row = world.make_conversation(number, assignee=ana)
        live.publish("x", row, world.make_message(row, author=ana))
        return row

    seq = plain().seq
    plain()
    cost(browser, f"{at('changes')}?since={seq}")
    one = cost(browser, f"{at('changes')}?since={seq}")
    for _ in range(30):
        plain()
    assert cost(browser, f"{at('changes')}?since={seq}") == one <= 12


# --- looking ----------------------------------------------------------------------------------------------


def test_paging_walks_all_rows_once(
    browser: Client, number: PhoneNumber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "ROWS", 3)
    when = datetime(2026, 11, 20, tzinfo=UTC)
    rows = [world.make_conversation(number, last_at=when) for _ in range(8)]
    page = page_of(browser.get(at("inbox"), {"tab": "all"}))
    seen: list[str] = []
    while True:
        seen += [node.attrs["id"] for node in page.all("li", **{"class": "row"})]
        more = page.all("li", **{"class": "rows__more"})
        if not more:
            break
        page = page_of(browser.get(more[0].attrs["hx-get"]))
        assert page.all("li", **{"class": "rows__seen"})
    assert seen == [f"conversation-{row.pk}" for row in sorted(rows, key=lambda r: -r.pk)]


def test_older_messages_come_in_pages(
    browser: Client, conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "BUBBLES", 3)
    for n in range(5):
        world.make_message(conversation, f"number {n}", at=timezone.now() + timedelta(seconds=n))
    page = page_of(browser.get(at("conversation", conversation.pk), {"pane": "1"}))
    assert "number 4" in page.text
    assert "number 1" not in page.text
    (older,) = [node for node in page.walk() if "data-older" in node.attrs]
    page = page_of(browser.get(older.attrs["data-older"]))
    assert "number 0" in page.text
    assert not [node for node in page.walk() if "data-older" in node.attrs]


def test_too_many_changes_ask_for_a_fresh_page(
    browser: Client, conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "CHANGES_LIMIT", 1)
    live.publish("x", conversation, world.make_message(conversation))
    assert browser.get(at("changes"), {"since": "0"})["X-Cursor"] == "1"
    live.publish("x", conversation, world.make_message(conversation))
    response = browser.get(at("changes"), {"since": "0"})
    assert (response.status_code, response["X-Cursor"], response.content) == (205, "2", b"")


def test_what_was_pushed_is_said_in_a_body_of_any_length(
    browser: Client, number: PhoneNumber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "CHANGES_LIMIT", 1)
    first, second = world.make_conversation(number), world.make_conversation(number)
    for one in (first, second):
        live.publish("x", one)

    def asked(has: str) -> Any:
        return browser.post(at("changes"), {"since": "0", "threads": "", "has": has})

    html = asked(f"{first.pk}:1," + "9" * 9 + ":7," * 3000 + "x:1,:,-1:²").content.decode()
    assert f'id="conversation-{second.pk}"' in html
    assert f'id="conversation-{first.pk}"' not in html
    assert asked(f"{first.pk}:0,{second.pk}:x").status_code == 205


def test_counts_beyond_the_limit_say_so(
    browser: Client, number: PhoneNumber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "COUNT_LIMIT", 2)
    for _ in range(4):
        world.make_conversation(number)
    assert browser.get(at("counts")).json() == {"mine": "0", "unassigned": "2+", "all": "2+"}


def test_reading_marks_for_oneself_only(
    browser: Client, conversation: Conversation, ana: Agent
) -> None:
    conversation.inbound_count = 3
    conversation.save(update_fields=["inbound_count"])
    assert browser.post(at("read", conversation.pk)).status_code == 204
    assert ReadMark.objects.get().agent == ana
    assert ReadMark.objects.get().seen_count == 3


# --- acting -----------------------------------------------------------------------------------------------


def test_taking_and_giving_back(
    browser: Client, conversation: Conversation, ana: Agent, cleo: Agent
) -> None:
    def assign(to: str, expected: str = "") -> Any:
        data = {"to": to, "expected": expected}
        response = browser.post(at("assignment", conversation.pk), data, headers=FETCH)
        conversation.refresh_from_db()
        return response

    assert assign("me").status_code == 200
    assert conversation.assignee == ana
    assert assign(str(cleo.pk), str(ana.pk)).status_code == 200
    assert conversation.assignee == cleo
    response = assign("me", "")  # the menu was open while Cleo got it
    assert response.status_code == 409
    assert "Cleo has taken this conversation." in page_of(response).text
    assert assign("", str(cleo.pk)).status_code == 200
    assert conversation.assignee is None


def test_nobody_is_given_what_they_cannot_see(
    browser: Client, conversation: Conversation, ben: Agent, dan: Agent, fay: Agent
) -> None:
    menu = browser.get(at("assignees", conversation.pk)).content.decode()
    for stranger in (ben, dan, fay):
        assert f'value="{stranger.pk}"' not in menu
        data = {"to": str(stranger.pk), "expected": ""}
        response = browser.post(at("assignment", conversation.pk), data, headers=FETCH)
        assert response.status_code == 422
        assert "This colleague cannot see the conversation." in page_of(response).text


def test_moving_it_out_of_ones_own_sight_answers_with_a_tombstone(
    browser: Client, conversation: Conversation, workspace: Any
) -> None:
    there = world.make_team(workspace, "Returns")
    response = browser.post(at("team", conversation.pk), {"team": there.pk}, headers=FETCH)
    assert f'data-remove="conversation-{conversation.pk}"' in response.content.decode()


def test_nobody_moves_a_conversation_to_another_companys_team(
    browser: Client, conversation: Conversation, dan: Agent
) -> None:
    theirs = world.make_team(dan.workspace, "Theirs")
    response = browser.post(at("team", conversation.pk), {"team": theirs.pk}, headers=FETCH)
    assert response.status_code == 422
    conversation.refresh_from_db()
    assert conversation.team is None


# --- without JavaScript -----------------------------------------------------------------------------------


def test_the_forms_of_the_page_work_without_javascript(
    ana: Agent, conversation: Conversation, workspace: Any
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ana)
    page = page_of(client.get(at("conversation", conversation.pk)))
    forms = [form for form in page.all("form", method="post") if "/inbox/" in form.attrs["action"]]
    assert {form.attrs["action"].split("/")[-2] for form in forms} == {
        "assignment", "closure", "messages", "next", "priority", "team",
    }  # fmt: skip
    for form in forms:
        if form.attrs["action"].endswith("/next/"):  # not of this conversation
            continue
        fields = {
            field.attrs["name"]: field.attrs.get("value", "")
            for field in form.all("input")
            if "name" in field.attrs
        }
        if form.attrs["action"].endswith("/messages/"):
            fields["text"] = "Written without JavaScript"
        if form.attrs["action"].endswith("/priority/"):
            fields["priority"] = "2"
        response = client.post(form.attrs["action"], fields)
        assert response.status_code == 302, form.attrs["action"]
        assert response["Location"] == at("conversation", conversation.pk)
    assert conversation.messages.filter(text="Written without JavaScript").count() == 1


def test_who_moves_it_out_of_sight_without_javascript_comes_to_the_list(
    browser: Client, conversation: Conversation, workspace: Any
) -> None:
    there = world.make_team(workspace, "Returns")
    response = browser.post(at("team", conversation.pk), {"team": there.pk})
    assert (response.status_code, response["Location"]) == (302, at("inbox"))


def test_a_refusal_without_javascript_is_a_page(browser: Client, number: PhoneNumber) -> None:
    closed = world.make_conversation(number, open_window=False)
    response = write(browser, closed, headers={})
    assert response.status_code == 409
    page = page_of(response)
    assert page.all("h1")
    assert "The reply window is closed" in page.text


def test_sending_anyway_works_without_javascript(
    browser: Client, conversation: Conversation
) -> None:
    live.publish("message.received", conversation, world.make_message(conversation, "Wait"))
    words = 'Mine, "quoted" & <b>'
    page = page_of(write(browser, conversation, words, seen=0, headers={}))
    (form,) = [
        form for form in page.all("form", method="post") if form.all("input", name="override")
    ]
    fields = {field.attrs["name"]: field.attrs["value"] for field in form.all("input")}
    response = browser.post(at("messages", conversation.pk), fields)
    assert (response.status_code, response["Location"]) == (
        302,
        at("conversation", conversation.pk),
    )
    assert conversation.messages.get(direction="out").text == words
    assert any(a.attrs["href"] == response["Location"] for a in page.all("a"))


# --- writing ----------------------------------------------------------------------------------------------


def test_the_answer_to_a_message_is_its_bubble(
    browser: Client, conversation: Conversation, ana: Agent
) -> None:
    response = write(browser, conversation, "Good day", token=str(uuid.UUID(int=7)))
    assert response.status_code == 200
    bubble = page_of(response).find(f"message-{uuid.UUID(int=7)}")
    assert bubble is not None
    assert "Good day" in bubble.text
    assert bubble.attrs["data-author"] == str(ana.pk)


def test_the_same_token_twice_is_one_message(browser: Client, conversation: Conversation) -> None:
    token = str(uuid.uuid4())
    for _ in range(2):
        assert write(browser, conversation, token=token, override="1").status_code == 200
    assert conversation.messages.count() == 1


def test_another_conversations_token_is_no_message_here(
    browser: Client, conversation: Conversation, number: PhoneNumber
) -> None:
    other = world.make_message(world.make_conversation(number))
    response = write(browser, conversation, token=str(other.token))
    assert response.status_code == 422
    assert conversation.messages.count() == 0


def test_a_closed_window_is_refused_in_words(browser: Client, number: PhoneNumber) -> None:
    closed = world.make_conversation(number, open_window=False)
    response = write(browser, closed)
    assert response.status_code == 409
    page = page_of(response)
    assert page.all("div", data_code="window_closed")
    assert "Send a template instead." in page.text
    assert any("data-template" in button.attrs for button in page.all("button"))


def test_what_was_written_meanwhile_is_shown_and_can_be_passed_over(
    browser: Client, conversation: Conversation, cleo: Agent
) -> None:
    seen = conversation.seq
    inbound = world.make_message(conversation, "Wait, I *changed* <b>my mind</b>")
    live.publish("message.received", conversation, inbound)
    sending.reply(
        conversation.pk, text="I answer", agent=cleo, token=uuid.uuid4(), seen=conversation.seq,
        at=timezone.now(),
    )  # fmt: skip
    token = str(uuid.uuid4())
    response = write(browser, conversation, "Mine", seen=seen, token=token)
    assert response.status_code == 409
    page = page_of(response)
    assert "There are 2 new messages that you have not seen." in page.text
    assert "Wait, I changed <b>my mind</b>" in page.text
    assert "Cleo" in page.text
    assert "I answer" in page.text
    assert any("data-override" in button.attrs for button in page.all("button"))
    assert (
        write(browser, conversation, "Mine", seen=seen, token=token, override="1").status_code
        == 200
    )


def test_an_answer_quotes_a_message_of_its_own_thread_only(
    browser: Client, conversation: Conversation, number: PhoneNumber
) -> None:
    asked = world.make_message(conversation, "Which colour?")
    foreign = world.make_message(world.make_conversation(number), "Secret")
    assert write(browser, conversation, quoted=str(asked.token), override="1").status_code == 200
    response = write(browser, conversation, quoted=str(foreign.token), override="1")
    assert "Secret" not in response.content.decode()
    quotes = conversation.messages.filter(direction="out").order_by("pk")
    assert [message.quoted for message in quotes] == [asked, None]


def test_a_file_goes_with_its_caption(
    browser: Client, conversation: Conversation, ana: Agent
) -> None:
    media = upload(conversation, ana)
    assert write(browser, conversation, "The bill", file=str(media.key)).status_code == 200
    message = conversation.messages.get()
    assert (message.kind, message.text, message.media) == ("document", "The bill", media)


def test_a_file_that_is_not_ones_own_is_refused_in_words(
    browser: Client, conversation: Conversation, cleo: Agent
) -> None:
    for key in (upload(conversation, cleo).key, uuid.uuid4()):
        response = write(browser, conversation, file=str(key))
        assert response.status_code == 409
        assert "The file is not here any more. Attach it again." in page_of(response).text


def upload(conversation: Conversation, agent: Agent, **over: Any) -> MediaFile:
    fields = {"kind": "document", "mime_type": "application/pdf", "size": 9, "state": "stored"}
    media = MediaFile(
        workspace_id=conversation.workspace_id, number_id=conversation.number_id,
        uploaded_by=agent, filename="bill.pdf", **fields | over,
    )  # fmt: skip
    media.file.save("x", ContentFile(b"%PDF-1.4\n"), save=True)
    return media


def test_what_cannot_be_sent_again_or_reacted_to_is_refused_in_words(
    browser: Client, conversation: Conversation, number: PhoneNumber
) -> None:
    message = world.make_message(conversation, direction=Direction.OUT, status="read")
    response = browser.post(at("attempts", conversation.pk, message.token), headers=FETCH)
    assert response.status_code == 409
    assert "This message is on its way or has arrived." in page_of(response).text
    closed = world.make_conversation(number, open_window=False)
    old = world.make_message(closed)
    response = browser.post(at("reaction", closed.pk, old.token), {"emoji": "👍"}, headers=FETCH)
    assert response.status_code == 409
    assert page_of(response).all("div", data_code="window_closed")


# --- templates --------------------------------------------------------------------------------------------


def test_a_template_goes_with_its_variables(
    browser: Client, conversation: Conversation, template: Template
) -> None:
    values = {"var.body.1": "<b>Maria</b>", "var.body.2": "the shop"}
    response = write(browser, conversation, "", template=template.pk, **values)
    assert response.status_code == 200
    message = conversation.messages.get()
    assert message.text == "Hello <b>Maria</b>, welcome to the shop"
    assert "<b>Maria" not in response.content.decode()


def test_a_template_without_its_variables_is_refused(
    browser: Client, conversation: Conversation, template: Template
) -> None:
    response = write(browser, conversation, "", template=template.pk, **{"var.body.1": "x"})
    assert response.status_code == 409
    assert page_of(response).all("div", data_code="template_refused")


def test_who_stopped_marketing_gets_none(
    browser: Client, conversation: Conversation, account: BusinessAccount
) -> None:
    conversation.contact.marketing_stopped_at = timezone.now()
    conversation.contact.save(update_fields=["marketing_stopped_at"])
    offer = make_template(account, "offer", "Buy!", category="MARKETING")
    response = write(browser, conversation, "", template=offer.pk)
    assert response.status_code == 409
    assert "This person has stopped marketing messages." in page_of(response).text


def test_the_picker_shows_what_can_be_sent_from_here(
    browser: Client, conversation: Conversation, account: BusinessAccount, workspace: Any
) -> None:
    make_template(account, "fine", "Hello")
    make_template(account, "waiting", "Hello", status="PENDING")
    make_template(account, "carousel", "Hello", components=[{"type": "CAROUSEL"}])
    make_template(world.make_account(workspace), "elsewhere", "Hello")
    page = page_of(browser.get(at("templates", conversation.pk)))
    assert [node.text for node in page.all("span", **{"class": "picker__name"})] == ["fine"]


def test_the_pickers_fields_are_filled_in_where_we_know_and_escaped(
    browser: Client, number: PhoneNumber, account: BusinessAccount
) -> None:
    contact = world.make_contact(number.workspace, profile_name='"><script>x</script> Maria')
    conversation = world.make_conversation(number, contact=contact)
    template = make_template(
        account, "<script>name</script>", "Hi {{first_name}}, <script>{{code}}</script>",
        parameter_format="NAMED",
        components=[
            {"type": "HEADER", "format": "IMAGE"},
            {"type": "BODY", "text": "Hi {{first_name}}, <script>{{code}}</script>"},
            {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "<script>"}]},
        ],
    )  # fmt: skip
    assert not page_of(browser.get(at("templates", conversation.pk))).all("script")
    page = page_of(browser.get(at("template", conversation.pk, template.pk)))
    assert not page.all("script")
    values = {f.attrs["name"]: f.attrs.get("value") for f in page.all("input") if "name" in f.attrs}
    assert values["var.body.first_name"] == '"><script>x</script>'
    assert values["var.body.code"] == ""
    assert "image/png" in page.all("input", type="file")[0].attrs["accept"]
    slots = [node for node in page.walk() if "data-var" in node.attrs]
    assert [slot.text for slot in slots] == ['"><script>x</script>', "{{code}}"]


def names(page: Any) -> list[str]:
    return [node.text for node in page.all("span", **{"class": "picker__name"})]


def test_the_picker_offers_mine_first_then_the_contacts_language(
    browser: Client, conversation: Conversation, account: BusinessAccount, ana: Agent
) -> None:
    conversation.contact.language = "ru"
    conversation.contact.save(update_fields=["language"])
    rows = {
        name: make_template(account, name, "Hello", language=language)
        for name, language in (("a", "en"), ("b", "ru"), ("c", "en"), ("d", "en"))
    }
    browser.post(f"/templates/{rows['d'].pk}/star/", {"on": "1"})
    write(browser, conversation, "", template=rows["c"].pk)
    assert names(page_of(browser.get(at("templates", conversation.pk)))) == ["d", "c", "b", "a"]
    browser.post(f"/templates/{rows['d'].pk}/star/", {"on": ""})
    assert names(page_of(browser.get(at("templates", conversation.pk)))) == ["c", "b", "a", "d"]


def test_the_picker_finds_by_words_and_category(
    browser: Client, conversation: Conversation, account: BusinessAccount
) -> None:
    make_template(account, "order_ready", "Your order")
    make_template(account, "sale", "Our order of the day", category="MARKETING")
    for asked, found in (
        ({"q": "order"}, ["order_ready", "sale"]),
        ({"q": "ORDER day"}, ["sale"]),
        ({"category": "UTILITY"}, ["order_ready"]),
        ({"q": "x\0"}, []),
    ):
        page = browser.get(at("templates", conversation.pk), {"list": "", **asked})
        assert names(page_of(page)) == found


def test_what_is_hidden_from_a_role_is_neither_offered_nor_sent(
    browser: Client, conversation: Conversation, template: Template, ana: Agent
) -> None:
    HiddenName.objects.create(account=template.account, name=template.name, role=ana.role)
    assert not names(page_of(browser.get(at("templates", conversation.pk))))
    assert browser.get(at("template", conversation.pk, template.pk)).status_code == 404
    values = {"var.body.1": "a", "var.body.2": "b"}
    response = write(browser, conversation, "", template=template.pk, **values)
    assert response.status_code == 409
    assert "kept for other roles" in page_of(response).text


def test_a_long_list_is_cut_and_says_so(
    browser: Client, conversation: Conversation, account: BusinessAccount
) -> None:
    Template.objects.bulk_create(
        Template(account=account, name=f"t{n:03d}", language="en", status="APPROVED")
        for n in range(70)
    )
    page = page_of(browser.get(at("templates", conversation.pk)))
    assert len(names(page)) == 60
    assert "There are more." in page.text


def test_the_picker_says_when_there_is_nothing(browser: Client, conversation: Conversation) -> None:
    assert "No approved template" in page_of(browser.get(at("templates", conversation.pk))).text


def test_the_page_says_what_may_be_written_now(
    browser: Client, number: PhoneNumber, shop_team: Team
) -> None:
    for is_open, mode in ((True, "reply"), (False, "template")):
        row = world.make_conversation(number, open_window=is_open)
        page = page_of(browser.get(at("conversation", row.pk)))
        assert page.all("reply-composer")[0].attrs["data-mode"] == mode
