"""The demo's message templates: both languages, every state that Meta gives, and how each came to its state."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from accounts.models import BusinessAccount
from templates_app.models import Category, Template, TemplateEvent, TemplateState
from waba_inbox.demo.company import Company

WINTER: Final = "4::demo-winter"  # the sample that desk.py keeps
BOTH: Final = ("shop", "workshop")
SHOP: Final = ("shop",)
WORKSHOP: Final = ("workshop",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One language of a template. `buttons`: a bare word is a quick reply, `word; url` a link."""

    body: str
    examples: tuple[str, ...] = ()
    header: str = ""
    footer: str = ""
    buttons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`fills`: what of a dialogue's words goes into {{1}}, {{2}}, … `path`: states with days ago and a note."""

    name: str
    category: Category
    words: dict[str, Words]
    fills: tuple[str, ...] = ()
    accounts: tuple[str, ...] = SHOP
    has_picture: bool = False
    is_code: bool = False
    quality: str = "GREEN"
    path: tuple[tuple[str, float, str], ...] = (("PENDING", 40, ""), ("APPROVED", 39.9, ""))
    reason: str = ""
    note: str = ""
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def status(self) -> str:
        return self.path[-1][0]


UTILITY, MARKETING = Category.UTILITY, Category.MARKETING
PLANS: Final = (
    Plan(
        name="order_ready",
        category=UTILITY,
        fills=("first", "order"),
        words={
            "ru": Words(
                body="{{1}}, ваш заказ *{{2}}* собран и ждёт вас на Рубинштейна, 12. Когда удобно получить?",
                examples=("Мария", "№ 20814"),
                footer="Северная нить",
                buttons=("Заеду сегодня", "Нужна доставка"),
            ),
            "en": Words(
                body="{{1}}, your order *{{2}}* is packed and waits at 12 Rubinstein St. When would you like it?",
                examples=("Emily", "#20814"),
                footer="North Thread",
                buttons=("I'll come today", "Deliver it, please"),
            ),
        },
    ),
    Plan(
        name="delivery_tomorrow",
        category=UTILITY,
        fills=("first", "order", "track"),
        words={
            "ru": Words(
                header="Доставка завтра",
                body="{{1}}, привезём заказ {{2}} завтра с 10:00 до 18:00. Курьер позвонит за час.",
                examples=("Мария", "№ 20814"),
                buttons=("Где посылка; https://track.example/{{1}}",),
            ),
            "en": Words(
                header="Delivery tomorrow",
                body="{{1}}, we deliver order {{2}} tomorrow from 10:00 to 18:00. The courier calls first.",
                examples=("Emily", "#20814"),
                buttons=("Track it; https://track.example/{{1}}",),
            ),
        },
    ),
    Plan(
        name="appointment_reminder",
        category=UTILITY,
        accounts=WORKSHOP,
        fills=("first", "ticket"),
        words={
            "ru": Words(
                body="{{1}}, напоминаем: завтра в 17:30 ждём вас в мастерской на Марата, 7. Квитанция {{2}}.",
                examples=("Мария", "М-512"),
                buttons=("Приду", "Перенести"),
            ),
            "en": Words(
                body="{{1}}, a reminder: we expect you tomorrow at 17:30 in our workshop, 7 Marata St. Ticket {{2}}.",
                examples=("Emily", "M-512"),
                buttons=("I'll come", "Another time"),
            ),
        },
    ),
    Plan(
        name="repair_ready",
        category=UTILITY,
        accounts=WORKSHOP,
        fills=("first", "ticket"),
        words={
            "ru": Words(
                body="{{1}}, ремонт по квитанции *{{2}}* готов! Забрать можно каждый день с 11:00 до 20:00.",
                examples=("Мария", "М-512"),
                footer="Мастерская «Северная нить»",
            ),
            "en": Words(
                body="{{1}}, your repair *{{2}}* is ready! Pick it up any day between 11:00 and 20:00.",
                examples=("Emily", "M-512"),
                footer="North Thread workshop",
            ),
        },
    ),
    Plan(
        name="winter_sale",
        category=MARKETING,
        fills=("first",),
        has_picture=True,
        quality="YELLOW",
        path=(("PENDING", 12, ""), ("REJECTED", 11.5, ""), ("PENDING", 11, ""), ("APPROVED", 10.9, "")),
        words={
            "ru": Words(
                body="{{1}}, зима близко ❄️\n\n*−20 %* на всю зимнюю коллекцию до воскресенья, а доставка за нами.",
                examples=("Мария",),
                footer="Чтобы отписаться, ответьте СТОП",
                buttons=("Показать", "Каталог; https://shop.example/winter"),
            ),
            "en": Words(
                body="{{1}}, winter is coming ❄️\n\n*−20 %* on all winter things until Sunday, delivery is on us.",
                examples=("Emily",),
                footer="To unsubscribe, answer STOP",
                buttons=("Show me", "Catalogue; https://shop.example/winter"),
            ),
        },
    ),
    Plan(
        name="back_in_stock",
        category=MARKETING,
        fills=("first", "good"),
        words={
            "ru": Words(
                body="{{1}}, снова в наличии: {{2}}. Отложим для вас на сутки?",
                examples=("Мария", "парка «Ладога»"),
                buttons=("Отложите", "Уже не нужно"),
            ),
            "en": Words(
                body="{{1}}, back in stock: {{2}}. Shall we hold one for you until tomorrow?",
                examples=("Emily", "Ladoga parka"),
                buttons=("Yes, please", "No longer"),
            ),
        },
    ),
    Plan(
        name="login_code",
        category=Category.AUTHENTICATION,
        is_code=True,
        fills=("number",),
        words={
            "ru": Words(body="*{{1}}*: ваш код подтверждения.", examples=("123456",)),
            "en": Words(body="*{{1}}* is your verification code.", examples=("123456",)),
        },
    ),
    Plan(
        name="warranty_extended",
        category=UTILITY,
        accounts=BOTH,
        fills=("first",),
        quality="UNKNOWN",
        path=(("PENDING", 0.1, ""),),
        words={
            "ru": Words(
                body="{{1}}, мы продлили гарантию на ваш ремонт до двух лет. Ничего делать не нужно.",
                examples=("Мария",),
            )
        },
    ),
    Plan(
        name="new_year_gifts",
        category=UTILITY,
        fills=("first",),
        quality="UNKNOWN",
        reason="INCORRECT_CATEGORY",
        note="Шаблон предлагает купить подарки: это маркетинг, а не сервисное сообщение.",
        path=(("PENDING", 3, ""), ("REJECTED", 2.8, "INCORRECT_CATEGORY")),
        words={
            "ru": Words(
                body="{{1}}, подобрали подарки к Новому году с вашей персональной скидкой. Посмотрим вместе?",
                examples=("Мария",),
                buttons=("Посмотреть; https://shop.example/gifts",),
            )
        },
    ),
    Plan(
        name="review_request",
        category=MARKETING,
        accounts=BOTH,
        fills=("first",),
        quality="RED",
        path=(
            ("PENDING", 60, ""),
            ("APPROVED", 59.5, ""),
            ("PAUSED", 0.2, "FIRST_PAUSE"),
        ),
        words={
            "ru": Words(
                body="{{1}}, расскажите, пожалуйста, как вам покупка? Это займёт минуту.",
                examples=("Мария",),
                buttons=("Оставить отзыв; https://shop.example/review",),
            )
        },
    ),
    Plan(
        name="flash_sale",
        category=MARKETING,
        fills=("first",),
        quality="RED",
        path=(
            ("PENDING", 80, ""),
            ("APPROVED", 79.8, ""),
            ("PAUSED", 45, "FIRST_PAUSE"),
            ("APPROVED", 44.8, "UNPAUSE"),
            ("PAUSED", 30, "SECOND_PAUSE"),
            ("APPROVED", 29.7, "UNPAUSE"),
            ("DISABLED", 21, "DISABLED"),
        ),
        words={
            "ru": Words(
                body="{{1}}, только сегодня! Скидка 50 % до полуночи на остатки прошлого сезона.",
                examples=("Мария",),
                footer="Чтобы отписаться, ответьте СТОП",
            )
        },
    ),
)  # fmt: skip


