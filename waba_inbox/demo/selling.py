"""Who invoices the demo's company, so that a month can be drafted at once."""

from __future__ import annotations

from dataclasses import asdict

from billing.invoices.paper import Side
from billing.models import Parties
from waba_inbox.demo.company import Company

SELLER = Side(
    "ООО «Почтовый рожок»", "190000, Санкт-Петербург, наб. Мойки, д. 12, оф. 4", "7801000007", "780101001",
    "АО «Банк Невский», г. Санкт-Петербург", "044030000", "40702810000000000001", "30101810000000000000",
    "books@demo.waba-inbox.test", "Рожков И. И.",
)  # fmt: skip
BUYER = Side(
    "ООО «Северная нить»", "197101, Санкт-Петербург, ул. Мира, д. 3", "7810000005", "781001001",
    email="irina@demo.waba-inbox.test",
)  # fmt: skip


def make(made: Company) -> None:
    """Call inside a transaction."""
    Parties.objects.create(
        workspace=made.workspace,
        seller=asdict(SELLER),
        buyer=asdict(BUYER),
        language="ru",
        prefix="ПР-",
    )
