"""The commands a person needs: the supervisor, the data folder, health, the doctor, rotating secrets, translations."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client

from accounts.models import BusinessAccount, MetaApp
from accounts.secrets import is_current
from events.tasks import HEARTBEAT_KEY, heartbeat
from simulator import defaults
from tests import world
from waba_inbox import catalogues, health
from waba_inbox.doctor import site as doctor
from waba_inbox.doctor.finding import Finding, State
from waba_inbox.local import folder as folders
from waba_inbox.local import run, testing
from waba_inbox.local.processes import CannotStart, Program, Stopping, Supervisor

ROOT = Path(__file__).resolve().parent.parent
NOBODY_LISTENS = "redis://127.0.0.1:1/0"


# --- the supervisor --------------------------------------------------------------------------------


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def boss(said: list[str]) -> Any:
    kept = {
        number: signal.getsignal(number)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    }
    with Supervisor(say=said.append, patience=1.5) as supervisor:
        yield supervisor
    for number, handler in kept.items():
        signal.signal(number, handler)


def program(tmp_path: Path, name: str, *command: str, **over: Any) -> Program:
    return Program(
        name=name, command=command, env=dict(os.environ), log=tmp_path / f"{name}.log", **over
    )


def sleeper(tmp_path: Path, name: str = "sleeper", words: str = "") -> Program:
    code = f"import time; print('up', flush=True); {words or 'time.sleep(60)'}"
    return program(tmp_path, name, sys.executable, "-c", code)


def is_up(log: Path) -> bool:
    return log.exists() and "up" in log.read_text()


def test_a_program_that_dies_is_started_again(boss: Any, said: list[str], tmp_path: Path) -> None:
    boss.start(sleeper(tmp_path, "mayfly", "raise SystemExit(3)"))
    until = time.monotonic() + 10
    while (tmp_path / "mayfly.log").read_text().count("up") < 2 and time.monotonic() < until:
        boss.tend()
        time.sleep(0.05)
    assert (tmp_path / "mayfly.log").read_text().count("up") >= 2
    assert said[0].startswith("mayfly ended (exit code 3); starting it again in 0.5 s")


def test_a_program_that_dies_again_and_again_is_hopeless(
    boss: Any, said: list[str], tmp_path: Path
) -> None:
    boss.start(program(tmp_path, "broken", "false"))
    until = time.monotonic() + 10
    while boss.hopeless(after=2) is None and time.monotonic() < until:
        boss.tend()
        time.sleep(0.05)
    assert boss.hopeless(after=2).name == "broken"
    assert ["0.5 s" in said[0], "1 s" in said[1]] == [True, True]  # later each time


def test_stopping_leaves_no_child_of_a_child(boss: Any, tmp_path: Path) -> None:
    """Even of a program that shrugs off SIGTERM's effect on what it started."""
    child = "import subprocess, sys; p = subprocess.Popen(['sleep', '61']); print('up', p.pid, flush=True); p.wait()"
    boss.start(program(tmp_path, "parent", sys.executable, "-c", child))
    assert boss.wait_until(lambda: is_up(tmp_path / "parent.log"), seconds=10)
    pid = int((tmp_path / "parent.log").read_text().split()[1])
    started = time.monotonic()
    boss.stop()
    assert time.monotonic() - started < 10
    assert is_gone(pid)


def is_gone(pid: int) -> bool:
    """The kernel takes a moment."""
    until = time.monotonic() + 5
    while is_alive(pid) and time.monotonic() < until:
        time.sleep(0.02)
    return not is_alive(pid)


def is_alive(pid: int) -> bool:
    """A zombie waiting for its new parent is dead enough."""
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_deaf_program_is_ended_when_patience_is(boss: Any, tmp_path: Path) -> None:
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    boss.start(program(tmp_path, "deaf", sys.executable, "-c", deaf))
    assert boss.wait_until(lambda: is_up(tmp_path / "deaf.log"), seconds=10)
    started = time.monotonic()
    boss.stop()
    assert 1 < time.monotonic() - started < 4