def components_of(plan: Plan, words: Words) -> list[dict[str, Any]]:
    """As Meta has them, with a sample for every variable."""
    if plan.is_code:
        code = {"type": "OTP", "otp_type": "COPY_CODE", "text": "Copy code"}
        code |= {"url": "https://www.whatsapp.com/otp/code/?otp_type=COPY_CODE&code=otp{{1}}"}
        body = {"type": "BODY", "text": words.body, "add_security_recommendation": True}
        return [
            body | {"example": {"body_text": [list(words.examples)]}},
            {"type": "FOOTER", "code_expiration_minutes": 10},
            {"type": "BUTTONS", "buttons": [code]},
        ]
    parts: list[dict[str, Any]] = []
    if plan.has_picture:
        handle = {"header_handle": [WINTER]}
        parts.append({"type": "HEADER", "format": "IMAGE", "example": handle})
    elif words.header:
        parts.append({"type": "HEADER", "format": "TEXT", "text": words.header})
    body = {"type": "BODY", "text": words.body, "example": {"body_text": [list(words.examples)]}}
    parts.append(body)
    if words.footer:
        parts.append({"type": "FOOTER", "text": words.footer})
    if words.buttons:
        parts.append({"type": "BUTTONS", "buttons": [_button(word) for word in words.buttons]})
    return parts


