"""What the running version survives is judged rightly: the rules, and PostgreSQL's own word for the main one."""

from __future__ import annotations

import io
from importlib import import_module
from typing import Any

import pytest
from django.contrib.postgres.operations import AddIndexConcurrently
from django.core.management import call_command
from django.db import IntegrityError, connection, migrations, models, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ModelState, ProjectState

from accounts.models import Workspace
from tests import world
from waba_inbox.upgrading import judge


def before() -> ProjectState:
    state = ProjectState()
    fields: list[tuple[str, models.Field[Any, Any]]] = [
        ("id", models.BigAutoField(primary_key=True)),
        ("name", models.CharField(max_length=20)),
        ("note", models.TextField(null=True)),
        ("code", models.CharField(max_length=20, unique=True)),
        ("kind", models.CharField(max_length=20, db_default="plain")),
    ]
    rules = [
        models.UniqueConstraint(fields=["name"], name="one_name"),
        models.CheckConstraint(condition=models.Q(name__gt=""), name="has_name"),
    ]
    state.add_model(ModelState("shop", "Box", fields, options={"constraints": rules}))
    return state


def verdict(*operations: Any) -> list[bool]:
    """Of each: whether the old version must be stopped."""
    found = judge(list(operations), before(), app="shop", migration="shop.0002")
    return [bool(one.why) for one in found]


BOX = "box"


@pytest.mark.parametrize(
    "operation",
    [
        migrations.AddField(BOX, "size", models.IntegerField(null=True)),
        migrations.AddField(BOX, "size", models.IntegerField(db_default=0)),
        migrations.AddField(BOX, "tags", models.ManyToManyField("shop.Box")),
        migrations.AlterField(BOX, "name", models.CharField(max_length=40)),
        migrations.AlterField(BOX, "name", models.CharField(max_length=20, null=True)),
        migrations.AddIndex(BOX, models.Index(fields=["name"], name="box_name")),
        AddIndexConcurrently(BOX, models.Index(fields=["name"], name="box_name")),
        migrations.RemoveIndex(BOX, "box_name"),
        migrations.RemoveConstraint(BOX, "has_name"),
        migrations.RunSQL("-- safe while running\nSELECT 1"),
        migrations.CreateModel("Lid", [("id", models.BigAutoField(primary_key=True))]),
    ],
)
def test_what_only_adds_lets_the_old_version_run(operation: Any):
    assert verdict(operation) == [False]


@pytest.mark.parametrize(
    "operation",
    [
        migrations.AddField(BOX, "size", models.IntegerField(default=0)),
        migrations.AddField(BOX, "size", models.IntegerField()),
        migrations.AddField(BOX, "size", models.IntegerField(db_default=0, unique=True)),
        migrations.AlterField(BOX, "code", models.CharField(max_length=20)),
        migrations.AlterField(BOX, "kind", models.CharField(max_length=20)),
        migrations.RemoveConstraint(BOX, "one_name"),
        migrations.RemoveField(BOX, "note"),
        migrations.RenameField(BOX, "note", "words"),
        migrations.RenameModel("Box", "Crate"),
        migrations.DeleteModel("Box"),
        migrations.AlterField(BOX, "note", models.TextField(default="")),
        migrations.AlterField(BOX, "name", models.CharField(max_length=10)),
        migrations.AlterField(BOX, "name", models.IntegerField()),
        migrations.AlterField(BOX, "name", models.CharField(max_length=20, unique=True)),
        migrations.RunSQL("UPDATE shop_box SET name = ''"),
        migrations.AddConstraint(
            BOX, models.UniqueConstraint(fields=["name"], name="one_box_of_a_name")
        ),
    ],
)
def test_what_takes_away_or_asks_for_more_stops_it(operation: Any):
    assert verdict(operation) == [True]


def test_what_is_written_by_hand_may_say_what_it_disturbs():
    words = "-- stops: it knows the old name\n-- locks: nothing\nSELECT 1"
    (found,) = judge([migrations.RunSQL(words)], before(), app="shop", migration="shop.0002")
    assert (found.why, found.slow) == ("it knows the old name", "nothing")


