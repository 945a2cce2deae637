"""`shihyo doctor`: what is well is said to be, what is not is named with what to do, and it never
fails itself.
"""

import fcntl
import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from small_city import ROOT, City, located, new_city

from flows import doctor
from flows.doctor import machine
from flows.doctor.finding import Finding
from settings import Settings

Findings = list[dict[str, str]]


@pytest.fixture
def well(city: City) -> City:
    """The published small city, its configuration closed to others."""
    (city.folder / "shihyo.toml").chmod(0o640)
    return city


def _doctor(city: City, **environment: str) -> tuple[int, Findings]:
    done = city.shihyo("doctor", "--format", "json", **environment)
    assert done.stderr == ""
    return done.returncode, json.loads(done.stdout)


def _of(findings: Findings, check: str) -> Findings:
    return [each for each in findings if each["check"] == check]


def _standing(findings: Findings, check: str, words: str) -> str:
    """Return the standing of the one finding of a check that holds these words; it tells what to do
    unless it is ok.
    """
    [found] = [each for each in _of(findings, check) if words in each["observed"]]
    assert bool(found["next"]) == (found["standing"] != "ok")
    return found["standing"]


def _state(folder: Path) -> dict[str, Any]:
    """Return the content, mode and time of everything in a folder."""
    return {
        str(path.relative_to(folder)): (
            path.lstat().st_mode,
            path.lstat().st_mtime_ns,
            hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "",
        )
        for path in folder.rglob("*")
    }


def test_a_deployment_that_is_well_is_said_to_be_and_nothing_is_changed(well: City) -> None:
    before = _state(well.folder)

    code, findings = _doctor(well.installed())

    assert [each for each in findings if each["standing"] == "wrong"] == []
    assert code == 0
    checks = (
        "configuration",
        "app",
        "tools",
        "proxies",
        "prefect",
        "data folder",
        "rights",
        "room",
        "clock",
        "browser",
        "engine",
    )
    assert set(checks) | {"sources", "key", "versions", "ledger", "lock"} == {
        each["check"] for each in findings
    }
    assert _standing(findings, "versions", "its checksum is the ledger's") == "ok"
    assert _standing(findings, "sources", "inbox/access_log can be read") == "ok"
    assert _standing(findings, "lock", "no run holds") == "ok"
    assert _state(well.folder) == before


def test_it_says_the_same_as_a_table(well: City) -> None:
    done = well.installed().shihyo("doctor")
    assert done.returncode == 0
    assert done.stdout.splitlines()[0].split() == ["standing", "check", "observed"]


def _open_manifest(city: City) -> None:
    next((city.data / "landing").glob("*/*/*/manifest.json")).chmod(0o644)