def _button(word: str) -> dict[str, Any]:
    text, _semicolon, url = word.partition("; ")
    if not url:
        return {"type": "QUICK_REPLY", "text": text}
    button: dict[str, Any] = {"type": "URL", "text": text, "url": url}
    if "{{1}}" in url:
        button["example"] = [url.replace("{{1}}", "RU123456789NT")]
    return button


def make(company: Company, *, now: datetime) -> dict[tuple[int, str, str], Template]:
    """All templates, by account, name and language."""
    found: dict[tuple[int, str, str], Template] = {}
    history: list[TemplateEvent] = []
    for nth, plan in enumerate(PLANS):
        for place in plan.accounts:
            account = company.numbers[place].account
            for language, words in plan.words.items():
                serial = (
                    nth * 10 + (5 if place == "workshop" else 0) + (1 if language == "en" else 0)
                )
                template = _template(plan, words, account, language, serial=serial, now=now)
                found[account.pk, plan.name, language] = template
    Template.objects.bulk_create(found.values())
    for (_account, name, _language), template in found.items():
        plan = next(plan for plan in PLANS if plan.name == name)
        history += _history(plan, template, now=now)
    TemplateEvent.objects.bulk_create(history)
    return found


def _template(
    plan: Plan,
    words: Words,
    account: BusinessAccount,
    language: str,
    *,
    serial: int,
    now: datetime,
) -> Template:
    return Template(
        account=account,
        meta_id=str(730_000_000_000_000 + serial),
        name=plan.name,
        language=language,
        category=plan.category,
        status=plan.status,
        quality=plan.quality,
        components=components_of(plan, words),
        sources={
            f"body.{n}": "contact.first_name"
            for n, filled in enumerate(plan.fills, start=1)
            if filled == "first"
        },
        rejected_reason=plan.reason,
        rejection_note=plan.note,
        synced_at=now,
    )


def _history(plan: Plan, template: Template, *, now: datetime) -> list[TemplateEvent]:
    before, rows = "", []
    for state, days, note in plan.path:
        at = now - timedelta(days=days)
        rows.append(
            TemplateEvent(
                template=template, kind="status", before=before, after=state, note=note, at=at
            )
        )
        before = state
    if plan.quality not in ("UNKNOWN", "GREEN"):
        at = now - timedelta(
            days=plan.path[-1][1] + 0.5 if plan.status != TemplateState.APPROVED else 4
        )
        rows.append(
            TemplateEvent(
                template=template, kind="quality", before="GREEN", after=plan.quality, at=at
            )
        )
    return rows
