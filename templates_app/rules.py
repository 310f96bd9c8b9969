"""Whether Meta will take a draft: every problem at once, each with its place and in words. Pure, without Django.

`check` needs nothing but the draft; `check_known` what the database knows. The editor, the guard of the submission and
the tests against the simulator all ask these two. The rules are those of Meta's documents on template components.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Final
from urllib.parse import urlsplit

from templates_app.components import number
from templates_app.content import BUTTON_KINDS, HEADER_KINDS, ButtonContent, Content, DraftContent
from templates_app.content import names as names_in
from templates_app.rule_words import WORDS

NAME: Final = re.compile(r"[a-z0-9_]+")
LANGUAGE: Final = re.compile(r"[a-z]{2,3}(_[A-Z]{2})?")
CATEGORIES: Final = ("MARKETING", "UTILITY", "AUTHENTICATION")
VARIABLE: Final = re.compile(r"\{\{\s*\w+\s*\}\}")
BRACES: Final = re.compile(r"\{\{[^{}]*\}?\}?|\}\}")
VARIABLE_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
NAME_MOST, BODY_MOST, LINE_MOST = 512, 1024, 60
LABEL_MOST, URL_MOST, PHONE_MOST, CODE_MOST, BUTTONS_MOST = 25, 2000, 20, 15, 10
KIND_MOST: Final = {"URL": 2, "PHONE_NUMBER": 1, "COPY_CODE": 1}
DESKTOP_MOST: Final = 3
MINUTES: Final = range(1, 91)
WORDS_EACH: Final = 2  # around every variable; and one more
PROMOTION: Final = re.compile(
    r"\b(?:sales?|discounts?|promo\w*|offers?|coupons?|black friday|free gift|buy now|cheap(?:er|est)?)\b"
    r"|% off|скидк\w*|акци[яию]\w*|распродаж\w*|промокод\w*|выгодн\w*|в подарок|спецпредложени\w*|ч[её]рн\w+ пятниц\w*",
    re.IGNORECASE,
)
SHORT_LINK: Final = re.compile(
    r"\b(?:bit\.ly|tinyurl\.com|wa\.me|t\.co|goo\.gl|is\.gd|cutt\.ly|clck\.ru|vk\.cc)/\S*",
    re.IGNORECASE,
)
PERSONAL: Final = re.compile(
    r"\b(?:card number|cvv|passport number)\b|номер карты|номер паспорта|пин-код", re.IGNORECASE
)
LINK: Final = re.compile(r"https?://|www\.", re.IGNORECASE)
EMOJI: Final = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f]")
EDITABLE: Final = frozenset({"APPROVED", "REJECTED", "PAUSED"})
GONE: Final = frozenset({"DELETED"})
DAY, MONTH = timedelta(hours=24), timedelta(days=30)
EDITS_MONTH: Final = 10
COUNT_MOST, COUNT_UNVERIFIED = 6000, 250


class Severity(StrEnum):
    REFUSED = "refused"  # Meta says no at once
    OFTEN_REFUSED = "often refused"  # its reviewers often say no, or change the category
    NOTE = "note"  # good to know


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """`place`: "name", "header", "body", "footer", "buttons", "button 2" …"""

    place: str
    rule: str
    severity: Severity
    english: str
    russian: str

    def words(self, language: str = "en") -> str:
        return self.russian if language.lower().startswith("ru") else self.english


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """Another template of the same account."""

    name: str
    language: str
    status: str
    text: str  # body and footer
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the database knows. `status`: of the template that the draft changes, empty for a new one."""

    others: Sequence[Other] = ()
    count: int = 0
    status: str = ""
    category: str = ""
    edits: Sequence[datetime] = ()  # those made while it was approved


def check(draft: DraftContent) -> list[Problem]:
    """Everything that can be said of the draft alone, in the order of the page."""
    found = [*_name(draft)]
    if not LANGUAGE.fullmatch(draft.language):
        found.append(_refused("language", "language_wrong"))
    if draft.category not in CATEGORIES:
        found.append(_refused("category", "category_wrong"))
    if draft.is_authentication:
        return [*found, *_authentication(draft.content)]
    content = draft.content
    found += [*_header(content), *_body(content), *_footer(content), *_buttons(content.buttons)]
    for place, text in _texts(content):
        found += _often(place, text, category=draft.category)
    return found


def check_known(draft: DraftContent, known: Known, *, at: datetime) -> list[Problem]:
    """What stands against it in this account at this moment."""
    if known.status:
        return [*_edit(draft, known, at=at), *_twin(draft, known)]
    found: list[Problem] = []
    same = [o for o in known.others if (o.name, o.language) == (draft.name, draft.language)]
    if any(other.status not in GONE for other in same):
        found.append(_refused("name", "name_taken"))
    ends = [o.deleted_at + MONTH for o in same if o.status in GONE and o.deleted_at]
    if ends and max(ends) > at:
        found.append(_refused("name", "name_blocked", until=max(ends)))
    found += _twin(draft, known)
    if known.count >= COUNT_MOST:
        found.append(_refused("name", "count_full", n=known.count))
    elif known.count >= COUNT_UNVERIFIED:
        found.append(_problem("name", "count_unverified", Severity.NOTE, n=known.count))
    return found