def _damage_version(city: City) -> None:
    version = city.published.resolve()
    content = bytearray(version.read_bytes())
    content[len(content) // 2] ^= 0xFF
    version.chmod(0o640)
    version.write_bytes(content)
    version.chmod(0o440)


def _unlink(city: City) -> None:
    city.published.unlink()


def _publish_tomorrow(city: City) -> None:
    later = city.published.parent / "warehouse-29991231-29991231T000000Z.duckdb"
    shutil.copyfile(city.published.resolve(), later)
    city.published.unlink()
    city.published.symlink_to(later.name)


def _enter_tomorrow(city: City) -> None:
    with (city.data / "published" / "runs.jsonl").open("a", encoding="utf-8") as ledger:
        ledger.write(json.dumps({"at": "2999-12-31T00:00:00+00:00", "event": "noted"}) + "\n")


def _damage_manifest(city: City) -> None:
    next((city.data / "landing").glob("*/*/*/manifest.json")).write_text("{", encoding="utf-8")


def _open_configuration(city: City) -> None:
    (city.folder / "shihyo.toml").chmod(0o644)


@pytest.mark.parametrize(
    ("spoil", "check", "words"),
    [
        (_open_manifest, "rights", "1 in landing"),
        (_damage_version, "versions", "is not the ledger's"),
        (_unlink, "versions", "is gone"),
        (_publish_tomorrow, "clock", "a night of today would be refused"),
        (_enter_tomorrow, "clock", "the ledger has an entry of 2999-12-31"),
        (_open_configuration, "configuration", "others can read it"),
    ],
)
def test_what_is_wrong_is_named(
    well: City, spoil: Callable[[City], None], check: str, words: str
) -> None:
    spoil(well)
    code, findings = _doctor(well)
    assert code == 2
    assert _standing(findings, check, words) == "wrong"


def test_a_check_that_cannot_be_made_says_so_and_the_others_are_made(well: City) -> None:
    _damage_manifest(well)
    _, findings = _doctor(well)
    assert _standing(findings, "key", "manifest.json is damaged") == "warning"
    assert _standing(findings, "versions", "its checksum") == "ok"


def test_what_a_night_can_go_on_with_is_a_warning(well: City) -> None:
    with (well.data / "published" / "runs.jsonl").open("a", encoding="utf-8") as ledger:
        ledger.write('{"at": "2026-\n')
    (well.data / "published" / "status.json").write_text("{", encoding="utf-8")
    well.published.resolve().chmod(0o640)
    with (well.data / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        code, findings = _doctor(well, STREAMLIT_SERVER_ADDRESS="0.0.0.0")
    assert code == 0
    assert _standing(findings, "ledger", "lines of runs.jsonl") == "warning"
    assert _standing(findings, "ledger", "status.json") == "warning"
    assert _standing(findings, "rights", "can be written") == "warning"
    assert _standing(findings, "lock", "holds the warehouse now") == "warning"
    assert _standing(findings, "app", "listens on 0.0.0.0 and asks nobody") == "warning"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("data_dir = [", "configuration"),
        ('pseudonym_key = "too short"', "pseudonym_key"),
        (
            'pseudonym_key = "sixteen characters"\n[sources.parking]\nlocation = "x"',
            "unknown source parking",
        ),
    ],
)
def test_a_configuration_that_cannot_be_followed_ends_no_check_in_an_error(
    well: City, text: str, words: str
) -> None:
    (well.folder / "shihyo.toml").write_text(text, encoding="utf-8")
    code, findings = _doctor(well)
    assert code == 2
    assert _standing(findings, "configuration", words) == "wrong"
    assert _standing(findings, "tools", "requirements.lock") == "ok"
    assert (
        _standing(findings, "versions", "not checked: the configuration cannot be followed")
        == "warning"
    )


def test_a_configuration_that_is_not_there_or_a_word_that_is_none_is_named(well: City) -> None:
    code, findings = _doctor(well, SHIHYO_CONFIG=str(well.folder / "other.toml"))
    assert (code, _standing(findings, "configuration", "other.toml does not exist")) == (2, "wrong")
    code, findings = _doctor(well, SHIHYO_KEEP_VERSION="3")
    assert (code, _standing(findings, "configuration", "SHIHYO_KEEP_VERSION")) == (2, "wrong")


def test_keys_that_protect_nobody_or_not_those_who_have_landed_are_named(well: City) -> None:
    _, findings = _doctor(well, SHIHYO_PSEUDONYM_KEY="demonstration-key-of-no-value")
    assert (
        _standing(findings, "configuration", "the demonstration's, which everybody knows")
        == "wrong"
    )
    assert _standing(findings, "key", "staff_roster under key") == "wrong"
    _, findings = _doctor(well, SHIHYO_PSEUDONYM_KEY="aaaaaaaaaaaaaaaaaaaa")
    assert _standing(findings, "configuration", "can be guessed") == "warning"


@contextmanager
def _listening() -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield int(server.getsockname()[1])


def _closed_port() -> int:
    with _listening() as port:
        return port


SECRET = "s3cret-of-the-database"