def test_a_table_of_the_same_migration_is_nobodys_yet():
    made = migrations.CreateModel("Lid", [("id", models.BigAutoField(primary_key=True))])
    more = migrations.AddField("lid", "size", models.IntegerField(default=0))
    assert verdict(made, more) == [False, False]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("field", "survives"),
    [
        (models.IntegerField(null=True), True),
        (models.IntegerField(db_default=7), True),
        (models.IntegerField(default=7), False),
    ],
)
def test_the_running_version_writes_on_a_newer_schema_where_that_is_promised(
    field: Any, survives: bool
):
    """This very process is the old version: it knows nothing of the column that the new one adds."""
    field.set_attributes_from_name("from_the_future")
    field.model = Workspace
    with connection.schema_editor() as editor:
        editor.add_field(Workspace, field)
    try:
        if survives:
            made = world.make_workspace(name="Old version")
            made.name = "Old version, still running"
            made.save(update_fields=["name"])
            assert Workspace.objects.get(pk=made.pk).name == "Old version, still running"
        else:
            with pytest.raises(IntegrityError), transaction.atomic():
                world.make_workspace(name="Old version")
    finally:
        with connection.schema_editor() as editor:
            editor.remove_field(Workspace, field)


def test_the_months_of_the_posts_want_the_old_version_stopped():
    found = judge(
        import_module("webhooks.migrations.0002_months").Migration.operations,
        ProjectState(),
        app="webhooks",
        migration="webhooks.0002_months",
    )
    (stopping,) = [one for one in found if "ON CONFLICT" in one.why]
    assert "two indexes" in stopping.slow


def only_adding() -> list[Any]:
    """One of each kind that is promised to disturb nobody, on a table that is written all the time."""
    known: list[Any] = [Workspace._meta.get_field(name) for name in ("name", "time_zone")]
    wider, empty = (field.clone() for field in known)
    wider.max_length += 50
    empty.null = True
    to_it = models.ForeignKey("accounts.Workspace", models.CASCADE)
    key = ("id", models.BigAutoField(primary_key=True))
    return [
        migrations.AddField("workspace", "later", models.IntegerField(null=True)),
        migrations.AddField(
            "workspace", "colour", models.CharField(db_default="green", max_length=9)
        ),
        migrations.AddIndex("workspace", models.Index(fields=["later"], name="later_a")),
        AddIndexConcurrently("workspace", models.Index(fields=["name"], name="later_b")),
        migrations.RenameIndex("workspace", "later_c", old_name="later_a"),
        migrations.RemoveIndex("workspace", "later_c"),
        migrations.AlterField("workspace", "name", wider),
        migrations.AlterField("workspace", "time_zone", empty),
        migrations.CreateModel("Later", [key, ("workspace", to_it)]),
        migrations.AddField("workspace", "laters", models.ManyToManyField("accounts.Later")),
        migrations.RunSQL("-- safe while running\nSELECT 1", migrations.RunSQL.noop),
    ]


@pytest.mark.django_db(transaction=True)
def test_this_process_goes_on_through_everything_that_is_judged_harmless():
    """It is the old version: its models know nothing of what PostgreSQL learns meanwhile."""
    state = MigrationLoader(connection).project_state()
    done: list[tuple[Any, ProjectState, ProjectState]] = []
    try:
        for operation in only_adding():
            (judged,) = judge([operation], state, app="accounts", migration="accounts.later")
            assert judged.why == "", judged
            after = state.clone()
            operation.state_forwards("accounts", after)
            with connection.schema_editor(atomic=operation.atomic is not False) as editor:
                operation.database_forwards("accounts", editor, state, after)
            done.append((operation, state, after))
            state = after
            made = world.make_workspace(name="Old version")
            made.name = f"Old version, after: {operation.describe()}"[:60]
            made.save()
            Workspace.objects.bulk_create([made], ignore_conflicts=True)
            assert Workspace.objects.get(pk=made.pk).name == made.name
    finally:
        for operation, earlier, later in reversed(done):
            with connection.schema_editor(atomic=operation.atomic is not False) as editor:
                operation.database_backwards("accounts", editor, later, earlier)
    assert len(done) == len(only_adding())


@pytest.mark.django_db
def test_nothing_to_apply_disturbs_nobody():
    said = io.StringIO()
    call_command("upgrade_plan", stdout=said)
    assert "0 changes" in said.getvalue()
