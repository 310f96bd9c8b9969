"""Every URL of the product and for whom it is, as a table of its own: a view that lost its guard does not change it.

Who adds a URL says here for whom (tests/test_rights.py), and for one with arguments what they may be (tests/things.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import Role

STAFF: Final = frozenset(Role.values)
WORKING: Final = frozenset({Role.AGENT, Role.MANAGER, Role.ADMINISTRATOR})
LEADING: Final = frozenset({Role.MANAGER, Role.ADMINISTRATOR})

TABLE: Final = {
    "open": """
        :account_login :account_logout :account_inactive :account_reset_password :account_reset_password_done
        :account_reset_password_from_key :account_reset_password_from_key_done :mfa_login_webauthn :mfa_authenticate
        :join :notices_worker :manifest :icon_180 :icon_192 :icon_512 :healthz :readyz :metrics
    """,  # also without a login
    "self": """
        :home :account_reauthenticate :account_change_password :mfa_index :mfa_list_webauthn :mfa_reauthenticate
        :mfa_activate_totp :mfa_deactivate_totp :mfa_view_recovery_codes :mfa_generate_recovery_codes
        :mfa_download_recovery_codes :mfa_add_webauthn :mfa_reauthenticate_webauthn :mfa_remove_webauthn
        :mfa_edit_webauthn accounts:settings accounts:me accounts:look accounts:presence accounts:security
        accounts:sessions billing:quote
    """,  # everybody, about themselves
    "work": """
        conversations:inbox conversations:rows conversations:pull conversations:counts conversations:seen
        conversations:filters conversations:views conversations:view conversations:view_copy
        conversations:view_place conversations:view_end conversations:jump conversations:changes conversations:bulk
        conversations:bulk_menus conversations:bulk_count conversations:bulk_message conversations:search
        conversations:search_choices conversations:special conversations:cards contacts:contacts contacts:new
        exports:exports exports:rows templates_app:templates templates_app:list templates_app:changes
        templates_app:sample templates_app:template templates_app:template_phone templates_app:template_star
        canned:notices canned:notices_browser canned:replies canned:reply canned:reply_file canned:reply_end
        automation:macros automation:macro_new automation:macro automation:macro_end
    """,  # who works conversations; lists show what the person sees
    "seen": """
        conversations:file conversations:conversation conversations:matches conversations:messages
        conversations:details conversations:attempts conversations:note_words conversations:withdrawal
        conversations:reaction conversations:scheduled conversations:scheduled_meaning conversations:scheduled_one
        conversations:transcript conversations:templates conversations:template conversations:files
        conversations:held conversations:presence conversations:read conversations:assignees
        conversations:colleagues conversations:assignment conversations:replies conversations:macros
        conversations:macro conversations:closure conversations:waiting conversations:labels conversations:priority
        conversations:fields conversations:field conversations:snooze conversations:snooze_meaning
        conversations:team contacts:contact contacts:media contacts:history contacts:consent contacts:notes
        contacts:note_end contacts:merge contacts:split contacts:blocks contacts:begin
    """,  # the same, and only whose seats and sight show this conversation or person; 404 to others
    "own": """
        conversations:bulk_job conversations:bulk_result conversations:bulk_stop conversations:bulk_undo
        exports:file exports:stop canned:notices_end
    """,  # the same, and only for the one who began it; 404 to others, administrators too
    "judged": "coaching:mine",  # all that are reviewed or review
    "books": """
        billing:overview billing:budgets billing:budget_removal billing:what_if billing:ledger billing:ledger_csv
        billing:entry billing:problems billing:plans billing:plan_new billing:plan billing:plan_removal
        billing:prices_shown billing:cards billing:rate billing:upload billing:card_import billing:card_removal
        billing:card billing:exchange billing:exchange_upload billing:exchange_import billing:international
        billing:exchange_removal billing:reconciliation billing:reconciliation_asking billing:difference
        billing:acceptance_removal billing:invoices billing:invoice_parties billing:invoice billing:invoice_act
        billing:invoice_pdf billing:invoice_xlsx billing:invoice_csv billing:invoice_json billing:invoice_year
    """,  # finance and administrators
    "lead": """
        conversations:template_results conversations:template_beside contacts:erasure templates_app:sync
        templates_app:alerts templates_app:template_card quality:evidence quality:picture
        templates_app:library templates_app:family templates_app:language_add templates_app:draft_versions
        templates_app:calendar templates_app:draft_need templates_app:draft_new
        templates_app:draft templates_app:draft_submit templates_app:draft_answer templates_app:draft_look
        templates_app:draft_sample templates_app:draft_copy templates_app:draft_discard templates_app:draft_hand_in
        templates_app:draft_decide templates_app:draft_take_back templates_app:draft_comment
        templates_app:template_correct templates_app:template_sources templates_app:template_copy
        templates_app:template_unpause templates_app:template_appeal templates_app:template_insights
        templates_app:template_drift templates_app:template_hide templates_app:template_delete
        billing:template_costs billing:category_gap billing:template_move quality:numbers quality:changes
        quality:number quality:profile quality:alerts quality:alert quality:poll reports:team reports:rows
        coaching:desk coaching:results coaching:file coaching:plan coaching:draw coaching:review coaching:remark
        coaching:second accounts:people accounts:person accounts:person_teams accounts:person_seats
        accounts:person_sight accounts:teams accounts:team accounts:team_members accounts:team_handing
        accounts:team_end accounts:numbers accounts:hours queue:labels queue:label queue:label_end queue:reasons
        queue:fields queue:field queue:field_place queue:field_end automation:rules automation:rule_new
        automation:rule_trial automation:rule automation:rule_place automation:rule_activity automation:rule_end
        automation:surveys automation:survey
    """,  # managers and administrators
    "administer": """
        templates_app:four_eyes quality:gates quality:rules setup:accounts setup:account setup:steps setup:news
        setup:number_new setup:number_here setup:webhook setup:code setup:verification setup:registration setup:name
        setup:profile accounts:workspace accounts:distribution accounts:invitations accounts:invitation_link
        accounts:invitation_end accounts:person_role accounts:person_activity accounts:person_second_step
        accounts:whatsapp accounts:apps accounts:app accounts:account_new accounts:account accounts:account_numbers
        accounts:number_new accounts:account_check accounts:account_token accounts:account_plan
        accounts:account_subscription accounts:number accounts:number_activity accounts:log webhooks:self_test
        webhooks:quarantine webhooks:replay_all webhooks:held webhooks:replay webhooks:closure
    """,
}
FOR_WHOM: Final = {name: group for group, names in TABLE.items() for name in names.split()}
ROLES: Final[dict[str, frozenset[str]]] = {
    "self": STAFF,
    "work": WORKING,
    "seen": WORKING,
    "own": WORKING,
    "judged": WORKING,
    "books": frozenset({Role.FINANCE, Role.ADMINISTRATOR}),
    "lead": LEADING,
    "administer": frozenset({Role.ADMINISTRATOR}),
}


@dataclass(frozen=True, slots=True)
class Url:
    route: str
    name: str
    namespace: str
    arguments: tuple[str, ...]
    roles: frozenset[str] | None
    is_open: bool

    @property
    def label(self) -> str:
        return f"{self.namespace}:{self.name}"

    @property
    def group(self) -> str:
        return FOR_WHOM.get(self.label, "")

    def is_for(self, role: str) -> bool:
        return role in ROLES[self.group]

    def path(self, things: dict[str, Any]) -> str:
        """The path with arguments that stand for these things. `conversations:pk` says more than `pk`."""
        path = "/" + self.route
        for name in self.arguments:
            key = f"{self.namespace}:{name}"
            assert key in things, f"Tell things_of() in tests/things.py what {key} is"
            path = _filled(path, name, str(things[key]))
        return path


def _filled(path: str, name: str, value: str) -> str:
    before, _open, rest = path.partition("<")
    while not rest.partition(">")[0].endswith(name):
        more, _open, rest = rest.partition("<")
        before += f"<{more}"
    return before + value + rest.partition(">")[2]


def _walk(
    patterns: list[Any], *, route: str = "", namespace: str = "", arguments: tuple[str, ...] = ()
) -> Iterator[Url]:
    for pattern in patterns:
        piece, names = str(pattern.pattern), (*arguments, *pattern.pattern.converters)
        if isinstance(pattern, URLResolver):
            yield from _walk(
                pattern.url_patterns,
                route=route + piece,
                namespace=pattern.namespace or namespace,
                arguments=names,
            )
        elif isinstance(pattern, URLPattern):
            yield Url(
                route=route + (piece if "^" not in piece else "password/reset/key/1-x/"),
                name=pattern.name or "",
                namespace=namespace,
                arguments=names,
                roles=getattr(pattern.callback, "roles", None),
                is_open=not getattr(pattern.callback, "login_required", True),
            )


URLS: Final = tuple(_walk(get_resolver().url_patterns))
CLOSED: Final = tuple(url for url in URLS if not url.is_open)
