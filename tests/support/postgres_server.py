"""A PostgreSQL server of the tests' own: made in a second, thrown away at the end."""

import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

PASSWORD = "pa:ss/w@rd 1%"
"""With the signs that a URL cannot hold as they are."""
SETTINGS = {
    "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "16MB",
    "max_connections": "20", "listen_addresses": "", "timezone": "Asia/Tokyo", "log_timezone": "UTC",
}  # fmt: skip


def programs():
    """The folder that holds initdb and pg_ctl. Raises FileNotFoundError with what to do."""
    found = shutil.which("initdb")
    places = [Path(found).resolve().parent] if found else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda one: int(one.parent.name), reverse=True)
    for place in places:
        if (place / "initdb").is_file() and (place / "pg_ctl").is_file():
            return place
    raise FileNotFoundError("these tests need the PostgreSQL server; install it with: scripts/system_packages test")


def owner():
    """Who runs the server: PostgreSQL refuses to be root."""
    if os.getuid() != 0:
        return {}
    names = {one.pw_name: one for one in pwd.getpwall()}
    chosen = names.get("postgres") or names["nobody"]
    return {"user": chosen.pw_uid, "group": chosen.pw_gid, "extra_groups": []}


def url_of(folder):
    """URL of the database of the server with its socket in this folder."""
    return f"postgresql+psycopg://shop:{quote(PASSWORD, safe='')}@/postgres?host={folder}"


@contextmanager
def server(**more):
    """The folder of the socket of a running server; its one user is `shop` with PASSWORD. `more` are settings."""
    place, who = programs(), owner()
    folder = Path(tempfile.mkdtemp(prefix="offerloop-pg-", dir="/tmp"))
    try:
        (folder / "password").write_text(PASSWORD)
        if who:
            for path in (folder, folder / "password"):
                os.chown(path, who["user"], who["group"])
        rows = folder / "rows"
        _call(
            place / "initdb", "-D", rows, "-U", "shop", "-A", "scram-sha-256", "--pwfile", folder / "password",
            "--no-sync", "--no-locale", "-E", "UTF8", **who,
        )  # fmt: skip
        settings = {**SETTINGS, "unix_socket_directories": str(folder), **more}
        options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
        _call(place / "pg_ctl", "start", "-w", "-t", "60", "-D", rows, "-l", folder / "log", "-o", options, **who)
        try:
            yield folder
        finally:
            if (rows / "postmaster.pid").exists():
                stop(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def restart(folder):
    """As after a crash: connections are cut at once, and the server recovers from its log."""
    _call(
        programs() / "pg_ctl", "restart", "-m", "immediate", "-w", "-t", "60", "-D", folder / "rows",
        "-l", folder / "log", **owner(),
    )  # fmt: skip


def stop(folder):
    """As after a crash, and the server stays away."""
    _call(programs() / "pg_ctl", "stop", "-m", "immediate", "-D", folder / "rows", **owner())


def _call(*command, **who):
    """pg_ctl leaves the server behind, which would hold a pipe open: what it says goes to a file."""
    with tempfile.TemporaryFile("w+") as said:
        done = subprocess.run(
            [str(one) for one in command], stdout=said, stderr=said, stdin=subprocess.DEVNULL, cwd="/", check=False,
            **who,
        )  # fmt: skip
        said.seek(0)
        assert done.returncode == 0, f"{command[0].name} failed: {said.read()}"
