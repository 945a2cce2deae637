"""A real web server that the house posts JSON to, and what it has taken."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, NamedTuple


class Posted(NamedTuple):
    """One request: its path, its authorisation and its content."""

    path: str
    authorization: str
    said: dict[str, Any]


@dataclass
class RecordingServer:
    """The port it listens on, what it answers, and what it took while it answered kindly."""

    port: int = 0
    answer: int = 200
    taken: list[Posted] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def hook(self) -> str:
        """Return the address of a web hook as alerts are told it, with a secret in it."""
        return f"json://127.0.0.1:{self.port}/hook?token=hidden-word"

    @property
    def alerts(self) -> list[tuple[str, str]]:
        """Return title and text of what the web hook took."""
        return [(each.said["title"], each.said["message"]) for each in self.taken]


@contextmanager
def recording_server() -> Iterator[RecordingServer]:
    """Serve while the block runs."""
    found = RecordingServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if found.answer < 300:
                authorization = self.headers.get("Authorization", "")
                found.taken.append(Posted(self.path, authorization, said))
            self.send_response(found.answer)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    web = HTTPServer(("127.0.0.1", 0), Handler)
    found.port = web.server_port
    threading.Thread(target=web.serve_forever, daemon=True).start()
    try:
        yield found
    finally:
        web.shutdown()
        web.server_close()
