"""Customer text becomes HTML from tokens, each one escaped; every kind of message says something one can read."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Agent, PhoneNumber
from conversations import receiving, rows, words
from conversations.arrivals import Arrival
from conversations.models import Conversation, Direction, MediaFile, Message
from conversations.models.messages import SHOWN_KINDS, MessageStatus
from conversations.templatetags import chat
from conversations.tests.page import parse
from tests import world
from whatsapp import webhooks
from whatsapp.facts import InboundMessage, MessageEchoed, ReactionChanged

BODIES = Path(webhooks.__file__).parent.parent / "tests" / "bodies"
ALLOWED = {"strong", "em", "s", "code", "blockquote", "ul", "ol", "li", "a", "root"}
EVIL = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "https://evil.example/\"onmouseover='alert(1)'",
    "*<b>bold</b>* _<i>_ ~<s>~ `<code>` ```<pre>```",
    "> <script>\n- <li onclick=x>\n1. <ol>",
    "\u202etxt.exe\u202c \u2066hidden",
    "\u200b\u200b\u200d\ufeff",
    "&lt;script&gt; &amp; &#60;",
    "*" * 5000 + "_" * 5000,
    "x" * 100_000,
    "https://a.example/" + "(" * 5000,
    "</div></li></template><script>",
    "{{ secret }} {% csrf_token %}",
]
texts = st.text(alphabet="ab <>&\"'*_~`>-1. \n\u202e:/htpsw", max_size=60) | st.sampled_from(EVIL)


# --- formatting -------------------------------------------------------------------------------------------


@given(texts)
def test_text_becomes_well_formed_html_of_few_elements(text: str) -> None:
    tree = parse(chat.whatsapp(text))  # strict: what is closed in the wrong order fails
    for node in tree.walk():
        assert node.tag in ALLOWED
        if node.tag == "a":
            assert re.match(r"https?://", node.attrs["href"])
            assert "noopener" in node.attrs["rel"]
        assert not [name for name in node.attrs if name.startswith("on")]


@given(texts)
def test_no_letter_is_lost(text: str) -> None:
    def letters(words: str) -> str:
        return re.sub(r"[^a-z]", "", words)

    shown = chat.whatsapp(text)
    expected = text[: chat.SHOWN_LIMIT]
    assert letters(parse(shown).text) == letters(expected)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*bold*", "<strong>bold</strong>"),
        ("*a _b_ c*", "<strong>a </strong><strong><em>b</em></strong><strong> c</strong>"),
        ("_*~x~*_", "<em><strong><s>x</s></strong></em>"),
        ("`*x*`", "<code>*x*</code>"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("*<b>*", "<strong>&lt;b&gt;</strong>"),
        ("> said\nyes", "<blockquote>said</blockquote>yes"),
        ("- a\n- b", '<ul class="chat-list"><li>a</li><li>b</li></ul>'),
        ("7. a", '<ol class="chat-list"><li value="7">a</li></ol>'),
        ("javascript:alert(1)", "javascript:alert(1)"),
        (
            "www.a.example.",
            '<a href="https://www.a.example" rel="noopener noreferrer nofollow" target="_blank">www.a.example</a>.',
        ),
    ],
)
def test_whatsapps_marks(text: str, html: str) -> None:
    assert chat.whatsapp(text) == html


def test_what_is_very_long_is_cut_and_says_so() -> None:
    shown = chat.whatsapp("x" * 100_000)
    assert len(shown) < chat.SHOWN_LIMIT + 10
    assert shown.endswith("…")


def test_a_preview_is_one_line_without_marks() -> None:
    assert chat.plain("*Hello*,\n\n _all_ of `you`") == "Hello, all of you"
    assert chat.plain("> They said\n- *one*\n1. two") == "They said - one 1. two"
    assert chat.plain("x" * 100_000) == "x" * 400


@pytest.mark.parametrize(
    ("response", "shown"),
    [
        ({"flow_token": "t", "size": "L", "extras": ["a", 1]}, [("size", "L"), ("extras", "a, 1")]),
        ({"items": {"a": None}}, [("items", '{"a": null}')]),
        ("no json", [("", "no json")]),
        ([1, "b"], [("", "1, b")]),
        ({}, []),
        (None, []),
    ],
)
def test_answers_of_a_form(response: Any, shown: list[tuple[str, str]]) -> None:
    assert chat.answers(response) == shown


def test_the_sprite_has_every_icon_that_the_templates_use() -> None:
    used = set(words.KIND_ICONS.values())
    for folder in ("conversations", "templates_app"):
        for path in Path(folder).rglob("*.html"):
            used |= set(re.findall(r'{% icon "([\w-]+)"', path.read_text()))
    assert used <= set(chat.SPRITE)


# --- every kind -------------------------------------------------------------------------------------------


def shown(message: Message) -> str:
    """The bubble in both languages; gives the English one's words."""
    said = {}
    for language in ("ru", "en"):
        with translation.override(language):
            html = render_to_string("conversations/_message.html", {"message": message})
        (bubble,) = parse(html).elements
        assert bubble.attrs["id"] == f"message-{message.token}"
        assert not bubble.all("script")
        assert not bubble.all("img", src="x")
        for node in bubble.walk():
            assert not node.attrs.get("href", "").lower().startswith(("javascript", "data:"))
            assert not [name for name in node.attrs if name.startswith("on")]
        heard = [
            node.attrs.get("alt") or node.attrs.get("aria-label", "") for node in bubble.walk()
        ]
        said[language] = " ".join(filter(None, [bubble.text, *heard]))
        assert said[language].strip()
    assert parse(rows.anew(message.conversation)).text
    return said["en"]


