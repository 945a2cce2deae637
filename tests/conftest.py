"""What the tests share: one Prefect server, and a small city whose first night has been published."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import postgresql as postgresql_server
import pytest
from harness.once import once, shared_by_workers
from small_city import BASE_AS_OF, FIRST_DAY, City, new_city

from demo.policy_pages import page


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files with nights first: a worker left alone with a long one would end late."""
    nightly = {item.path for item in items if "api_url" in getattr(item, "fixturenames", ())}
    items.sort(key=lambda item: item.path not in nightly)


@pytest.fixture(scope="session")
def api_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One Prefect server for all nights of all workers' tests.

    `shihyo run` starts its own where PREFECT_API_URL is not set.
    """
    from flows.children.prefect_server import prefect_api, quiet_environment
    from settings import Settings, SourceSettings

    before = dict(os.environ)
    settings = Settings(
        data_dir=tmp_path_factory.mktemp("prefect"),
        pseudonym_key="a key for the tests alone",
        sources={"policy_pages": SourceSettings(enabled=False)},
    )
    quiet_environment(settings)

    @contextmanager
    def served() -> Iterator[str]:
        with prefect_api(settings):
            yield os.environ["PREFECT_API_URL"]

    with shared_by_workers(tmp_path_factory, "prefect_api", served) as url:
        os.environ["PREFECT_API_URL"] = url
        yield url
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[postgresql_server.Server]:
    """A PostgreSQL server; a test makes a database of its own in it."""
    server = postgresql_server.new_server()
    yield server
    server.stop()
    server.remove()


@pytest.fixture(scope="session")
def base_city(tmp_path_factory: pytest.TempPathFactory, api_url: str) -> City:
    """A city with twenty days of log and one roster, published as of 2026-10-21.

    Made once for all workers: copy it, never change it.
    """

    def publish(folder: Path) -> None:
        city = new_city(folder, api_url)
        city.deliver_roster(FIRST_DAY)
        for offset in range(20):
            city.deliver_log(FIRST_DAY + timedelta(days=offset))
        city.publish(BASE_AS_OF)

    return City(once(tmp_path_factory, "base_city", publish), api_url)


@pytest.fixture
def city(base_city: City, tmp_path: Path) -> City:
    """A copy of the published small city."""
    return base_city.copy_to(tmp_path / "city")


class PageServer:
    """A real HTTP server with one policy page; the next `failures` requests are answered 503."""

    def __init__(self) -> None:
        self.failures = 0
        self.requests = 0
        self.content = page(date(2024, 6, 10), has_results=True).encode()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.requests += 1
                failing, server.failures = server.failures > 0, max(server.failures - 1, 0)
                self.send_response(503 if failing else 200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(b"busy" if failing else server.content)

            def log_message(self, *_: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._http.shutdown()


@pytest.fixture
def page_server() -> Iterator[PageServer]:
    """A policy page over HTTP."""
    server = PageServer()
    yield server
    server.close()
