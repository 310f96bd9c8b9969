"""Who the demo is about: two companies, their people, numbers and the ids by which the simulator knows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from accounts.models import (
    Agent,
    BusinessAccount,
    MetaApp,
    PhoneNumber,
    PricingPlan,
    Role,
    Seat,
    Team,
    Workspace,
)

NAME: Final = "Северная нить"
OTHER_NAME: Final = "Пекарня «Ржаное утро»"
PASSWORD: Final = "warm-mittens-2026"  # noqa: S105  public on purpose, refused when DEBUG is off
DOMAIN: Final = "demo.waba-inbox.test"
ZONE: Final = "Europe/Moscow"

# The simulator starts with these; the second account and number are told to it (meta.py).
APP_ID: Final = "100000000000001"
APP_SECRET: Final = "simulator-app-secret"  # noqa: S105
VERIFY_TOKEN: Final = "simulator-verify-token"  # noqa: S105
SHOP_WABA, WORKSHOP_WABA = "200000000000001", "200000000000002"
SHOP_TOKEN, WORKSHOP_TOKEN = "simulator-token", "simulator-token-workshop"
SHOP_NUMBER, WORKSHOP_NUMBER = "300000000000001", "300000000000002"
SHOP_PHONE, WORKSHOP_PHONE = "78120000145", "78120000172"


@dataclass(frozen=True, slots=True)
class Login:
    key: str
    name: str
    role: Role
    language: str
    team: str = ""

    @property
    def email(self) -> str:
        return f"{self.key}@{DOMAIN}"


LOGINS: Final = (
    Login("anna", "Анна Ковалёва", Role.AGENT, "ru", "shop"),
    Login("james", "James Whitfield", Role.AGENT, "en", "shop"),
    Login("maxim", "Максим Орлов", Role.AGENT, "ru", "workshop"),
    Login("sofia", "Sofia Lindqvist", Role.AGENT, "en", "workshop"),
    Login("elena", "Елена Соколова", Role.MANAGER, "ru"),
    Login("irina", "Ирина Белова", Role.FINANCE, "ru"),
    Login("dmitry", "Дмитрий Громов", Role.ADMINISTRATOR, "ru"),
)
OTHER_LOGIN: Final = Login("olga", "Ольга Рогова", Role.ADMINISTRATOR, "ru")
ACTIVITY_ACTOR: Final = "elena"


@dataclass(frozen=True, slots=True)
class Company:
    """The rows of the first workspace; people by key, teams and numbers by "shop" and "workshop"."""

    workspace: Workspace
    agents: dict[str, Agent]
    teams: dict[str, Team]
    numbers: dict[str, PhoneNumber]

    @property
    def accounts(self) -> list[BusinessAccount]:
        return [number.account for number in self.numbers.values()]


def found() -> Workspace | None:
    """The demo's workspace, if it was made before."""
    agent = Agent.objects.filter(email=LOGINS[0].email).select_related("workspace").first()
    return agent.workspace if agent else None


def make() -> Company:
    """Both companies. The second one has a person and nothing else: it shows that nothing leaks."""
    workspace = Workspace.objects.create(name=NAME, time_zone=ZONE, language="ru")
    teams = {
        "shop": Team.objects.create(workspace=workspace, name="Магазин"),
        "workshop": Team.objects.create(workspace=workspace, name="Мастерская"),
    }
    agents = {login.key: _agent(workspace, login) for login in LOGINS}
    numbers = _numbers(workspace, teams)
    for login in LOGINS:
        if login.team:
            teams[login.team].members.add(agents[login.key])
            Seat.objects.create(agent=agents[login.key], number=numbers[login.team])
    # Sofia also helps in the shop's English chats, but only those that its team has taken.
    Seat.objects.create(agent=agents["sofia"], number=numbers["shop"], team=teams["shop"])
    other = Workspace.objects.create(name=OTHER_NAME, time_zone=ZONE, language="ru")
    _agent(other, OTHER_LOGIN)
    return Company(workspace, agents, teams, numbers)


def _agent(workspace: Workspace, login: Login) -> Agent:
    return Agent.objects.create_user(
        login.email,
        PASSWORD,
        workspace=workspace,
        name=login.name,
        role=login.role,
        language=login.language,
        time_zone=ZONE,
    )


def _numbers(workspace: Workspace, teams: dict[str, Team]) -> dict[str, PhoneNumber]:
    app = MetaApp.objects.create(
        workspace=workspace, app_id=APP_ID, secret=APP_SECRET, verify_token=VERIFY_TOKEN
    )
    shop = BusinessAccount.objects.create(
        workspace=workspace,
        app=app,
        waba_id=SHOP_WABA,
        name="Северная нить: магазин",
        currency="RUB",
        time_zone=ZONE,
        pricing_plan=PricingPlan.CONVERSATION_2022,
        token=SHOP_TOKEN,
    )
    workshop = BusinessAccount.objects.create(
        workspace=workspace,
        app=app,
        waba_id=WORKSHOP_WABA,
        name="Северная нить: мастерская",
        currency="USD",
        time_zone=ZONE,
        pricing_plan=PricingPlan.CURRENT,
        token=WORKSHOP_TOKEN,
    )
    return {
        "shop": PhoneNumber.objects.create(
            workspace=workspace,
            account=shop,
            phone_number_id=SHOP_NUMBER,
            display_phone_number="+7 812 000-01-45",
            digits=SHOP_PHONE,
            verified_name="Северная нить",
            label="Магазин",
            team=teams["shop"],
            quality_rating="GREEN",
            messaging_limit="TIER_10K",
        ),
        "workshop": PhoneNumber.objects.create(
            workspace=workspace,
            account=workshop,
            phone_number_id=WORKSHOP_NUMBER,
            display_phone_number="+7 812 000-01-72",
            digits=WORKSHOP_PHONE,
            verified_name="Северная нить. Мастерская",
            label="Мастерская",
            team=teams["workshop"],
            quality_rating="YELLOW",
            messaging_limit="TIER_2K",
        ),
    }