def test_hosts_are_asked_whether_they_answer_and_no_secret_is_shown(tmp_path: Path) -> None:
    city = new_city(tmp_path / "city")
    (city.folder / "shihyo.toml").chmod(0o640)
    port = _closed_port()
    with _listening() as open_port:
        places = {
            **located(
                "procedures",
                f"postgresql://reader:{SECRET}@127.0.0.1:{port},127.0.0.1:{open_port}/catalogue",
            ),
            **located("nocode_apps", f"http://:{SECRET}@127.0.0.1:{port}/k/v1?app=12"),
            **located(
                "policy_pages",
                f"http://127.0.0.1:{open_port}/a.html?token={SECRET},"
                f" http://127.0.0.1:{open_port}/b.html",
            ),
        }
        more = {
            "SHIHYO_SOURCES__PROCEDURES__ENABLED": "true",
            "SHIHYO_SOURCES__NOCODE_APPS__ENABLED": "true",
        }
        code, findings = _doctor(city, **places, **more)
    assert code == 2
    assert _standing(findings, "sources", "procedures: the host answers") == "ok"
    assert _standing(findings, "sources", "policy_pages: the host answers") == "ok"
    assert (
        _standing(findings, "sources", f"nocode_apps: 127.0.0.1:{port} does not answer") == "wrong"
    )
    assert SECRET not in json.dumps(findings)


@pytest.mark.parametrize(
    ("source", "location", "words"),
    [
        ("procedures", f"mysql://reader:{SECRET}@db.example/catalogue", "mysql://"),
        ("procedures", "postgresql://db.example:many/catalogue", "procedures: Port"),
        ("procedures", "no-such-catalogue.sqlite", "is not there (it has never been read)"),
        ("nocode_apps", f"https://:{SECRET}@platform.example/k/v1", "?app=NUMBER"),
        ("access_log", "no-such-folder", "No such file or directory"),
    ],
)
def test_places_that_cannot_be_right_are_named(
    tmp_path: Path, source: str, location: str, words: str
) -> None:
    city = new_city(tmp_path / "city")
    enabled = {f"SHIHYO_SOURCES__{source.upper()}__ENABLED": "true"}
    code, findings = _doctor(city, **located(source, location), **enabled)
    assert code == 2
    assert _standing(findings, "sources", words) == "wrong"
    assert SECRET not in json.dumps(findings)


def test_a_proxy_is_asked_in_place_of_the_host_behind_it(tmp_path: Path) -> None:
    city = new_city(tmp_path / "city")
    page = located("policy_pages", "https://page.invalid/596582.html")
    with _listening() as port:
        _, findings = _doctor(city, **page, HTTPS_PROXY=f"http://user:{SECRET}@127.0.0.1:{port}")
    assert _standing(findings, "sources", "policy_pages: the host answers") == "ok"
    assert _standing(findings, "proxies", "https_proxy named") == "ok"
    _, findings = _doctor(city, **page, ALL_PROXY=f"socks5://user:{SECRET}@127.0.0.1:1")
    assert _standing(findings, "proxies", "SOCKS") == "wrong"
    assert SECRET not in json.dumps(findings)


def test_a_prefect_server_that_is_named_and_does_not_answer_is_wrong(well: City) -> None:
    code, findings = _doctor(well, PREFECT_API_URL=f"http://127.0.0.1:{_closed_port()}/api")
    assert (code, _standing(findings, "prefect", "does not answer")) == (2, "wrong")


def test_a_disk_without_room_and_one_that_is_another_are_named(well: City, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    size = sum(file.stat().st_size for file in well.data.rglob("*") if file.is_file()) + 10_000_000
    options = f"size={size},nr_inodes={sum(1 for _ in well.data.rglob('*')) + 100},mode=0750"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(disk)], check=True)
    try:
        shutil.copytree(well.data, disk / "data", symlinks=True)
        candidate = disk / "data" / "candidate"
        shutil.rmtree(candidate, ignore_errors=True)
        (tmp_path / "elsewhere").mkdir()
        candidate.symlink_to(tmp_path / "elsewhere")
        code, findings = _doctor(
            City(well.folder, well.api_url), SHIHYO_DATA_DIR=str(disk / "data")
        )
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)
    assert code == 2
    assert (
        _standing(findings, "room", f"GiB are free on the disk of {disk / 'data' / 'landing'}")
        == "wrong"
    )
    assert _standing(findings, "room", "more files (inodes)") == "wrong"
    assert _standing(findings, "data folder", "different disks") == "wrong"