def test_the_signal_of_the_terminal_ends_every_wait(boss: Any) -> None:
    os.kill(os.getpid(), signal.SIGINT)
    with pytest.raises(Stopping):
        boss.pause(30)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of a killed parent")
def test_children_die_with_a_supervisor_that_was_killed(tmp_path: Path) -> None:
    code = f"""
import os, sys, time
from pathlib import Path
from waba_inbox.local.processes import Program, Supervisor
boss = Supervisor().__enter__()
boss.start(Program(name="child", command=("sleep", "62"), env=dict(os.environ), log=Path({str(tmp_path / "c.log")!r})))
print(boss._running[0].process.pid, flush=True)
time.sleep(60)
"""
    parent = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=ROOT, text=True
    )
    assert parent.stdout
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    assert is_gone(child)


# --- the data folder and the start -------------------------------------------------------------------


def test_secrets_are_made_once_and_only_we_can_read_them(tmp_path: Path) -> None:
    first = folders.own_secrets(tmp_path)
    assert folders.own_secrets(tmp_path) == first
    assert Fernet(first["SECRETS_KEYS"].encode())
    assert (tmp_path / "secrets.json").stat().st_mode & 0o077 == 0


def test_broken_secrets_are_not_replaced_by_new_ones(tmp_path: Path) -> None:
    (tmp_path / "secrets.json").write_text("{")
    with pytest.raises(CannotStart, match=r"secrets\.json is broken"):
        folders.own_secrets(tmp_path)


def test_two_copies_do_not_share_a_data_folder(tmp_path: Path) -> None:
    with (
        folders.held(tmp_path, what="bin/run"),
        pytest.raises(CannotStart, match="Another bin/run"),
    ):
        folders.held(tmp_path, what="bin/run").__enter__()


def test_a_data_folder_that_is_a_file_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotStart, match="cannot be used"):
        folders.data_folder(str(tmp_path / "file"))


def test_a_port_in_use_names_the_way_out(tmp_path: Path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CannotStart, match=f"Port {port} cannot be used.*PORT="):
            run.site_from({"PORT": str(port), "DATA_DIR": str(tmp_path)})


@pytest.mark.parametrize("port", ["abc", "0", "70000", "-1"])
def test_a_wrong_port_is_refused_by_name(port: str) -> None:
    with pytest.raises(CannotStart, match="PORT must be a port"):
        run.port_of({"PORT": port}, "PORT", 8000)


def test_real_servers_and_a_real_graph_api_win_over_the_embedded_ones(tmp_path: Path) -> None:
    given = {"PORT": "18977", "DATA_DIR": str(tmp_path), "GRAPH_URL": "https://graph.facebook.com"}
    site = run.site_from({**given, "DATABASE_URL": "postgresql://db/x", "SECRET_KEY": "mine"})
    assert site.simulator_port is None
    assert site.env["GRAPH_URL"] == "https://graph.facebook.com"
    assert site.env["DATABASE_URL"] == "postgresql://db/x"
    assert site.env["SECRET_KEY"] == "mine"


