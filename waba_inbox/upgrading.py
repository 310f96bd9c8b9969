"""Which schema changes the running version survives: judged before they are applied (`manage.py upgrade_plan`).

During an upgrade processes of the old version still read and write. They name every column they know in each INSERT and
SELECT, and none that they do not know. So what they know must stay, and what is new must not be asked of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres import operations as postgres
from django.db import migrations, models
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models.fields import NOT_PROVIDED

SAFE_SQL = "safe while running"  # a comment with these words in RunSQL or RunPython: its author has thought about it
SAID = re.compile(
    r"^[\s-]*(stops|locks): (.+)$", re.MULTILINE
)  # or lines that say what it does instead

HARMLESS = (
    migrations.CreateModel, migrations.AlterModelOptions, migrations.AlterModelManagers, migrations.RemoveIndex,
    migrations.RenameIndex, postgres.AddIndexConcurrently,
    postgres.RemoveIndexConcurrently, postgres.CreateExtension,
)  # fmt: skip
GONE = (
    "the old version still reads it: remove it in the release after the one that stopped using it"
)
RENAMED = (
    "the old version knows the old name: add the new one beside it, and remove the old one later"
)
RELIED_ON = "the old version may write by it (ON CONFLICT): remove it in the release after"
CONSTRAINED = "what the old version writes may break it: enforce it in the code one release earlier"
REWRITTEN = "writes the table anew"
BUILT = "writes to the table wait until the index is built: AddIndexConcurrently on large tables"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`why` is empty where the old version runs on undisturbed. `slow`: what it locks, and for how long."""

    migration: str
    operation: str
    why: str = ""
    slow: str = ""


def pending(connection: Any) -> list[Verdict]:
    """Of every operation that has not been applied to this database."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    applied = set(executor.loader.applied_migrations)
    state = executor.loader.project_state(list(applied)) if applied else ProjectState()
    found: list[Verdict] = []
    for migration, _backwards in plan:
        name = f"{migration.app_label}.{migration.name}"
        found += judge(migration.operations, state, app=migration.app_label, migration=name)
        state = migration.mutate_state(state, preserve=True)
    return found


def judge(
    operations: Sequence[Operation], state: ProjectState, *, app: str, migration: str
) -> Iterator[Verdict]:
    """`state`: the models before this migration. Tables made in the same migration are nobody's yet."""
    new: set[str] = set()
    for operation in operations:
        if isinstance(operation, migrations.CreateModel):
            new.add(operation.name_lower)
        is_new = getattr(operation, "model_name_lower", None) in new
        why, slow = ("", "") if is_new else _judge(operation, state, app)
        yield Verdict(migration, operation.describe(), why, slow)


def _judge(operation: Operation, state: ProjectState, app: str) -> tuple[str, str]:
    if isinstance(operation, HARMLESS):
        return "", ""
    match operation:
        case migrations.DeleteModel() | migrations.RemoveField():
            return GONE, ""
        case migrations.RenameModel() | migrations.RenameField() | migrations.AlterModelTable():
            return RENAMED, ""
        case migrations.AddField():
            return _added(operation.field), _filled(operation.field)
        case migrations.AlterField():
            return _altered(operation, state, app)
        case migrations.RemoveConstraint():
            return _released(operation, state, app), ""
        case migrations.AddConstraint():
            return CONSTRAINED, "checks every row while writes wait"
        case migrations.SeparateDatabaseAndState():
            inner = [_judge(one, state, app) for one in operation.database_operations]
            return next((one for one in inner if one[0]), next(iter(inner), ("", "")))
        case migrations.AddIndex():
            return "", BUILT
        case migrations.RunSQL() | migrations.RunPython():
            return _by_hand(operation)
    return "this kind of change is not known to be safe", ""


def _added(field: models.Field[Any, Any]) -> str:
    """An INSERT of the old version does not name the column: PostgreSQL must know what to put there."""
    if isinstance(field, models.ManyToManyField):
        return ""
    has_default = field.db_default is not NOT_PROVIDED or getattr(field, "generated", False)
    if has_default and field.unique:
        return (
            "the old version inserts the same default twice: null=True, or unique one release later"
        )
    if field.null or has_default:
        return ""
    return "the old version inserts rows without it: give it null=True or db_default"


def _filled(field: models.Field[Any, Any]) -> str:
    """A constant is noted once; what differs by row is written into each."""
    default = field.db_default
    is_constant = default is NOT_PROVIDED or isinstance(default, models.Value)
    is_constant = is_constant or not hasattr(default, "resolve_expression")
    return "" if is_constant and not getattr(field, "generated", False) else REWRITTEN


def _released(operation: migrations.RemoveConstraint, state: ProjectState, app: str) -> str:
    """A check that goes hinders nobody. What was unique is what INSERT … ON CONFLICT names."""
    model = state.models.get((app, operation.model_name_lower))
    constraints = model.options.get("constraints", ()) if model else ()
    known = next((one for one in constraints if one.name == operation.name), None)
    return "" if isinstance(known, models.CheckConstraint) else RELIED_ON


def _altered(operation: migrations.AlterField, state: ProjectState, app: str) -> tuple[str, str]:
    model = state.models.get((app, operation.model_name_lower))
    old = model.fields.get(operation.name) if model else None
    fresh = operation.field
    if old is None:
        return "the field as it was is not known", ""
    if old.null and not fresh.null:
        return (
            "the old version may still write NULL: fill it and stop writing it one release earlier",
            "reads every row",
        )
    if type(old) is not type(fresh):
        return (
            f"{type(old).__name__} becomes {type(fresh).__name__}: add a new column instead",
            REWRITTEN,
        )
    if old.unique and not fresh.unique:
        return RELIED_ON, ""
    if old.db_default is not NOT_PROVIDED and fresh.db_default is NOT_PROVIDED:
        return "the old version leaves the value to PostgreSQL: drop it in the release after", ""
    if fresh.unique and not old.unique:
        return "the old version may write the same value twice", "reads every row"
    shorter = fresh.max_length and (not old.max_length or fresh.max_length < old.max_length)
    if shorter:
        return "the old version may write longer values", "reads every row"
    return "", ""


def _by_hand(operation: Operation) -> tuple[str, str]:
    said = str(getattr(operation, "sql", "")) + str(
        getattr(getattr(operation, "code", None), "__doc__", "") or ""
    )
    if SAFE_SQL in said or operation.elidable:
        return "", ""
    told = dict(SAID.findall(said))
    why = told.get("stops", "written by hand: read it, and see what it locks")
    return why, told.get("locks", "not known")
