"""Before a template goes to many: who can get it, and who not and why. For each it is checked again when it is sent."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Count, Q

from conversations.models.threads import ConversationQuerySet
from templates_app.models import Category, Template


@dataclass(frozen=True, slots=True)
class Audience:
    """`fits` of `total` can get it; the others by reason, each counted once, in this order."""

    total: int
    fits: int
    elsewhere: int  # on a number of another WhatsApp account, which has not this template
    held: int  # on a number that cannot send now
    unreachable: int
    stopped: int  # marketing
    found: ConversationQuerySet

    def by_number(self) -> list[list[int]]:
        """The ids of those who fit, number by number."""
        numbers: dict[int, list[int]] = defaultdict(list)
        for pk, number in self.found.order_by("pk").values_list("pk", "number_id"):
            numbers[number].append(pk)
        return list(numbers.values())


def accounts_of(found: ConversationQuerySet) -> list[int]:
    return list(found.order_by().values_list("number__account_id", flat=True).distinct())


def audience(found: ConversationQuerySet, template: Template) -> Audience:
    here = Q(number__account_id=template.account_id)
    active = here & Q(number__is_active=True)
    reached = active & ~Q(contact__phone="", contact__user_id="")
    fits = reached
    if template.category == Category.MARKETING:
        fits &= Q(contact__marketing_stopped_at=None)
    counts = found.order_by().aggregate(
        total=Count("pk"),
        here=Count("pk", filter=here),
        active=Count("pk", filter=active),
        reached=Count("pk", filter=reached),
        fits=Count("pk", filter=fits),
    )
    return Audience(
        total=counts["total"],
        fits=counts["fits"],
        elsewhere=counts["total"] - counts["here"],
        held=counts["here"] - counts["active"],
        unreachable=counts["active"] - counts["reached"],
        stopped=counts["reached"] - counts["fits"],
        found=found.filter(fits),
    )
