"""Ready scenarios to start a template from, in Russian and English, with samples. Pure; views/shelves.py shows them.

Each passes the pre-flight check as it stands: a manager changes the words and sends it in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from templates_app.content import ButtonContent, Content, DraftContent

UTILITY, MARKETING = "UTILITY", "MARKETING"
SERVICE, SALES, CARE = "service", "sales", "care"  # the groups of the page


@dataclass(frozen=True, slots=True)
class Words:
    """One language. `buttons`: a bare word is a quick reply, "word; https://…" a link."""

    title: str
    body: str
    samples: tuple[str, ...] = ()
    footer: str = ""
    buttons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scenario:
    key: str
    group: str
    category: str
    ru: Words
    en: Words

    def words(self, language: str) -> Words:
        return self.ru if language.lower().startswith("ru") else self.en

    def draft(self, language: str) -> DraftContent:
        """A draft of it, in Russian for "ru", else in English."""
        words = self.words(language)
        return DraftContent(
            name=self.key,
            language=language,
            category=self.category,
            content=Content(
                body=words.body,
                footer=words.footer,
                buttons=tuple(_button(button) for button in words.buttons),
                samples={f"body.{n}": word for n, word in enumerate(words.samples, start=1)},
            ),
        )


def _button(words: str) -> ButtonContent:
    text, _semicolon, url = words.partition("; ")
    if not url:
        return ButtonContent(kind="QUICK_REPLY", text=text)
    return ButtonContent(kind="URL", text=text, url=url, sample="20814" if "{{" in url else "")


SCENARIOS: Final = (
    Scenario(
        "order_status", SERVICE, UTILITY,
        Words("Статус заказа", "Здравствуйте, {{1}}! Ваш заказ {{2}} собран и передан в доставку. Ждём его у вас {{3}}.",
              ("Мария", "№ 20814", "24 ноября"), buttons=("Где заказ; https://shop.example/orders/{{1}}",)),
        Words("Order status", "Hello {{1}}! Your order {{2}} is packed and on its way. It should be with you on {{3}}.",
              ("Emily", "#20814", "24 November"), buttons=("Track it; https://shop.example/orders/{{1}}",)),
    ),
    Scenario(
        "appointment_reminder", SERVICE, UTILITY,
        Words("Запись на приём", "Здравствуйте, {{1}}! Напоминаем о вашей записи: {{2}} в {{3}}. Вы придёте?",
              ("Мария", "24 ноября", "17:30"), buttons=("Приду", "Перенести", "Отменить")),
        Words("Appointment", "Hello {{1}}! A reminder of your appointment on {{2}} at {{3}}. Will you come?",
              ("Emily", "24 November", "17:30"), buttons=("I’ll come", "Another time", "Cancel it")),
    ),
    Scenario(
        "delivery_today", SERVICE, UTILITY,
        Words("Доставка", "Сегодня привезём ваш заказ {{1}} с {{2}} до {{3}}. Курьер позвонит за час.",
              ("№ 20814", "10:00", "14:00"), buttons=("Буду дома", "Другой день")),
        Words("Delivery", "Today we deliver your order {{1}} between {{2}} and {{3}}. The courier calls an hour before.",
              ("#20814", "10:00", "14:00"), buttons=("I’ll be in", "Another day")),
    ),
    Scenario(
        "opening_hours", SERVICE, UTILITY,
        Words("Часы работы", "Здравствуйте! Вы спрашивали о часах работы: в праздники, {{1}}, мы открыты с {{2}} до {{3}}. Ждём вас.",
              ("1–8 января", "11:00", "18:00")),
        Words("Opening hours", "Hello! You asked when we are open: over the holidays, {{1}}, from {{2}} to {{3}}. See you soon.",
              ("1 to 8 January", "11:00", "18:00")),
    ),
    Scenario(
        "personal_offer", SALES, MARKETING,
        Words("Личное предложение", "Здравствуйте, {{1}}! Для вас предложение: {{2}} со скидкой {{3}} до конца недели.",
              ("Мария", "шерстяные пледы", "15 %"), "Не хотите таких сообщений? Нажмите «Отписаться»", ("Покажите", "Отписаться")),
        Words("Personal offer", "Hello {{1}}! An offer for you: {{2}} with {{3}} off until the end of the week.",
              ("Emily", "woollen blankets", "15 %"), "No more of these? Tap “Unsubscribe”", ("Show me", "Unsubscribe")),
    ),
    Scenario(
        "price_drop", SALES, MARKETING,
        Words("Снижение цены", "Здравствуйте, {{1}}! Вы смотрели «{{2}}»: теперь цена {{3}}. Отложить для вас?",
              ("Мария", "Плед «Север»", "4 900 ₽"), buttons=("Отложите", "Отписаться")),
        Words("Price drop", "Hello {{1}}! You looked at “{{2}}”: it costs {{3}} now. Shall we keep one for you?",
              ("Emily", "North blanket", "$49"), buttons=("Keep one", "Unsubscribe")),
    ),
    Scenario(
        "payment_due", SERVICE, UTILITY,
        Words("Оплата", "Здравствуйте, {{1}}! Счёт {{2}} на сумму {{3}} ждёт оплаты до конца дня.",
              ("Мария", "№ 512", "3 400 ₽"), buttons=("Оплатить; https://shop.example/pay/{{1}}",)),
        Words("Payment", "Hello {{1}}! Invoice {{2}} for {{3}} is due by the end of the day.",
              ("Emily", "#512", "$34"), buttons=("Pay; https://shop.example/pay/{{1}}",)),
    ),
    Scenario(
        "abandoned_basket", SALES, MARKETING,
        Words("Забытая корзина", "Здравствуйте, {{1}}! В вашей корзине остались товары: {{2}}. Мы придержим их до завтра.",
              ("Мария", "плед и шарф"), buttons=("Открыть корзину; https://shop.example/basket", "Отписаться")),
        Words("Abandoned basket", "Hello {{1}}! There is still something in your basket: {{2}}. We keep it until tomorrow.",
              ("Emily", "a blanket and a scarf"), buttons=("Open the basket; https://shop.example/basket", "Unsubscribe")),
    ),
    Scenario(
        "unfinished_order", SALES, MARKETING,
        Words("Незавершённый заказ", "Здравствуйте, {{1}}! Вы почти оформили заказ {{2}}: осталось выбрать доставку. Помочь?",
              ("Мария", "№ 20814"), buttons=("Помогите", "Закончу сама", "Отписаться")),
        Words("Unfinished order", "Hello {{1}}! You nearly placed your order {{2}}: only the delivery is missing. Shall we help?",
              ("Emily", "#20814"), buttons=("Please help", "I’ll finish it", "Unsubscribe")),
    ),
    Scenario(
        "unfinished_registration", SALES, MARKETING,
        Words("Незавершённая регистрация", "Здравствуйте, {{1}}! Вы начали регистрацию на сайте {{2}}, остался один шаг. Ссылка действует до завтра.",
              ("Мария", "shop.example"), buttons=("Закончить; https://shop.example/join/{{1}}",)),
        Words("Unfinished registration", "Hello {{1}}! You began to sign up at {{2}}, and one step is left. The link works until tomorrow.",
              ("Emily", "shop.example"), buttons=("Finish it; https://shop.example/join/{{1}}",)),
    ),
    Scenario(
        "planned_visit", SERVICE, UTILITY,
        Words("Плановый визит", "Здравствуйте, {{1}}! Подошло время планового осмотра: прошлый был {{2}}. Записать вас на удобный день?",
              ("Мария", "24 мая"), buttons=("Запишите", "Позже")),
        Words("Planned visit", "Hello {{1}}! It is time for your regular check-up: the last one was on {{2}}. Shall we find a day for you?",
              ("Emily", "24 May"), buttons=("Yes, please", "Later")),
    ),
    Scenario(
        "feedback", CARE, UTILITY,
        Words("Отзыв", "Здравствуйте, {{1}}! Вы получили заказ {{2}}. Всё ли хорошо? Ответьте, пожалуйста, одним касанием.",
              ("Мария", "№ 20814"), buttons=("Всё хорошо", "Есть вопрос")),
        Words("Feedback", "Hello {{1}}! You have received your order {{2}}. Is everything all right? One tap is enough.",
              ("Emily", "#20814"), buttons=("All is well", "I have a question")),
    ),
    Scenario(
        "survey", CARE, MARKETING,
        Words("Опрос", "Здравствуйте, {{1}}! Помогите нам стать лучше: пять коротких вопросов, две минуты вашего времени.",
              ("Мария",), buttons=("Начать; https://shop.example/survey/{{1}}", "Не сейчас")),
        Words("Survey", "Hello {{1}}! Help us to get better: five short questions, two minutes of your time.",
              ("Emily",), buttons=("Begin; https://shop.example/survey/{{1}}", "Not now")),
    ),
    Scenario(
        "service_quality", CARE, UTILITY,
        Words("Качество обслуживания", "Здравствуйте, {{1}}! Вчера вам отвечал наш сотрудник {{2}}. Как он справился?",
              ("Мария", "Анна"), buttons=("Отлично", "Нормально", "Плохо")),
        Words("Quality of service", "Hello {{1}}! Yesterday our colleague {{2}} looked after you. How was it?",
              ("Emily", "Anna"), buttons=("Very good", "All right", "Bad")),
    ),
    Scenario(
        "related_goods", SALES, MARKETING,
        Words("Сопутствующие товары", "Здравствуйте, {{1}}! К покупке «{{2}}» подходит {{3}}. Показать?",
              ("Мария", "Плед «Север»", "подушка из той же шерсти"), buttons=("Покажите", "Отписаться")),
        Words("Related goods", "Hello {{1}}! Something that goes with your “{{2}}”: {{3}}. Shall we show it to you?",
              ("Emily", "North blanket", "a cushion of the same wool"), buttons=("Show me", "Unsubscribe")),
    ),
    Scenario(
        "recommended_goods", SALES, MARKETING,
        Words("Рекомендации", "Здравствуйте, {{1}}! Мы подобрали для вас новинки: {{2}}. Посмотрите, пока есть все размеры.",
              ("Мария", "шарфы и варежки"), buttons=("Посмотреть; https://shop.example/for-you", "Отписаться")),
        Words("Recommended goods", "Hello {{1}}! We have chosen something new for you: {{2}}. Have a look while all sizes are there.",
              ("Emily", "scarves and mittens"), buttons=("Have a look; https://shop.example/for-you", "Unsubscribe")),
    ),
)  # fmt: skip
BY_KEY: Final = {scenario.key: scenario for scenario in SCENARIOS}
