"""What the demo's company knows of its customers beside the chats: companies, addresses, notes, consent."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Final

from accounts.models import Agent
from conversations.models import Consent, ConsentSource, Contact, ContactNote
from waba_inbox.demo.company import Company

COMPANIES: Final = (
    "Альпклуб «Траверс»",
    "ООО «Северный склад»",
    "Trailhead Tours",
    "Студия «Игла»",
)
NOTES: Final = (
    "Берёт на команду из *12 человек*, счёт просит до пятницы.",
    "Звонить после 18:00, днём на смене.",
    "Левое плечо ниже: подгонку делать по мерке в мастерской.",
    "Prefers English. Ships to a parcel locker only.",
    "Постоянный клиент: скидка 10 %.",
)
SAID: Final = ("анкета в магазине", "по телефону", "form on the site")


def make(company: Company, *, now: datetime) -> None:
    """Call inside a transaction, when the contacts are there."""
    rng = Random(11)  # noqa: S311  the same demo every time
    workspace = company.workspace
    team = list(Agent.objects.filter(workspace=workspace, role="agent").order_by("pk"))
    contacts = list(Contact.objects.filter(workspace=workspace).order_by("-pk"))
    for contact in rng.sample(contacts, min(24, len(contacts))):
        contact.company = rng.choice(COMPANIES)
        contact.email = f"client{contact.pk}@example.com"
        contact.save(update_fields=["company", "email"])
    ContactNote.objects.bulk_create(
        ContactNote(
            contact=contact,
            author=rng.choice(team),
            text=rng.choice(NOTES),
            at=now - timedelta(hours=rng.randint(2, 900)),
        )
        for contact in rng.sample(contacts, min(30, len(contacts)))
    )
    stopped = [one for one in contacts if one.marketing_stopped_at is not None]
    Consent.objects.bulk_create(
        Consent(
            contact=one, allows=False, source=ConsentSource.WHATSAPP, at=one.marketing_stopped_at
        )
        for one in stopped
        if one.marketing_stopped_at
    )
    allowing = rng.sample(
        [one for one in contacts if one not in stopped], min(40, len(contacts) // 4)
    )
    for contact in allowing:
        contact.marketing_said_at = now - timedelta(days=rng.randint(20, 300))
        contact.save(update_fields=["marketing_said_at"])
    Consent.objects.bulk_create(
        Consent(
            contact=one,
            allows=True,
            source=ConsentSource.AGENT,
            by=rng.choice(team),
            note=rng.choice(SAID),
            at=one.marketing_said_at or now,
        )
        for one in allowing
    )
