"""For the tests of sending: a number that Meta, played by the simulator, knows."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import PhoneNumber, Workspace
from conversations.models import Conversation
from simulator import defaults
from tests import world


@pytest.fixture
def shop(meta: Any, workspace: Workspace) -> PhoneNumber:
    """The simulator's own number, with the token that it takes. Its meters never refuse."""
    account = world.make_account(workspace, waba_id=defaults.WABA_ID, token=defaults.TOKEN)
    account.app.secret = defaults.APP_SECRET
    account.app.save(update_fields=["secret"])
    return world.make_number(account, phone_number_id=defaults.NUMBER_ID)


@pytest.fixture
def thread(shop: PhoneNumber) -> Conversation:
    """An open conversation with somebody whom the simulator knows as well."""
    return world.make_conversation(shop, contact=world.make_contact(shop.workspace, phone=PHONE))


PHONE = "4915112345678"