def kept(number: PhoneNumber, body: bytes) -> list[Message]:
    """The messages that a stored webhook gives."""
    found = [
        fact for fact in webhooks.parse(body) if isinstance(fact, InboundMessage | MessageEchoed)
    ]
    arrivals: list[Any] = [Arrival(fact, number, n) for n, fact in enumerate(found, 1)]
    if arrivals:
        receiving.record_messages(arrivals)
    return list(Message.objects.for_thread().select_related("conversation__number__account"))


SHAPES = sorted(
    path.name.removesuffix(".json")
    for path in BODIES.glob("*.json")
    if not path.name.endswith(".expected.json")
    and any(
        kind in path.with_suffix(".expected.json").read_text()
        for kind in ("InboundMessage", "MessageEchoed")
    )
)


@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_of_meta_can_be_read(number: PhoneNumber, name: str) -> None:
    messages = kept(number, (BODIES / f"{name}.json").read_bytes())
    assert messages
    for message in messages[:12]:
        said = shown(message)
        if message.kind in ("text", "button"):
            assert " ".join(chat.plain(message.text).split()[:3]) in said
        for quote in (message, None):
            html = render_to_string("conversations/_quote.html", {"quoted": quote})
            assert parse(html).text


def test_an_order_shows_what_was_ordered(number: PhoneNumber) -> None:
    (message,) = kept(number, (BODIES / "order.json").read_bytes())
    item = message.content["items"][0]
    assert item["product_retailer_id"] in shown(message)
    assert f"{item['quantity']} × {item['item_price']} {item['currency']}" in shown(message)


