"""A place that cannot be written is named with what the disk itself says; loopback passes every
proxy.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.children.prefect_server import _await_server
from flows.errors import ShihyoError, UsageError
from flows.machine.disks import disk_trouble
from flows.machine.proxies import refuse_socks, spare_loopback
from flows.sources.policy_pages import _fetch
from settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        data_dir=tmp_path / "data", pseudonym_key="a key for the tests alone", sources={}
    )


@pytest.fixture
def disk(settings: Settings) -> Iterator[Path]:
    """A small disk of its own under the landing folder."""
    settings.landing_dir.mkdir(parents=True)
    options = "size=1m,nr_inodes=20"
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", settings.landing_dir], check=True
    )
    yield settings.landing_dir
    subprocess.run(["umount", "-l", settings.landing_dir], check=True)


def _fill(disk: Path) -> OSError:
    with pytest.raises(OSError, match="No space left") as raised:
        (disk / "item").write_bytes(b"\0" * 2_000_000)
    return raised.value


def test_a_full_disk_is_named_with_what_is_free(settings: Settings, disk: Path) -> None:
    trouble = disk_trouble(_fill(disk), settings)
    assert (
        trouble == f"the disk of {disk} is full (0.0 MB free); next: make room there and run again"
    )


def test_a_full_disk_is_found_behind_what_a_library_raised_from_it(
    settings: Settings, disk: Path
) -> None:
    error = RuntimeError("IO Error: Could not write file: No space left on device")
    _fill(disk)
    assert f"the disk of {disk} is full" in str(disk_trouble(error, settings))


def test_no_inodes_are_distinguished_from_no_room(settings: Settings, disk: Path) -> None:
    with pytest.raises(OSError, match="No space left") as raised:
        list(map(Path.touch, (disk / str(number) for number in range(30))))
    assert "no inodes are left for another file" in str(disk_trouble(raised.value, settings))


def test_a_read_only_disk_is_named(settings: Settings, disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    with pytest.raises(OSError, match="Read-only") as raised:
        (disk / "item").touch()
    assert f"the disk of {disk / 'item'} is read-only" in str(disk_trouble(raised.value, settings))


def test_of_a_copy_the_place_that_is_written_is_named(settings: Settings, disk: Path) -> None:
    error = OSError(28, "No space left on device", "/somewhere/else", None, str(disk / "copy"))
    _fill(disk)
    assert f"the disk of {disk / 'copy'} is full" in str(disk_trouble(error, settings))


def test_another_error_names_no_disk(settings: Settings) -> None:
    assert disk_trouble(ValueError("no such thing"), settings) is None


@pytest.mark.parametrize(
    ("given", "spared"),
    [
        ({}, "127.0.0.1,localhost,::1"),
        ({"NO_PROXY": "intra.example"}, "intra.example,127.0.0.1,localhost,::1"),
        ({"No_Proxy": "a.example", "no_proxy": ""}, "a.example,127.0.0.1,localhost,::1"),
        ({"no_proxy": "*"}, "*"),
    ],
)
def test_loopback_is_added_to_what_is_spared_from_proxies(
    given: dict[str, str], spared: str
) -> None:
    environment = dict(given)
    spare_loopback(environment)
    assert (environment["no_proxy"], environment["NO_PROXY"]) == (spared, spared)


def test_a_page_of_this_machine_is_fetched_past_every_proxy(
    page_server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTPS_PROXY", "ALL_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "" if "no" in name.lower() else "http://127.0.0.1:9")
    spare_loopback(os.environ)
    assert _fetch(f"{page_server.url}/page.html", "page") == page_server.content


def test_a_socks_proxy_is_refused_by_the_name_of_its_variable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://someone:secret@127.0.0.1:9")
    with pytest.raises(UsageError, match="all_proxy") as raised:
        refuse_socks()
    assert "secret" not in str(raised.value)


def test_a_server_that_ends_is_named_by_its_code_and_its_last_line(settings: Settings) -> None:
    settings.logs_dir.mkdir(parents=True)
    with (settings.logs_dir / "prefect-server.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-c", "print('no port is free'); raise SystemExit(3)"], stdout=log
        )
        with pytest.raises(
            ShihyoError, match=r"ended with code 3 .*its log ends: no port is free; next: read"
        ):
            _await_server(server, 9, settings)