def test_dotenv_reads_names_and_values_and_leaves_comments(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text('# words\nPORT=8100\n\nNAME = "two words"\nbroken\n')
    assert folders.dotenv(file) == {"PORT": "8100", "NAME": "two words"}


def test_no_journeys_without_a_browser_unless_markers_are_asked_for() -> None:
    assert testing.pytest_words([], has_browser=False)[-2:] == ["-m", "not journey"]
    assert "not journey" not in testing.pytest_words([], has_browser=True)
    assert "not journey" not in testing.pytest_words(["-m", "journey"], has_browser=False)


def test_a_single_file_is_tested_in_one_process() -> None:
    assert "-n" in testing.pytest_words(["whatsapp"], has_browser=True)
    assert "-n" not in testing.pytest_words(["tests/test_live.py"], has_browser=True)


def test_what_failed_is_known_from_the_notes_of_the_run(tmp_path: Path) -> None:
    (tmp_path / "test_two.py").write_text("def test_good(): pass\ndef test_bad(): assert False\n")
    notes = tmp_path / "notes"
    assert testing.failed(notes) == []
    words = ["-o", f"cache_dir={notes}", "-p", "no:django"]
    command = [sys.executable, "-m", "pytest", "-c", os.devnull, *words, "--rootdir", str(tmp_path)]
    done = subprocess.run([*command, "test_two.py"], cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == testing.TESTS_FAILED
    assert testing.failed(notes) == ["test_two.py::test_bad"]


def test_a_python_that_is_too_old_is_said_in_one_sentence(tmp_path: Path) -> None:
    for name in ("python3", "python3.11", "python3.12", "python3.13", "python3.14"):
        (tmp_path / name).write_text("#!/bin/sh\nexit 1\n")
        (tmp_path / name).chmod(0o755)
    env = {"PATH": f"{tmp_path}:/usr/bin:/bin", "HOME": str(tmp_path)}
    done = subprocess.run(
        ["bash", "bin/run"], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("Python 3.11 or newer is needed")
    assert len(done.stderr.strip().splitlines()) == 1


# --- health ------------------------------------------------------------------------------------------


def test_alive_needs_no_sign_in_and_no_server(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


@pytest.fixture
def redis_answers(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """/readyz asks the Redis of REDIS_URL; bin/test gives one, a bare pytest may have none."""
    if health.redis_server() != health.OK:
        pytest.skip("no Redis at REDIS_URL")


def test_ready_when_everything_answers(client: Client, db: None, redis_answers: None) -> None:
    heartbeat()
    answer = client.get("/readyz")
    assert answer.json() == {
        "status": "ok",
        "checks": {"database": "ok", "redis": "ok", "migrations": "ok", "worker": "ok"},
    }


def test_not_ready_without_a_worker(client: Client, db: None, redis_answers: None) -> None:
    cache.delete(HEARTBEAT_KEY)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["worker"] == "no worker has said that it lives"
    cache.set(HEARTBEAT_KEY, time.time() - 60)
    assert client.get("/readyz").json()["checks"]["worker"] == "silent for 60 seconds"


def test_not_ready_without_redis_and_it_says_so_fast(
    client: Client, db: None, settings: Any
) -> None:
    settings.REDIS_URL = NOBODY_LISTENS
    started = time.monotonic()
    answer = client.get("/readyz")
    assert time.monotonic() - started < 3
    assert answer.status_code == 503
    assert answer.json()["checks"]["redis"].startswith("does not answer")
    assert answer.json()["checks"]["worker"] == "not known"


@pytest.mark.django_db
def test_metrics_are_for_this_machine_or_with_the_token(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.get("/healthz")
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert (
        b'django_http_requests_total_by_view_transport_method_total{method="GET"' in answer.content
    )
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.9").status_code == 403
    assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 403
    far: dict[str, Any] = {"REMOTE_ADDR": "203.0.113.9"}
    assert client.get("/metrics", headers={"Authorization": "Bearer "}, **far).status_code == 403
    monkeypatch.setenv("METRICS_TOKEN", "open-sesame")
    assert (
        client.get("/metrics", headers={"Authorization": "Bearer open"}, **far).status_code == 403
    )
    assert (
        client.get("/metrics", headers={"Authorization": "Bearer open-sesame"}, **far).status_code
        == 200
    )


# --- the doctor ----------------------------------------------------------------------------------------


@pytest.fixture
def known_account(workspace: Any) -> BusinessAccount:
    """The account and number that every simulator starts with."""
    app = MetaApp.objects.create(
        workspace=workspace,
        app_id=defaults.APP_ID,
        secret=defaults.APP_SECRET,
        verify_token=defaults.VERIFY_TOKEN,
    )
    account = world.make_account(workspace, app=app, waba_id=defaults.WABA_ID, token=defaults.TOKEN)
    world.make_number(account, phone_number_id=defaults.NUMBER_ID)
    return account


def about(found: list[Finding], words: str) -> list[Finding]:
    return [finding for finding in found if words in finding.about]


def test_the_doctor_finds_a_well_connected_account_well(
    meta: Any, known_account: BusinessAccount
) -> None:
    found = list(doctor.findings())
    states = [finding.state for finding in about(found, defaults.WABA_ID)]
    assert states == [
        State.OK,
        State.OK,
        State.LOOK,
    ]  # token, subscription; no webhook has come yet
    assert [finding.state for finding in about(found, "number")] == [State.OK]
    assert [finding.state for finding in about(found, "clock")] == [State.OK, State.OK]


def test_the_doctor_says_what_meta_says_of_a_bad_token(
    meta: Any, known_account: BusinessAccount
) -> None:
    known_account.token = "expired"
    known_account.save(update_fields=["token"])
    found = list(doctor.findings())
    assert about(found, defaults.WABA_ID)[0].state == State.RED
    assert about(found, "number")[0].state == State.RED


def test_a_secret_that_no_key_reads_stops_neither_the_doctor_nor_other_accounts(
    meta: Any, known_account: BusinessAccount, workspace: Any, settings: Any
) -> None:
    good = list(settings.SECRETS_KEYS)
    settings.SECRETS_KEYS = [Fernet.generate_key().decode()]
    world.make_account(
        workspace, app=MetaApp.objects.create(app_id="1", secret="s", verify_token="v")
    )
    settings.SECRETS_KEYS = good
    found = list(doctor.findings())
    assert about(found, "secrets")[0].said == "3 of 6 cannot be read"
    assert about(found, defaults.WABA_ID)[0].state == State.OK


def test_the_doctor_goes_on_without_redis_and_graph_and_ends_with_one(
    db: None, settings: Any, known_account: BusinessAccount
) -> None:
    settings.REDIS_URL = NOBODY_LISTENS
    settings.GRAPH_URL = settings.PUBLIC_URL = "http://127.0.0.1:1"
    out = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("doctor", stdout=out)
    assert ended.value.code == 1
    shown = out.getvalue()
    for words in ("Look at REDIS_URL", "firewall", "3 can be read", "are red."):
        assert words in shown


# --- rotating secrets ----------------------------------------------------------------------------------


def stored(account: BusinessAccount) -> str:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT token FROM accounts_businessaccount WHERE id = %s", [account.pk])
        row = cursor.fetchone()
    assert row
    return str(row[0])


def test_rotating_writes_every_secret_with_the_first_key(
    account: BusinessAccount, settings: Any
) -> None:
    old = list(settings.SECRETS_KEYS)
    settings.SECRETS_KEYS = [Fernet.generate_key().decode(), *old]
    assert not is_current(stored(account))
    call_command("rotate_secrets", stdout=io.StringIO())
    assert is_current(stored(account))
    settings.SECRETS_KEYS = settings.SECRETS_KEYS[:1]  # the old key can go
    fresh = BusinessAccount.objects.select_related("app").get(pk=account.pk)
    assert (fresh.token, fresh.app.secret) == (world.TOKEN, world.APP_SECRET)


def test_rotating_keeps_what_it_cannot_read_and_says_so(
    account: BusinessAccount, settings: Any
) -> None:
    before = stored(account)
    settings.SECRETS_KEYS = [Fernet.generate_key().decode()]
    out = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("rotate_secrets", stdout=out)
    assert stored(account) == before
    assert "3 cannot be read" in out.getvalue()


# --- translations and migrations -------------------------------------------------------------------------

TEMPLATE = """{% if n == "X" %}<p>{% translate "Hello" %} it's {{ _("inner") }}
   {% blocktranslate count n=n %}{{ n }} cat{% plural %}{{ n }} cats{% endblocktranslate %}
     {% blocktranslate trimmed with name=a.b %}
       Dear {{ name }},
       bye
     {% endblocktranslate %}{% translate "X marks" context "map" %}</p>{% endif %}"""
PO = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 ? 1 : 2);\\n"

msgid "Hello"
msgstr "Привет"

msgid "%(n)s cat"
msgid_plural "%(n)s cats"
msgstr[0] "%(n)s кот"
msgstr[1] "%(n)s кота"
msgstr[2] ""

#, fuzzy
msgid "inner"
msgstr "внутри"
"""


@pytest.fixture
def little_project(tmp_path: Path, settings: Any) -> Path:
    (tmp_path / "page.html").write_text(TEMPLATE)
    (tmp_path / "code.py").write_text("from x import gettext as _\nwords = _('From code')\n")
    po = tmp_path / "locale" / "ru" / "LC_MESSAGES" / "django.po"
    po.parent.mkdir(parents=True)
    po.write_text(PO)
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    settings.BASE_DIR = tmp_path
    return po


def test_words_are_found_in_templates_and_code(little_project: Path, tmp_path: Path) -> None:
    found = [
        (message.id, message.context) for message in catalogues.collect(tmp_path) if message.id
    ]
    assert set(found) == {
        ("Hello", None),
        ("inner", None),
        (("%(n)s cat", "%(n)s cats"), None),
        ("Dear %(name)s, bye", None),
        ("X marks", "map"),
        ("From code", None),
    }


def test_missing_fuzzy_and_half_said_words_are_untranslated(
    little_project: Path, tmp_path: Path
) -> None:
    wanted = catalogues.collect(tmp_path)
    assert "Hello" not in catalogues.untranslated(little_project, wanted)
    assert {"inner", "%(n)s cat", "From code"} <= set(
        catalogues.untranslated(little_project, wanted)
    )
    catalogues.update(little_project, wanted)
    text = little_project.read_text()
    assert 'msgid "From code"' in text
    assert "Привет" in text


def test_compiled_words_are_read_by_gettext(little_project: Path) -> None:
    import gettext

    (written,) = catalogues.compile_all()
    with written.open("rb") as stream:
        assert gettext.GNUTranslations(stream).gettext("Hello") == "Привет"
    assert catalogues.compile_all() == []  # nothing changed since


def test_every_migration_is_there(db: None) -> None:
    call_command("makemigrations", "--check", "--dry-run", stdout=io.StringIO())


def test_readyz_words_are_told_by_the_start(tmp_path: Path) -> None:
    body = json.dumps({"checks": {"database": "ok", "worker": "silent for 60 seconds"}})
    assert run._missing(body) == "worker: silent for 60 seconds"
    assert run._missing("<html>") == ""


# --- documents that must not lie -----------------------------------------------------------------------


def test_every_setting_is_explained() -> None:
    """Whatever the settings read stands in .env.example."""
    text = "".join(path.read_text() for path in (ROOT / "waba_inbox").glob("*.py"))
    read = set(re.findall(r'env\.(?:text|flag|number|items)\(\s*"([A-Z_]+)"', text))
    told = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert len(read) > 20
    assert read - told == set()


def test_manage_needs_a_copy_that_was_started(tmp_path: Path) -> None:
    env = {**os.environ, "DATA_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "waba_inbox.local.manage", "check"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (
        1,
        f"Nothing was ever started in {tmp_path}; start bin/run first\n",
    )
    (tmp_path / "running.json").write_text(json.dumps({"DEBUG": "1", "SECRET_KEY": "kept"}))
    words = [
        "shell",
        "-v",
        "0",
        "-c",
        "from django.conf import settings; print(settings.SECRET_KEY)",
    ]
    command = [sys.executable, "-m", "waba_inbox.local.manage", *words]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "kept"
