"""A real PostgreSQL server for the tests: a cluster of its own in a temporary folder, on a free
loopback port, with a password.
"""

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import adbc_driver_postgresql.dbapi

from browsing.server import free_port

PASSWORD = "hunter2-of-the-tests"


@dataclass(frozen=True)
class Server:
    """A running server; `url` names its first database."""

    folder: Path
    port: int

    @property
    def url(self) -> str:
        return f"postgresql://keeper:{PASSWORD}@127.0.0.1:{self.port}/postgres"

    def database(self, name: str) -> str:
        """Create a database and return its URL."""
        with (
            adbc_driver_postgresql.dbapi.connect(self.url, autocommit=True) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(f'create database "{name}"')
        return self.url.removesuffix("postgres") + name

    def stop(self) -> None:
        _as_postgres("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "-w", "stop")

    def start(self) -> None:
        options = (
            f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder}"
            " -c fsync=off"
        )
        _as_postgres(
            "pg_ctl",
            "-D",
            str(self.folder / "data"),
            "-w",
            "-l",
            str(self.folder / "log"),
            "-o",
            options,
            "start",
        )

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def new_server() -> Server:
    """Make a cluster and start it."""
    folder = Path(
        tempfile.mkdtemp(prefix="shihyo-postgresql-")
    )  # not pytest's folder, which the server's user may not enter
    if os.getuid() == 0:
        shutil.chown(folder, "postgres")
    password = folder / "password"
    password.write_text(PASSWORD, encoding="utf-8")
    if os.getuid() == 0:
        shutil.chown(password, "postgres")
    settings = (
        "-A",
        "scram-sha-256",
        "-U",
        "keeper",
        "-E",
        "UTF8",
        "--locale",
        "C.UTF-8",
        "--no-sync",
    )
    _as_postgres("initdb", "-D", str(folder / "data"), "--pwfile", str(password), *settings)
    server = Server(folder, free_port())
    server.start()
    return server


def execute(url: str, *statements: str) -> None:
    """Run statements in one transaction."""
    with adbc_driver_postgresql.dbapi.connect(url) as connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        connection.commit()


def _as_postgres(program: str, *arguments: str) -> None:
    """Run a program of the server's package as its own user: it refuses to run as root."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"))
    command = [str(found[-1]), *arguments]
    if os.getuid() == 0:
        command = ["runuser", "-u", "postgres", "--", *command]
    done = subprocess.run(
        command,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout.decode()