def refuses(problems: Iterable[Problem]) -> bool:
    """Whether Meta would certainly say no."""
    return any(problem.severity is Severity.REFUSED for problem in problems)


# --- the parts ---------------------------------------------------------------------------------------


def _name(draft: DraftContent) -> Iterator[Problem]:
    if not draft.name:
        yield _refused("name", "name_missing")
    elif not NAME.fullmatch(draft.name):
        yield _refused("name", "name_letters")
    if len(draft.name) > NAME_MOST:
        yield _refused("name", "name_long", n=len(draft.name), most=NAME_MOST)


def _header(content: Content) -> Iterator[Problem]:
    kind, text = content.header_kind, content.header
    if kind not in HEADER_KINDS:
        yield _refused("header", "header_kind")
    elif kind == "TEXT":
        if not text.strip():
            yield _refused("header", "header_missing")
        yield from _length("header", text, LINE_MOST)
        if (count := len(names_in(text))) > 1:
            yield _refused("header", "header_variables", n=count)
        yield from _variables("header", content)
    elif kind not in ("", "LOCATION") and not content.header_handle:
        yield _refused("header", "header_sample_file")


def _body(content: Content) -> Iterator[Problem]:
    text = content.body.strip()
    if not text:
        yield _refused("body", "body_missing")
        return
    yield from _length("body", content.body, BODY_MOST)
    if first := VARIABLE.match(text):
        yield _refused("body", "variable_first", found=first[0])
    if last := re.search(rf"{VARIABLE.pattern}$", text):
        yield _refused("body", "variable_last", found=last[0])
    if re.search(r"\}\}\s*\{\{", text):
        yield _refused("body", "variables_touch")
    count, words = len(names_in(text)), len(VARIABLE.sub("", text).split())
    if count and words < (wanted := count * WORDS_EACH + 1):
        yield _refused("body", "variables_many", wanted=wanted, n=words)
    yield from _variables("body", content)


def _variables(place: str, content: Content) -> Iterator[Problem]:
    """How they are called, and their samples."""
    text = content.header if place == "header" else content.body
    for match in BRACES.finditer(text):
        if not VARIABLE.fullmatch(match[0]):
            yield _refused(place, "braces", found=match[0])
    names = names_in(text)
    numbers = [number(name) for name in names if name.isdecimal()]
    if content.is_named and numbers:
        yield _refused(place, "variables_mixed")
    elif numbers and (gap := min(set(range(1, len(numbers) + 1)) - set(numbers), default=0)):
        yield _refused(place, "variables_gap", wanted=_braced(str(gap)))
    for name in names:
        is_number = name.isdecimal() and name.isascii()
        if not is_number and not VARIABLE_NAME.fullmatch(name):
            yield _refused(place, "variable_name", found=_braced(name))
        sample = content.samples.get(f"{place}.{name}", "")
        if not sample.strip():
            yield _refused(place, "sample_missing", found=_braced(name))
        elif re.search(r"[\n\t]| {5,}", sample):
            yield _refused(place, "sample_form", found=_braced(name))


def _footer(content: Content) -> Iterator[Problem]:
    yield from _length("footer", content.footer, LINE_MOST)
    if BRACES.search(content.footer):
        yield _refused("footer", "footer_variables")


def _authentication(content: Content) -> Iterator[Problem]:
    """Meta writes the text; ours are the label and for how long the code holds."""
    if content.code_minutes is not None and content.code_minutes not in MINUTES:
        yield _refused("code", "minutes_wrong")
    if len(content.code_label) > LABEL_MOST:
        yield _refused("code", "label_long", n=len(content.code_label), most=LABEL_MOST)
    if BRACES.search(content.code_label):
        yield _refused("code", "label_variables")
    if LINK.search(content.code_label) or EMOJI.search(content.code_label):
        yield _refused("code", "authentication_plain")


