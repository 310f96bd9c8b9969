"""Every file for a spreadsheet: found by walking all pages, with formulas in every word that people write."""

from __future__ import annotations

import csv
import io
import re
import time
import zipfile
from typing import Any

import pytest
from django.test import Client

from accounts.models import Agent, Role
from conversations import exporting, jobs, tables, tasks
from conversations.models import BulkRow, Job
from tests import world
from tests.doors import CLOSED
from tests.security import hostile
from tests.security.test_pages import poisoned
from tests.things import things_of

SIGNS = "=+-@\uff1d\uff0b\uff0d\uff20"
UNSEEN = re.compile(r"^[\s\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\x00]+")
NUMBER = re.compile(r"-?\d+([.,]\d+)?")
KNOWN = {
    "billing:ledger_csv", "billing:invoice_csv", "billing:invoice_xlsx", "coaching:file", "reports:rows",
    "conversations:bulk_result",
}  # fmt: skip


def calculates(cell: str) -> bool:
    """Whether a spreadsheet would take it for a formula. Not by the product's own rule."""
    if NUMBER.fullmatch(cell):
        return False
    return cell[:1] in ("\t", "\r", "\n") or UNSEEN.sub("", cell)[:1] in tuple(SIGNS)


@pytest.mark.parametrize("formula", hostile.FORMULAS)
def test_no_cell_is_a_formula_however_the_file_is_cut(formula: str) -> None:
    cell = tables.safe(formula)
    assert hostile.MARK in cell or cell.startswith("'")
    for separator in (None, ";", "\t"):  # Excel's, where the comma is a decimal point
        parts = [cell] if separator is None else cell.split(separator)
        assert not any(calculates(part) for part in parts if hostile.MARK in part), repr(cell)


@pytest.mark.parametrize(
    "words", ["a - b", "- milk\n- bread", "5-7 pm; maybe", "a; b", "e-mail: a@b.c"]
)
def test_words_stay_words(words: str) -> None:
    assert tables.safe(words).removeprefix("'") == words


@pytest.mark.parametrize("gap", ["\t", "; ", "\n", " \t", ";"])
def test_no_message_keeps_an_export_busy(gap: str) -> None:
    """Read in time that grows with its length: these would have taken minutes."""
    began = time.process_time()
    assert tables.safe("a" + gap * 100_000 + "=1").endswith("'=1")
    assert time.process_time() - began < 10  # seconds of the processor; it takes some hundredths


def cells_of(name: str, content: bytes) -> list[str]:
    """The words of the file; of a workbook also what it would calculate, as such."""
    if content[:2] != b"PK":
        return [
            cell for row in csv.reader(io.StringIO(content.decode("utf-8-sig"))) for cell in row
        ]
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        sheets = [packed.read(part).decode() for part in packed.namelist() if part.endswith(".xml")]
    return [
        "=a formula" for sheet in sheets if re.search(r"<f[ >]|<hyperlink|<oleLink|<ddeLink", sheet)
    ]


def test_no_file_of_ours_calculates(
    client: Client, ada: Agent, meta: Any, record_property: Any
) -> None:
    things = things_of(ada.workspace, ada)
    job = Job.objects.get(key=things["conversations:job"])
    BulkRow.objects.create(job=job, conversation_id=things["conversations:pk"], words="x")
    job.request = {"rights": jobs.rights_of(ada)}
    job.save(update_fields=["request"])
    agent = world.make_agent(ada.workspace, "Visitor", Role.ADMINISTRATOR)
    poisoned("=zq7+1")
    client.force_login(ada)
    files: dict[str, bytes] = {}
    for url in (url for url in CLOSED if url.group != "self"):
        answer = client.get(url.path(things))
        if answer.status_code == 200 and re.search("csv|sheet", answer["Content-Type"]):
            files[url.label] = b"".join(answer) if answer.streaming else answer.content
            assert answer["Content-Disposition"].startswith("attachment"), url.label
    for subject in exporting.SUBJECTS:
        for kind in tables.KINDS:
            query = "tab=all&status=any"
            made = exporting.ask(agent=agent, subject=subject, kind=kind, query=query, address=None)
            tasks.run_job(made.pk)
            made.refresh_from_db()
            files[f"{subject} as {kind}"] = made.file.open("rb").read()
    assert files.keys() >= KNOWN, KNOWN - files.keys()
    wrong = {
        name: found
        for name, content in files.items()
        if (found := [cell for cell in cells_of(name, content) if calculates(cell)])
    }
    assert not wrong
    count = len(hostile.FORMULAS)
    record_property(
        "counted", f"formulas: {count} spellings; {len(files)} kinds of files, none calculates"
    )
