"""The app's address: loopback alone by default, and the reverse proxy of deploy/nginx.conf before
it, in a real browser.
"""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from browsing.browser import browser, chromium
from browsing.server import free_port

ROOT = Path(__file__).resolve().parents[2]
_NGINX = ("/usr/sbin/nginx", str(Path(sys.prefix) / "nginx" / "usr" / "sbin" / "nginx"))
NGINX = next((place for place in _NGINX if os.access(place, os.X_OK)), None)
NAME = "kpi.example.lg.jp"

needs_proxy = pytest.mark.skipif(
    not (chromium() and NGINX), reason="chromium or nginx is not installed"
)


@contextmanager
def _app(house: Any, folder: Path, port: int, *flags: str) -> Iterator[int]:
    """Serve the app as the README starts it, from another folder than the repository's; give its
    process.
    """
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SHIHYO_", "STREAMLIT_"))
    }
    environment = inherited | house.environment | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app" / "streamlit_app.py")]
    with (folder / "app.log").open("wb") as output:
        server = subprocess.Popen(
            [*command, "--server.port", str(port), *flags],
            cwd=folder,
            env=environment,
            stdout=output,
            stderr=output,
        )
        try:
            base = f"/{flags[-1]}" if "--server.baseUrlPath" in flags else ""
            _await(f"http://127.0.0.1:{port}{base}/_stcore/health", server, folder / "app.log")
            yield server.pid
        finally:
            server.terminate()
            server.wait(timeout=20)


def _await(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"the app did not start: {log.read_text(encoding='utf-8')}")


def _listening_addresses(port: int) -> set[str]:
    """Return the addresses, in the kernel's hexadecimal, on which this machine listens at a port."""
    lines = [
        line.split()
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
    ]
    return {
        local.split(":")[0]
        for _, local, _, state, *_ in lines
        if state == "0A" and int(local.split(":")[1], 16) == port
    }


LOOPBACK = "0100007F"


def test_the_app_listens_on_loopback_alone_wherever_it_is_started(
    served_house: Any, tmp_path: Path
) -> None:
    port = free_port()
    with _app(served_house, tmp_path, port):
        assert _listening_addresses(port) == {LOOPBACK}


def test_make_opens_the_app_when_asked_on_its_command_line_and_not_by_a_shells_own_host() -> None:
    def started(*words: str, **variables: str) -> str:
        told = subprocess.run(
            ["make", "--dry-run", "app", *words],
            cwd=ROOT,
            env=os.environ | variables,
            capture_output=True,
            text=True,
            check=True,
        )
        return told.stdout

    assert "--server.address" not in started()
    assert "--server.address" not in started(HOST="desktop", BASE_PATH="elsewhere")
    assert "--server.address 0.0.0.0 --server.baseUrlPath shihyo" in started(
        "HOST=0.0.0.0", "BASE_PATH=shihyo"
    )