_AS_NOBODY = """
import os, sys
import flows.cli
os.setgroups([]); os.setgid(65534); os.setuid(65534)
sys.argv = ["shihyo", "doctor", "--format", "json"]
flows.cli.main()
"""


def test_an_account_that_may_not_look_gets_an_answer_to_every_check(well: City) -> None:
    """Who is not the owner reads what could not be looked at, and of nothing that it is well
    unseen.
    """
    with tempfile.TemporaryDirectory() as folder:
        there = City(Path(folder) / "city")
        shutil.copytree(well.folder, there.folder, symlinks=True)
        Path(folder).chmod(0o755)
        there.folder.chmod(0o755)
        (there.folder / "shihyo.toml").chmod(0o644)
        done = subprocess.run(
            [sys.executable, "-c", _AS_NOBODY],
            env=there.environment(),
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
    assert (done.returncode, done.stderr) == (2, "")
    findings = json.loads(done.stdout)
    assert _standing(findings, "data folder", "no folder that this account can write") == "wrong"
    assert _standing(findings, "rights", "1 places could not be looked at") == "warning"
    assert (
        _standing(findings, "key", "could not be checked (PermissionError: Permission denied)")
        == "warning"
    )
    seen = {each["check"] for each in findings if each["standing"] == "ok"}
    assert not seen & {"rights", "key", "versions", "ledger", "lock"}


def test_packages_that_are_not_the_locks_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = (
        "duckdb==0.0.1 \\\n    --hash=sha256:00\nno_such.thing==1.0\nprefect=="
        + machine.importlib.metadata.version("prefect")
    )
    (tmp_path / "requirements.lock").write_text(lock, encoding="utf-8")
    monkeypatch.setattr(machine, "ROOT", tmp_path)
    [found] = machine.check_tools()
    assert found.standing == "wrong"
    assert "for 0.0.1" in found.observed
    assert "no_such.thing missing for 1.0" in found.observed
    assert "prefect" not in found.observed


def test_a_browser_is_looked_for_where_nights_are_to_print(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found(*, prints: bool) -> tuple[str, str]:
        key = "a key for the tests alone"
        given = Settings(data_dir=tmp_path, pseudonym_key=key, sources={}, prints_one_page=prints)
        [finding] = machine.check_browser(given)
        return finding.standing, finding.observed

    monkeypatch.setenv("PATH", str(tmp_path))
    assert found(prints=False)[0] == "ok"
    standing, observed = found(prints=True)
    assert (standing, "no browser found (chromium" in observed) == ("warning", True)
    (tmp_path / "chromium").touch(mode=0o755)
    assert found(prints=True) == ("ok", f"{tmp_path}/chromium prints the overview")


def test_an_error_in_a_check_is_a_finding_without_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    def check() -> Iterator[Finding]:
        yield from ()
        raise RuntimeError(f"postgresql://reader:{SECRET}@db.example/x fell over")

    monkeypatch.setattr(doctor, "_OF_THE_MACHINE", (("tools", check),))
    monkeypatch.setattr(doctor, "_OF_THE_DEPLOYMENT", ())
    [found] = doctor.examine()
    assert (found.standing, found.check) == ("warning", "tools")
    assert "could not be checked (RuntimeError" in found.observed
    assert SECRET not in found.observed
    assert os.linesep not in found.observed


def test_an_engine_that_cannot_start_is_wrong(well: City, tmp_path: Path) -> None:
    engine = {"SHIHYO_ENGINE__KIND": "spark", "SHIHYO_ENGINE__MASTER": "spark://host:7077"}
    code, findings = _doctor(well, PATH=str(tmp_path), JAVA_HOME="", **engine)
    assert code == 2
    assert _standing(findings, "engine", "no Java") == "wrong"
    _, findings = _doctor(well)
    assert _standing(findings, "engine", "on this machine") == "ok"
