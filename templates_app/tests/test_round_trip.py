"""From a draft to Meta and back, and from a template to a message: what the check passes, the simulator takes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from simulator.judging import judge
from simulator.models import Template
from simulator.templates import check_send, render
from templates_app import components, content, rules
from templates_app.content import App, ButtonContent, CardContent, Content, DraftContent
from templates_app.rules import Known

words = st.lists(
    st.sampled_from(["shop", "order", "is", "ready", "Новый", "🧡", "*now*"]),
    min_size=4,
    max_size=9,
).map(" ".join)
labels = st.sampled_from(["Yes", "Нет", "Open it", "Stop"])
variables = st.sampled_from([(), ("1",), ("1", "2"), ("name",), ("name", "order_id")])


@st.composite
def sentences(draw: Any) -> tuple[str, dict[str, str]]:
    """Words with variables between them, and their samples."""
    names = draw(variables)
    text = draw(words)
    for name in names:
        text += f" {{{{{name}}}}} {draw(words)}"
    return text, {
        name: draw(st.sampled_from(["Maria", "7", "№ 20814", "24 ноября"])) for name in names
    }


replies = st.builds(ButtonContent, kind=st.just("QUICK_REPLY"), text=labels)
links = st.builds(
    ButtonContent,
    kind=st.just("URL"),
    text=labels,
    sample=st.just("20814"),
    url=st.sampled_from(["https://shop.example/", "https://shop.example/o/{{1}}"]),
)
calls = st.builds(
    ButtonContent, kind=st.just("PHONE_NUMBER"), text=labels, phone=st.just("+78120000000")
)
codes = st.builds(ButtonContent, kind=st.just("COPY_CODE"), sample=st.just("SAVE20"))
flows = st.builds(
    ButtonContent, kind=st.just("FLOW"), text=labels,
    flow=st.just("594425479261596"), screen=st.sampled_from(["", "RATE"]),
)  # fmt: skip
apps = st.builds(
    App, package=st.sampled_from(["com.shop.app", "ru.shop"]), signature=st.just("K8a/AINcGX7")
)


LIFETIMES = {
    "AUTHENTICATION": (30, 900, content.MONTH),
    "UTILITY": (30, 43_200, content.MONTH),
    "MARKETING": (43_200, content.MONTH),
}


@st.composite
def drafts(draw: Any) -> DraftContent:
    form = draw(st.sampled_from(content.FORMS))
    category = draw(st.sampled_from(rules.CATEGORIES)) if not form else "MARKETING"
    body, samples = draw(sentences())
    keyed = {f"body.{name}": word for name, word in samples.items()}
    header_kind = draw(st.sampled_from(["", "IMAGE", "VIDEO"] if form else content.HEADER_KINDS))
    cards: tuple[CardContent, ...] = ()
    if form == content.CAROUSEL:
        kinds = draw(st.lists(st.sampled_from([replies, links, calls]), max_size=2))
        texts = draw(st.lists(sentences(), min_size=2, max_size=4))
        cards = tuple(
            CardContent(
                handle=f"4::{n}", body=text[:160], buttons=tuple(draw(kind) for kind in kinds)
            )
            for n, (text, _samples) in enumerate(texts)
        )
        for n, (_text, own) in enumerate(texts):
            keyed |= {f"card.{n}.body.{name}": word for name, word in own.items()}
    buttons = (
        (*draw(st.lists(codes, max_size=1)), draw(links))
        if form == content.OFFER
        else tuple(draw(st.lists(st.one_of(replies, links, calls, codes, flows), max_size=4)))
    )
    kept = Content(
        form=form,
        header_kind=header_kind,
        header=draw(words) if header_kind == "TEXT" else "",
        header_handle="4::h" if header_kind in components.MEDIA_HEADERS else "",
        body=body,
        footer=draw(st.sampled_from(["", "Shop", "STOP to end"])),
        buttons=buttons,
        samples=keyed,
        offer="Ends soon",
        offer_ends=draw(st.booleans()),
        cards=cards,
        card_kind=draw(st.sampled_from(["IMAGE", "VIDEO"])),
        code_kind=draw(st.sampled_from(["COPY_CODE", "ONE_TAP", "ZERO_TAP"])),
        code_terms=True,
        code_apps=tuple(draw(st.lists(apps, min_size=1, max_size=5))),
        code_minutes=draw(st.sampled_from([None, 1, 90])),
        code_label=draw(st.sampled_from(["", "Copy"])),
        code_autofill=draw(st.sampled_from(["", "Fill in"])),
        security_line=draw(st.booleans()),
        lifetime=draw(st.sampled_from([None, *LIFETIMES[category]])),
    )
    return DraftContent(
        name="order_ready",
        language=draw(st.sampled_from(["ru", "en_US"])),
        category=category,
        content=kept,
    )


@settings(suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow], deadline=None)
@given(drafts())
def test_what_the_check_passes_goes_all_the_way(whole: DraftContent):
    assume(not rules.refuses(rules.check(whole)))
    body = whole.as_meta()
    is_named = body["parameter_format"] == "NAMED"
    judge(
        name=body["name"],
        language=body["language"],
        category=body["category"],
        components=body["components"],
        is_named=is_named,
        known=Known(),
        at=0.0,
        lifetime=body.get(content.LIFETIME),
    )
    assert content.lifetime_read(body.get(content.LIFETIME)) == whole.content.lifetime
    again = content.read(body["components"], category=body["category"], is_named=is_named)
    assert replace(whole, content=again).components == body["components"]
    assert content.from_json(whole.content.as_json()) == whole.content
    template = Template(
        id="1",
        waba_id="1",
        name=body["name"],
        language=body["language"],
        category=body["category"],
        components=body["components"],
        parameter_format=body["parameter_format"],
    )
    layout = components.read(body["components"], is_named=is_named, language=body["language"])
    assert not layout.unsupported
    values = components.examples(layout) | {components.OFFER_UNTIL: "2026-12-01T18:00+03:00"}
    if layout.header_kind == "LOCATION":
        values |= {"header.latitude": "59.9", "header.longitude": "30.3"}
    assert components.missing(layout, values) == ()
    files: dict[str, Any] = {key: (kind, {"id": "7"}) for key, kind in layout.card_files}
    if layout.needs_file:
        files[components.HEADER_FILE] = (layout.file_kind, {"id": "8"})
    sent = {"components": components.with_files(components.fill(layout, values), files)}
    check_send(template, sent)
    shown = render(template, sent)
    preview = components.preview(layout, values)
    assert shown["body"] == preview.body
    assert len(shown.get("cards", [])) == len(preview.cards)