def _certificate(folder: Path) -> tuple[Path, Path]:
    certificate, key = folder / "proxy.pem", folder / "proxy.key"
    subject = ["-subj", f"/CN={NAME}", "-days", "2", "-nodes", "-newkey", "rsa:2048"]
    command = ["openssl", "req", "-x509", *subject, "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    return certificate, key


def _configuration(folder: Path, app_port: int, port: int) -> Path:
    """Write nginx's own configuration round deploy/nginx.conf, in which only ports and certificate
    are the test's.
    """
    certificate, key = _certificate(folder)
    text = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    for example, own in (
        ("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;"),
        ("proxy_pass http://127.0.0.1:8501;", f"proxy_pass http://127.0.0.1:{app_port};"),
        (f"/etc/ssl/certs/{NAME}.pem", str(certificate)),
        (f"/etc/ssl/private/{NAME}.key", str(key)),
    ):
        assert text.count(example) == 1, example
        text = text.replace(example, own)
    (folder / "shihyo.conf").write_text(text, encoding="utf-8")
    places = "".join(
        f"{kind}_temp_path {folder / kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = folder / "nginx.conf"
    whole.write_text(
        f"daemon off; master_process off; pid {folder / 'nginx.pid'}; error_log stderr;\n"
        f"events {{}}\nhttp {{\naccess_log off;\n{places}include {folder / 'shihyo.conf'};\n}}\n",
        encoding="utf-8",
    )
    return whole


@pytest.fixture(scope="module")
def proxied(served_house: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The app under /shihyo/ behind nginx; gives the port on which nginx listens."""
    folder = tmp_path_factory.mktemp("proxy")
    app_port, port = free_port(), free_port()
    configuration = _configuration(folder, app_port, port)
    with _app(served_house, folder, app_port, "--server.baseUrlPath", "shihyo"):
        command = [str(NGINX), "-p", str(folder), "-c", str(configuration), "-e", "stderr"]
        with (folder / "nginx.log").open("wb") as output:
            nginx = subprocess.Popen(command, stdout=output, stderr=output)
        try:
            _await_port(port, nginx, folder / "nginx.log")
            yield port
        finally:
            nginx.terminate()
            nginx.wait(timeout=20)


def _await_port(port: int, nginx: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and nginx.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail(f"nginx did not start: {log.read_text(encoding='utf-8')}")


@pytest.fixture(scope="module")
def reader(proxied: int) -> Iterator[Any]:
    """A browser that knows the proxy by its name, as a reader's does."""
    with browser(f"--host-resolver-rules=MAP {NAME} 127.0.0.1") as running:
        yield running.new_context(ignore_https_errors=True)


@needs_proxy
def test_a_reader_behind_the_proxy_goes_from_page_to_page_over_a_websocket(
    reader: Any, proxied: int
) -> None:
    site = f"https://{NAME}:{proxied}"
    page = reader.new_page()
    sockets: list[str] = []
    refused: list[str] = []
    asked: list[str] = []
    page.on("websocket", lambda socket_: sockets.append(socket_.url))
    page.on(
        "response",
        lambda response: refused.append(response.url) if response.status >= 400 else None,
    )
    page.on("request", lambda request: asked.append(request.url))

    page.goto(f"{site}/shihyo?lang=en")  # without the last slash, as people type it
    page.wait_for_selector(".tile", timeout=60_000)
    assert page.url == f"{site}/shihyo/?lang=en"
    assert sockets == [f"wss://{NAME}:{proxied}/shihyo/_stcore/stream"]
    assert page.locator(".tile").count() == 9

    page.get_by_role("link", name="Usage", exact=True).click()
    page.wait_for_selector("table.usage", timeout=60_000)
    assert page.url.startswith(f"{site}/shihyo/usage")
    page.get_by_role("link", name="Overview").click()
    page.wait_for_selector(".tile", timeout=60_000)
    assert len(sockets) == 1, "pages are one session's"

    page.locator(".tile a").first.click()
    page.wait_for_selector(".definition", timeout=60_000)
    assert page.url.startswith(f"{site}/shihyo/indicator?indicator=")
    assert all(address.startswith((site, "data:", "blob:")) for address in asked)
    # Streamlit looks for its server below the page's own address first.
    assert [address for address in refused if "/indicator/_stcore/" not in address] == []
    page.close()


@needs_proxy
def test_a_file_is_saved_from_behind_the_proxy(reader: Any, proxied: int) -> None:
    page = reader.new_page()
    page.goto(f"https://{NAME}:{proxied}/shihyo/health")
    page.wait_for_selector(".files", timeout=60_000)
    page.locator(".files summary").first.click()
    with page.expect_download() as coming:
        page.locator(".files a").first.click()
    assert coming.value.suggested_filename == "データの状態_取得元ごとの新しさ_2026-11-20.csv"
    page.close()


@needs_proxy
def test_a_page_of_another_site_cannot_open_the_websocket(proxied: int) -> None:
    """What the proxy hands over of the address must keep the app's own comparison of origins at
    work.
    """
    assert _answer_to_upgrade(proxied, origin=f"https://{NAME}:{proxied}") == 101
    assert _answer_to_upgrade(proxied, origin="https://elsewhere.example") == 403


def _answer_to_upgrade(port: int, *, origin: str) -> int:
    import ssl

    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    lines = (
        "GET /shihyo/_stcore/stream HTTP/1.1",
        f"Host: {NAME}:{port}",
        f"Origin: {origin}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==",
    )
    with (
        socket.create_connection(("127.0.0.1", port), timeout=30) as plain,
        context.wrap_socket(plain, server_hostname=NAME) as connection,
    ):
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        return int(connection.recv(4096).split()[1])
