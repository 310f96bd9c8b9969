"""The acts of the audit log in words. An act that is not here is shown by its name."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

ACTS: dict[str, str | Promise] = {
    "invitation.sent": _("Invited somebody"),
    "invitation.renewed": _("Sent an invitation again"),
    "invitation.revoked": _("Took an invitation back"),
    "invitation.accepted": _("Joined by invitation"),
    "agent.role_changed": _("Changed a role"),
    "agent.seats_changed": _("Changed seats"),
    "agent.teams_changed": _("Changed somebody’s teams"),
    "agent.deactivated": _("Deactivated somebody"),
    "agent.reactivated": _("Let somebody in again"),
    "agent.second_step_reset": _("Took somebody’s second step away"),
    "team.created": _("Created a team"),
    "team.renamed": _("Renamed a team"),
    "team.members_changed": _("Changed the members of a team"),
    "team.deleted": _("Deleted a team"),
    "workspace.changed": _("Changed the workspace"),
    "app.connected": _("Connected a Meta app"),
    "app.secret_changed": _("Changed an app secret"),
    "account.connected": _("Connected a WhatsApp account"),
    "account.checked": _("Checked a WhatsApp account"),
    "account.token_changed": _("Replaced an access token"),
    "account.subscribed": _("Subscribed to webhooks"),
    "account.plan_changed": _("Changed the pricing plan"),
    "number.added": _("Added a number"),
    "number.changed": _("Changed a number"),
    "number.switched_on": _("Switched a number on"),
    "number.switched_off": _("Switched a number off"),
    "template.submitted": _("Submitted a template to Meta"),
    "template.deleted": _("Deleted a template at Meta"),
    "template.draft_discarded": _("Threw a template’s draft away"),
    "quarantine.replayed": _("Replayed a held-back webhook"),
    "quarantine.closed": _("Put a held-back webhook aside"),
}

# What an act tells beside: the names under which `audit.record` keeps it. One that is not here is shown as it is.
DETAILS: dict[str, str | Promise] = {
    "account": pgettext_lazy("log", "account"),
    "ends_with": pgettext_lazy("log", "ends with"),
    "held_again": pgettext_lazy("log", "held again"),
    "joined": pgettext_lazy("log", "joined"),
    "language": pgettext_lazy("log", "language"),
    "left": pgettext_lazy("log", "left"),
    "name": pgettext_lazy("log", "name"),
    "now": pgettext_lazy("log", "now"),
    "plan": pgettext_lazy("log", "plan"),
    "reason": pgettext_lazy("log", "reason"),
    "requires_mfa": pgettext_lazy("log", "second step for everybody"),
    "role": pgettext_lazy("log", "role"),
    "seats": pgettext_lazy("log", "seats"),
    "team": pgettext_lazy("log", "team"),
    "teams": pgettext_lazy("log", "teams"),
    "time_zone": pgettext_lazy("log", "time zone"),
    "waba": "WABA",
    "was": pgettext_lazy("log", "was"),
    "went_through": pgettext_lazy("log", "went through"),
}
