"""The mailing that cost the workshop its rating: one day, many people, some refusals, some angry answers. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from waba_inbox.demo.cast import Chat, Said
from waba_inbox.demo.scripts import Line

SENT: Final = timedelta(days=2, hours=20)  # ago; the rating fell some hours later (standings.py)
APART: Final = timedelta(minutes=3)
QUIET: Final = timedelta(days=8)  # only people who had long said nothing
MOST: Final = 30
TEMPLATE: Final = "review_request"
ANSWERS: Final = (
    "Хватит писать мне каждый день, отпишите меня",
    "Это спам, я вам своего согласия не давала",
    "Отпишите меня, пожалуйста, от ваших опросов",
    "Не пишите мне больше такое",
    "Я в магазине ни разу не был. Это что за спам?",
    "Третье такое сообщение за неделю. Пожалуюсь",
)


def of(chats: list[Chat], *, now: datetime) -> list[Chat]:
    """The same chats; to old ones of the workshop the mailing is added."""
    chosen = [
        chat
        for chat in chats
        if chat.team == "workshop"
        and chat.who.language == "ru"  # the template's language
        and not chat.is_special
        and chat.said[-1].at < now - QUIET
    ][:MOST]
    told = {
        chat.key: _written(chat, nth, at=now - SENT + nth * APART)
        for nth, chat in enumerate(chosen)
    }
    return [told.get(chat.key, chat) for chat in chats]


def _written(chat: Chat, nth: int, *, at: datetime) -> Chat:
    """Every fourth does not arrive, every fourth says what they think of it, every fourth stops marketing."""
    said = {"template": TEMPLATE}
    if nth % 4 == 0:
        said["fails"] = "131026"
    words = chat.said[0].words
    lines = [Said(Line("out", ("",), said), "", at, words)]
    if nth % 4 == 1:
        answer = ANSWERS[nth // 4 % len(ANSWERS)]
        lines.append(Said(Line("in", (answer,), {}), answer, at + timedelta(hours=2), words))
    if nth % 4 == 3:
        lines.append(
            Said(Line("notice", ("user_preferences",), {}), "", at + timedelta(hours=1), words)
        )
    return replace(chat, said=(*chat.said, *lines))
