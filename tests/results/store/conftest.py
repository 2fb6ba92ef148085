"""A results store on SQLite, and the same on a PostgreSQL that is started here from Debian's package."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

STARTS_S = 60.0
_NUMBERS = count()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Where the socket of an empty PostgreSQL is. It listens on nothing else, and ends with this process."""
    programs = [shutil.which("initdb"), *map(str, Path("/usr/lib/postgresql").glob("*/bin/initdb"))]
    initdb = next((Path(program).resolve() for program in programs if program), None)
    if initdb is None:
        pytest.skip("PostgreSQL is not installed (Debian: postgresql)")
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    home = Path(tempfile.mkdtemp(prefix="interop-pg-"))
    nobody = ["setpriv", "--pdeathsig", "INT"]
    if os.geteuid() == 0:  # which PostgreSQL refuses to run as
        user = _user()
        os.chown(home, user.pw_uid, user.pw_gid)
        nobody += ["--reuid", str(user.pw_uid), "--regid", str(user.pw_gid), "--clear-groups"]
    data = str(home / "data")
    server: subprocess.Popen[str] | None = None
    try:
        made = [
            *nobody,
            str(initdb),
            "-D",
            data,
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-locale",
            "-N",
        ]
        subprocess.run(made, check=True, capture_output=True, cwd=home)
        options = ["-c", "listen_addresses=", "-c", "fsync=off", "-k", str(home)]
        server = subprocess.Popen(
            [*nobody, str(initdb.with_name("postgres")), "-D", data, *options],
            cwd=home, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        assert server.stderr is not None
        said = iter(server.stderr.readline, "")
        assert any("ready to accept connections" in line for line in said), server.wait(STARTS_S)
        yield str(home)
    finally:
        if server is not None:
            server.send_signal(signal.SIGQUIT)  # at once: nothing of it is kept
            server.communicate(timeout=STARTS_S)
        shutil.rmtree(home)


def _user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.foreign)])
def new_place(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Each call says where a store may be that is not there yet; the one before is over."""
    if request.param == "sqlite":
        return lambda: str(tmp_path / f"store-{next(_NUMBERS)}.sqlite")
    socket = request.getfixturevalue("postgres")

    def made() -> str:
        import psycopg

        with psycopg.connect(host=socket, user="postgres", autocommit=True) as connection:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")
        return f"postgresql:///postgres?host={socket}&user=postgres"

    return made


@pytest.fixture
def place(new_place: Callable[[], str]) -> str:
    return new_place()
