"""The contract for sending: all that is wrong at once, both sides of each limit, and what passes, Meta takes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import BusinessAccount
from simulator import templates as meta
from simulator.models import Template as MetaTemplate
from templates_app import contract, using
from templates_app.contract import Problem, Ready, Trouble, Unfit
from templates_app.models import Template

BODY = {"type": "BODY", "text": "Hello {{1}}, it is ready: {{2}} for you."}
VALUES = {"body.1": "Maria", "body.2": "7"}


@dataclass
class Row:
    """A template without a database."""

    components: Any = field(default_factory=lambda: [BODY])
    name: str = "order_ready"
    language: str = "en"
    category: str = "UTILITY"
    status: str = "APPROVED"
    parameter_format: str = "POSITIONAL"


def troubles(row: Row, values: dict[str, str], **files: str) -> list[tuple[Trouble, str]]:
    found = contract.weigh(row, values, files={k.replace("_", "."): v for k, v in files.items()})
    return [(p.trouble, p.key) for p in found.problems] if isinstance(found, Unfit) else []


def buttons(*given: dict[str, Any]) -> Row:
    return Row([{"type": "BODY", "text": "Look."}, {"type": "BUTTONS", "buttons": list(given)}])


def test_what_fits_is_ready_to_be_told_to_meta():
    ready = contract.weigh(Row(), VALUES)
    assert isinstance(ready, Ready)
    assert ready.preview.body == "Hello Maria, it is ready: 7 for you."
    assert ready.content["components"][0]["parameters"][1] == {"type": "text", "text": "7"}


def test_all_that_is_wrong_is_told_at_once():
    row = replace(Row(), status="PAUSED")
    assert troubles(row, {"body.1": "a\nb", "body.9": "x"}) == [
        (Trouble.STATE, ""), (Trouble.MISSING, "body.2"), (Trouble.BROKEN, "body.1"), (Trouble.SURPLUS, "body.9"),
    ]  # fmt: skip


URL = {"type": "URL", "text": "Go", "url": "https://x.example/{{1}}", "example": ["a"]}
CODE = {"type": "COPY_CODE", "example": "ABC"}
PICTURE = Row([{"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": "Look."}])
SPOT = Row([{"type": "HEADER", "format": "LOCATION"}, {"type": "BODY", "text": "Here."}])
TITLED = Row(
    [{"type": "HEADER", "format": "TEXT", "text": "For {{1}}"}, {"type": "BODY", "text": "Hi."}]
)
FOOTED = Row([{"type": "BODY", "text": "Hi {{1}}."}, {"type": "FOOTER", "text": "Bye"}])
SECRET = Row(
    [{"type": "BODY", "text": "{{1}} is your code."}, {"type": "BUTTONS", "buttons": [{"type": "OTP"}]}],
    category="AUTHENTICATION",
)  # fmt: skip


@pytest.mark.parametrize(
    ("row", "values", "found"),
    [
        (Row(), VALUES | {"body.1": "a    b"}, []),
        (Row(), VALUES | {"body.1": "a     b"}, [(Trouble.BROKEN, "body.1")]),
        (Row(), VALUES | {"body.1": "a\tb"}, [(Trouble.BROKEN, "body.1")]),
        (Row(), VALUES | {"body.3": " "}, []),
        (Row(), VALUES | {"body.3": "x"}, [(Trouble.SURPLUS, "body.3")]),
        (Row(), {"body.1": "Maria", "body.2": " "}, [(Trouble.MISSING, "body.2")]),
        (buttons(URL), {"button.0": "orders?n=7"}, []),
        (buttons(URL), {"button.0": "my order"}, [(Trouble.LINK, "button.0")]),
        (buttons(URL), {"button.0": "x" * 1982}, []),
        (buttons(URL), {"button.0": "x" * 1983}, [(Trouble.LONG, "button.0")]),
        (buttons(CODE), {"button.0": "x" * 15}, []),
        (buttons(CODE), {"button.0": "x" * 16}, [(Trouble.LONG, "button.0")]),
        (SECRET, {"body.1": "1" * 15}, []),
        (SECRET, {"body.1": "1" * 16}, [(Trouble.LONG, "body.1")]),
        (TITLED, {"header.1": "x" * 56}, []),
        (TITLED, {"header.1": "x" * 57}, [(Trouble.LONG, "header")]),
        (FOOTED, {"body.1": "x" * 1020}, []),
        (FOOTED, {"body.1": "x" * 1021}, [(Trouble.LONG, "body")]),
        (SPOT, {"header.latitude": "59.9", "header.longitude": "-180"}, []),
        (SPOT, {"header.latitude": "90.1", "header.longitude": "x"},
         [(Trouble.PLACE, "header.latitude"), (Trouble.PLACE, "header.longitude")]),
        (Row([{"type": "BODY", "text": "x"}, {"type": "MYSTERY"}]), {}, [(Trouble.PARTS, "")]),
    ],
)  # fmt: skip
def test_each_rule_on_both_sides(row, values, found):
    assert troubles(row, values) == found


def test_a_file_must_be_there_and_of_its_kind():
    assert troubles(PICTURE, {}) == [(Trouble.FILE_MISSING, "header.file")]
    assert troubles(PICTURE, {}, header_file="video") == [(Trouble.FILE_KIND, "header.file")]
    assert troubles(PICTURE, {}, header_file="image") == []


@pytest.mark.parametrize("status", ["PENDING", "REJECTED", "PAUSED", "DISABLED", "ARCHIVED", "NEW"])
def test_only_an_approved_one_goes(status):
    assert contract.standing(replace(Row(), status=status)) == (
        Problem(Trouble.STATE, detail=status),
    )


@pytest.mark.parametrize(
    ("there", "wanted", "default", "chosen"),
    [
        ("en ru", "ru", "", "ru"),
        ("en ru", "ru-RU", "", "ru"),
        ("pt_BR pt_PT", "pt", "", "pt_BR"),
        ("en_GB en", "en_US", "", "en"),
        ("en_GB ru", "de", "en", "en_GB"),
        ("ru", "de", "", None),
        ("", "ru", "ru", None),
    ],
)
def test_which_language_stands_for_another(there, wanted, default, chosen):
    rows = [replace(Row(), language=one) for one in there.split()]
    found = contract.choose(rows, language=wanted, default=default)
    assert (found and found.language) == chosen


def test_a_language_that_meta_sends_comes_before_a_better_one_that_it_does_not():
    rows = [replace(Row(), language="ru", status="PAUSED"), replace(Row(), language="en")]
    found = contract.choose(rows, language="ru", default="en")
    assert found is not None
    assert found.language == "en"
    only = contract.choose(rows[:1], language="ru")
    assert only is not None
    assert only.status == "PAUSED"


texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40)


@given(values=st.dictionaries(st.sampled_from(["body.1", "body.2", "button.0", "x.1"]), texts))
def test_what_the_contract_passes_meta_takes(values):
    row = Row([BODY, {"type": "BUTTONS", "buttons": [URL, {"type": "QUICK_REPLY", "text": "OK"}]}])
    ready = contract.weigh(row, values)
    if isinstance(ready, Unfit):
        assert ready.problems
        return
    theirs = MetaTemplate(
        id="1",
        waba_id="1",
        name=row.name,
        language="en",
        category="UTILITY",
        components=row.components,
    )
    meta.check_send(theirs, {"components": list(ready.filled)})


@pytest.mark.django_db
def test_what_asks_by_itself_speaks_the_language_of_whom_it_asks(account: BusinessAccount):
    rows = {
        language: Template.objects.create(
            account=account, name="how_was_it", language=language, status=status
        )
        for language, status in (("en", "APPROVED"), ("pt_PT", "APPROVED"), ("ru", "PAUSED"))
    }
    for wanted, found in (("pt_BR", "pt_PT"), ("en_GB", "en"), ("ru", "en"), ("", "en")):
        assert using.in_language(rows["en"], wanted) == rows[found]
