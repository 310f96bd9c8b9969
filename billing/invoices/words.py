"""The words printed on an invoice, in its own language, whatever the language of who looks at it."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Final

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal
from num2words import num2words

from billing.invoices.paper import Paper, PaperKind
from billing.money import MINOR_UNITS

RUSSIAN: Final = {
    "invoice": "Счёт на оплату", "credit_note": "Корректировочный счёт", "proforma": "Предварительный счёт",
    "number": "№", "of": "от", "seller": "Поставщик", "buyer": "Покупатель", "for": "За период",
    "due": "Оплатить до", "position": "№", "what": "Наименование", "quantity": "Кол-во", "unit": "Цена",
    "amount": "Сумма", "net": "Итого без налога", "tax": "НДС", "no_tax": "Без НДС", "total": "Всего к оплате",
    "worth": "на сумму",
    "tax_number": "ИНН", "registration": "КПП", "bank": "Банк получателя", "bank_code": "БИК",
    "account": "Сч. №", "correspondent": "Корр. сч. №", "signed": "Руководитель", "corrects": "К счёту",
    "reason": "Основание", "words": "Сумма прописью", "draft": "Черновик", "names": "Всего наименований",
}  # fmt: skip
ENGLISH: Final = {
    "invoice": "Invoice", "credit_note": "Credit note", "proforma": "Proforma invoice", "number": "No.", "of": "of",
    "seller": "Seller", "buyer": "Bill to", "for": "Period", "due": "Due", "position": "#", "what": "Description",
    "quantity": "Quantity", "unit": "Unit price", "amount": "Amount", "net": "Subtotal", "tax": "Tax",
    "no_tax": "No tax", "total": "Total", "worth": "worth", "tax_number": "Tax ID", "registration": "Registration",
    "bank": "Bank", "bank_code": "BIC", "account": "Account", "correspondent": "Correspondent account",
    "signed": "Signed", "corrects": "Corrects", "reason": "Reason", "words": "In words", "draft": "Draft",
    "names": "Lines",
}  # fmt: skip
IN_WORDS: Final = ("RUB", "USD", "EUR")  # what num2words says well in both languages


def labels(language: str) -> dict[str, str]:
    return RUSSIAN if language == "ru" else ENGLISH


def money(amount: Decimal, currency: str, language: str) -> str:
    """“1 234,50 ₽”, “RUB 1,234.50”: three letters never touch the digits."""
    said = format_currency(amount, currency, locale=language)
    return re.sub(r"(?<=[A-Z])(?=\d)", "\u00a0", said)


def unit(amount: Decimal, language: str) -> str:
    """A price for one, with the decimals it has, at least two."""
    return str(format_decimal(amount, format="#,##0.00####", locale=language))


def percent(value: Decimal, language: str) -> str:
    return f"{format_decimal(value.normalize(), locale=language)} %"


def number(value: int, language: str) -> str:
    return format_decimal(value, locale=language)


def day(value: date | None, language: str) -> str:
    return format_date(value, format="long", locale=language) if value else ""


def month(value: date, language: str) -> str:
    return format_date(value, format="LLLL y", locale=language)


def in_words(amount: Decimal, currency: str, language: str) -> str:
    """“Одна тысяча двести рублей 00 копеек”; empty where it cannot be said well."""
    if currency not in IN_WORDS:
        return ""
    whole, part = divmod(abs(amount), 1)
    minor = MINOR_UNITS.get(currency, 2)
    cents = f"{int(part * 10**minor):0{minor}d}"
    if language == "ru" and currency == "RUB":
        said = (
            f"{num2words(int(whole), lang='ru')} {_plural(int(whole), 'рубль', 'рубля', 'рублей')}"
        )
        said += f" {cents} {_plural(int(cents), 'копейка', 'копейки', 'копеек')}"
    else:
        said = f"{num2words(int(whole), lang=language if language == 'ru' else 'en')} {currency} {cents}/100"
    return ("− " if amount < 0 else "") + said[0].upper() + said[1:]


def _plural(n: int, one: str, few: str, many: str) -> str:
    if n % 10 == 1 and n % 100 != 11:
        return one
    return few if 2 <= n % 10 <= 4 and not 12 <= n % 100 <= 14 else many


def title(paper: Paper) -> str:
    said = labels(paper.language)
    if not paper.number:
        return f"{said[paper.kind.value]} ({said['draft'].lower()})"
    of = f" {said['of']} {day(paper.issued_on, paper.language)}" if paper.issued_on else ""
    return f"{said[paper.kind.value]} {said['number']} {paper.number}{of}"


def is_note(paper: Paper) -> bool:
    return paper.kind is PaperKind.CREDIT_NOTE
