"""Why a draft did not move. Raised by the desk's verbs, put into words by its views; nothing has been written."""

from __future__ import annotations

from collections.abc import Sequence

from templates_app import rules
from templates_app.models import Draft


class Moved(Exception):
    """Somebody else saved or decided since this page was read. `draft` is as it stands now."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(f"draft {draft.pk} is at version {draft.version}, {draft.state}")
        self.draft = draft


class NotReady(Exception):
    """Meta would refuse it."""

    def __init__(self, problems: Sequence[rules.Problem]) -> None:
        super().__init__("the draft has problems")
        self.problems = problems


class NotYours(Exception):
    """Nobody decides on what they wrote or handed in themselves."""


class NotApproved(Exception):
    """A colleague has to look at it first."""