def _buttons(buttons: Sequence[ButtonContent]) -> Iterator[Problem]:
    if len(buttons) > BUTTONS_MOST:
        yield _refused("buttons", "buttons_many", n=len(buttons), most=BUTTONS_MOST)
    seen: dict[str, int] = {}
    for position, button in enumerate(buttons, start=1):
        place, most = f"button {position}", KIND_MOST.get(button.kind, BUTTONS_MOST)
        seen[button.kind] = seen.get(button.kind, 0) + 1
        if button.kind not in BUTTON_KINDS:
            yield _refused(place, "button_kind")
        elif seen[button.kind] > most and button.kind in KIND_MOST:
            yield _refused(place, "buttons_kind", most=most)
        yield from _button(place, button)
    replies = [button.kind == "QUICK_REPLY" for button in buttons]
    if sum(a != b for a, b in pairwise(replies)) > 1:
        yield _refused("buttons", "buttons_order")
    if len(buttons) > DESKTOP_MOST or len(set(replies)) > 1:
        yield _problem("buttons", "buttons_desktop", Severity.NOTE)


def _button(place: str, button: ButtonContent) -> Iterator[Problem]:
    if button.kind != "COPY_CODE":
        if not button.text.strip():
            yield _refused(place, "label_missing")
        if len(button.text) > LABEL_MOST:
            yield _refused(place, "label_long", n=len(button.text), most=LABEL_MOST)
        if BRACES.search(button.text):
            yield _refused(place, "label_variables")
    match button.kind:
        case "URL":
            yield from _url(place, button)
        case "PHONE_NUMBER":
            digits = re.sub(r"[ ()\-]", "", button.phone)
            if not re.fullmatch(r"\+?\d{5,}", digits) or len(digits) > PHONE_MOST:
                yield _refused(place, "phone_wrong", most=PHONE_MOST)
        case "COPY_CODE":
            if not button.sample.strip() or len(button.sample) > CODE_MOST:
                yield _refused(place, "code_wrong", most=CODE_MOST)


def _url(place: str, button: ButtonContent) -> Iterator[Problem]:
    if not _is_address(VARIABLE.sub("x", button.url)):
        yield _refused(place, "url_wrong")
    if len(button.url) > URL_MOST:
        yield _refused(place, "url_long", n=len(button.url), most=URL_MOST)
    found = BRACES.findall(button.url)
    if found and (len(found) > 1 or not re.search(r"\{\{\s*1\s*\}\}$", button.url)):
        yield _refused(place, "url_variable")
    if found and not button.sample.strip():
        yield _refused(place, "url_sample")


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and "." in host and not re.search(r"\s", url)


def _often(place: str, text: str, *, category: str) -> Iterator[Problem]:
    checks = [("short_link", SHORT_LINK), ("personal", PERSONAL)]
    if category == "UTILITY":
        checks.append(("promotional", PROMOTION))
    for rule, pattern in checks:
        if found := pattern.search(text):
            yield _problem(place, rule, Severity.OFTEN_REFUSED, found=found[0])


def _texts(content: Content) -> Iterator[tuple[str, str]]:
    if content.header_kind == "TEXT":
        yield "header", content.header
    yield "body", content.body
    yield "footer", content.footer
    for position, button in enumerate(content.buttons, start=1):
        yield f"button {position}", f"{button.text} {button.url}"


# --- what the database knows -------------------------------------------------------------------------


def _edit(draft: DraftContent, known: Known, *, at: datetime) -> Iterator[Problem]:
    if known.status not in EDITABLE:
        yield _refused("name", "edit_state")
    if known.status != "APPROVED":
        return
    if known.category and draft.category != known.category:
        yield _refused("category", "category_fixed")
    recent = sorted(edit for edit in known.edits if edit + MONTH > at)
    if recent and recent[-1] + DAY > at:
        yield _refused("name", "edit_day", until=recent[-1] + DAY)
    if len(recent) >= EDITS_MONTH:
        yield _refused("name", "edit_month", until=recent[-EDITS_MONTH] + MONTH)


def _twin(draft: DraftContent, known: Known) -> Iterator[Problem]:
    text = text_of(draft.content.body, draft.content.footer)
    if draft.is_authentication or not text:
        return
    for other in known.others:
        if other.name != draft.name and other.status not in GONE and other.text == text:
            yield _refused("body", "body_twin", name=other.name)
            return


def text_of(body: str, footer: str) -> str:
    """By which twins are known."""
    return f"{body.strip()}\n{footer.strip()}".strip()


# --- words -------------------------------------------------------------------------------------------


def _length(place: str, text: str, most: int) -> Iterator[Problem]:
    if len(text) > most:
        yield _refused(place, "text_long", n=len(text), most=most)


def _braced(name: str) -> str:
    return f"{{{{{name}}}}}"


def _refused(place: str, rule: str, **values: object) -> Problem:
    return _problem(place, rule, Severity.REFUSED, **values)


def _problem(place: str, rule: str, severity: Severity, **values: object) -> Problem:
    english, russian = WORDS[rule]
    told = {k: _moment(v) if isinstance(v, datetime) else v for k, v in values.items()}
    return Problem(
        place=place,
        rule=rule,
        severity=severity,
        english=english.format(**told),
        russian=russian.format(**told),
    )


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} {at.tzname()}"