OUTGOING: list[tuple[str, dict[str, Any]]] = [
    ("text", {"body": "x"}),
    ("location", {"latitude": 59.93, "longitude": 30.31}),
    ("location", {"latitude": 59.93, "longitude": 30.31, "name": "Shop", "address": "Nevsky 1"}),
    ("contacts", {"contacts": [{"name": "Anna", "phones": [{"phone": "+7"}]}, {}]}),
    ("contacts", {"contacts": [{"name": {"formatted_name": "Anna"}, "org": {"company": "A"}}]}),
    ("interactive", {"type": "button", "header": {"type": "text", "text": "Head"}, "body": {"text": "x"},
                     "footer": {"text": "foot"}, "action": {"buttons": [{"reply": {"id": "1", "title": "Yes"}}]}}),
    ("interactive", {"type": "list", "body": {"text": "x"}, "action": {"button": "Choose", "sections": [
        {"title": "A", "rows": [{"id": "1", "title": "One", "description": "first"}]}]}}),
    ("interactive", {"type": "cta_url", "body": {"text": "x"}, "action": {"name": "cta_url", "parameters": {
        "display_text": "Open", "url": "javascript:alert(1)"}}}),
    ("interactive", {"type": "location_request_message", "body": {"text": "x"}, "action": {"name": "send_location"}}),
    ("template", {"name": "hello", "language": "en", "preview": {"header": "H", "body": "B", "footer": "F", "buttons": [
        {"type": "URL", "text": "Open", "url": "javascript:alert(1)"}, {"type": "OTP", "text": "Copy"}]}}),
    ("template", {"name": "hello"}),
    ("template", {}),
    ("something_new", {"type": "poll"}),
    ("reaction", {"emoji": "👍"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "content"), OUTGOING, ids=lambda v: v if isinstance(v, str) else ""
)
@pytest.mark.parametrize("direction", ["in", "out"])
def test_every_kind_that_we_send_or_get_can_be_read(
    conversation: Conversation, ana: Agent, kind: str, content: dict[str, Any], direction: str
) -> None:
    message = world.make_message(
        conversation, "x", kind=kind, content=content, direction=direction, author=ana
    )
    assert shown(message)
    if kind not in ("text", "interactive"):  # which are nothing without words
        assert shown(
            world.make_message(conversation, "", kind=kind, content={}, direction=direction)
        )


@pytest.mark.parametrize("kind", ["image", "video", "audio", "document", "sticker"])
@pytest.mark.parametrize("state", ["wanted", "stored", "lost", None])
def test_every_file_can_be_read_in_every_state(
    conversation: Conversation, number: PhoneNumber, kind: str, state: str | None
) -> None:
    media = None
    if state:
        media = MediaFile.objects.create(
            workspace=number.workspace, number=number, kind=kind, state=state, filename="\u202e<x>",
            size=2048, problem="<script>", mime_type="image/svg+xml",
        )  # fmt: skip
    message = world.make_message(conversation, "", kind=kind, media=media)
    conversation.last_kind = kind
    assert shown(message)


def test_a_file_that_whatsapp_did_not_hand_over_says_why(conversation: Conversation) -> None:
    message = world.make_message(conversation, "", kind="image", error_code=131052)
    words_of_it = chat.error_words(131052)
    assert words_of_it is not None
    assert words_of_it.what in shown(message)


@pytest.mark.parametrize("status", MessageStatus.values)
def test_every_status_is_said_in_words(conversation: Conversation, ana: Agent, status: str) -> None:
    message = world.make_message(
        conversation, direction=Direction.OUT, author=ana, status=status, error_code=131026,
        retry_at=timezone.now(),
    )  # fmt: skip
    html = render_to_string("conversations/_message.html", {"message": message})
    if status != "received":
        (tick,) = [
            node for node in parse(html).walk() if "tick" in node.attrs.get("class", "").split()
        ]
        assert tick.attrs["role"] == "img"
        assert tick.attrs["aria-label"] == tick.attrs["title"] != ""
    shown(message)


ACTS: list[dict[str, Any]] = [
    {"act": act, **more}
    for act in ("assigned", "unassigned", "resolved", "reopened", "moved", "new_tomorrow")
    for more in ({}, {"by": "<b>Ana</b>"}, {"by": "Ana", "to": "<b>Ben</b>"})
]
NOTICES: list[dict[str, Any]] = [
    {"change": change, "old": "79210000001", "new": "79210000002"}
    for change in ("number", "identity", "user_id", "marketing_stopped", "marketing_resumed", "new")
]


@pytest.mark.parametrize("content", [*ACTS, *NOTICES, {}])
def test_every_line_between_messages_can_be_read(
    conversation: Conversation, content: dict[str, Any]
) -> None:
    message = world.make_message(
        conversation, "", direction=Direction.SYSTEM, content=content,
        kind="activity" if "act" in content else "system",
    )  # fmt: skip
    said = shown(message)
    assert said
    if "to" in content and content["act"] in ("assigned", "moved"):
        assert "<b>Ben</b>" in said


# --- hostile words, wherever a customer can put them -----------------------------------------------------------


@pytest.mark.parametrize("evil", EVIL, ids=lambda text: ascii(text)[:20])
def test_a_customers_words_stay_words(number: PhoneNumber, evil: str) -> None:
    contact = world.make_contact(
        number.workspace, profile_name=evil[:160], username=evil[:160], phone=""
    )
    conversation = world.make_conversation(number, contact=contact, last_text=evil[:160])
    media = MediaFile.objects.create(
        workspace=number.workspace, number=number, kind="document", state="stored",
        filename=evil[:200], mime_type="text/html",
    )  # fmt: skip
    ad = {
        "headline": evil,
        "body": evil,
        "source_id": evil,
        "source_url": evil,
        "source_type": "ad",
    }
    first = world.make_message(conversation, evil, referral=ad, kind="document", media=media)
    content = {
        "name": evil, "type": "nfm_reply", "description": evil, "response": {evil: evil},
        "contacts": [{"name": evil, "phones": [{"phone": evil, "type": evil}], "emails": [{"email": evil}]}],
        "items": [{"product_retailer_id": evil, "quantity": evil, "item_price": evil, "currency": evil}],
        "latitude": evil, "longitude": evil, "address": evil, "header": {"text": evil}, "footer": {"text": evil},
        "action": {"buttons": [{"reply": {"title": evil}}], "button": evil, "sections": [{"rows": [{"title": evil}]}]},
        "preview": {"header": evil, "footer": evil, "buttons": [{"type": "URL", "text": evil, "url": evil}]},
    }  # fmt: skip
    for kind in sorted(SHOWN_KINDS):
        for direction in ("in", "out"):
            message = world.make_message(
                conversation, evil, kind=kind, content=content, direction=direction, quoted=first
            )
            shown(message)
    shown(first)
    context = {"conversation": conversation, "source": ad, "gallery": [media]}
    pieces = ("_header", "_panel", "_window")
    said = [render_to_string(f"conversations/{name}.html", context) for name in pieces]
    for html in (*said, rows.anew(conversation)):
        tree = parse(html)
        assert not tree.all("script")
        assert not [node for node in tree.walk() if "onerror" in node.attrs]


def test_what_the_webhooks_call_a_reaction_is_no_bubble(number: PhoneNumber) -> None:
    body = (BODIES / "reaction.json").read_bytes()
    assert isinstance(webhooks.parse(body)[0], ReactionChanged)
    assert kept(number, body) == []


def test_the_stored_shapes_are_json() -> None:
    assert SHAPES
    for name in SHAPES:
        assert json.loads((BODIES / f"{name}.json").read_bytes())
