"""The invoice as PDF, by typst. The paper goes in as JSON, so no name or word of it can be read as markup."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import typst

from billing.invoices import words
from billing.invoices.paper import Paper, Side

TEMPLATE: Final = Path(__file__).with_name("invoice.typ")


def pdf(paper: Paper) -> bytes:
    """A4, in the paper's own language. The same paper gives the same pages."""
    found: bytes = typst.compile(TEMPLATE, sys_inputs={"data": json.dumps(data_of(paper))})
    return found


def data_of(paper: Paper) -> dict[str, Any]:
    """All that the template prints, as text."""
    said, language = words.labels(paper.language), paper.language
    tax = (
        f"{said['tax']} {words.percent(paper.tax_percent, language)}"
        if paper.tax_percent
        else said["no_tax"]
    )
    sums = [[said["net"], words.money(paper.net, paper.currency, language)]]
    sums.append(
        [tax, words.money(paper.tax, paper.currency, language) if paper.tax_percent else "—"]
    )
    told = words.in_words(paper.total, paper.currency, language)
    return {
        "language": language,
        "labels": said,
        "title": words.title(paper),
        "bank": _bank(paper.seller, said),
        "facts": _facts(paper, said),
        "lines": [
            [
                str(n),
                line.words + (f" ({line.account})" if line.account else ""),
                words.number(line.quantity, language),
                words.unit(line.unit_price, language),
                words.unit(line.amount, language),
            ]
            for n, line in enumerate(paper.lines, start=1)
        ],
        "sums": sums,
        "total": words.money(paper.total, paper.currency, language),
        "names": _names(paper, said),
        "words": f"{said['words']}: {told}" if told else "",
        "note": f"{said['reason']}: {paper.note}" if paper.note else "",
        "signed": paper.seller.signed_by,
    }


def _names(paper: Paper, said: dict[str, str]) -> str:
    """“Всего наименований 6, на сумму 17 330,14 ₽”, as a Russian invoice says above the words."""
    if paper.language != "ru":
        return ""
    total = words.money(paper.total, paper.currency, paper.language)
    return f"{said['names']} {len(paper.lines)}, {said['worth']} {total}"


def _facts(paper: Paper, said: dict[str, str]) -> list[list[str]]:
    found = [
        [said["seller"], _side(paper.seller, said)],
        [said["buyer"], _side(paper.buyer, said)],
        [said["for"], words.month(paper.month, paper.language)],
    ]
    if paper.due_on:
        found.append([said["due"], words.day(paper.due_on, paper.language)])
    if paper.corrects:
        found.append([said["corrects"], paper.corrects])
    return found


def _side(side: Side, said: dict[str, str]) -> str:
    ids = [
        f"{said[name]} {value}"
        for name, value in (("tax_number", side.tax_number), ("registration", side.registration))
        if value
    ]
    return ", ".join(filter(None, [side.name, *ids, side.address]))


def _bank(side: Side, said: dict[str, str]) -> list[str]:
    """Two rows of three cells, as on a Russian invoice; none without an account."""
    if not side.account:
        return []
    first = (
        [side.bank, said["bank_code"], side.bank_code] if side.bank_code else [side.bank, "", ""]
    )
    second = [side.name, said["account"], side.account]
    third = ["", said["correspondent"], side.correspondent] if side.correspondent else []
    return [*first, *third, *second]
