"""A real web server that alerts are sent to, and what it has taken."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any


@dataclass
class Hook:
    """The address of a web hook, title and text of each alert that it took, and what it answers."""

    address: str = ""
    taken: list[tuple[str, str]] = field(default_factory=list)
    answer: int = 200


@contextmanager
def hook() -> Iterator[Hook]:
    """Serve a web hook while the block runs."""
    found = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if found.answer == 200:
                found.taken.append((said["title"], said["message"]))
            self.send_response(found.answer)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    web = HTTPServer(("127.0.0.1", 0), Handler)
    found.address = f"json://127.0.0.1:{web.server_port}/hook?token=hidden-word"
    threading.Thread(target=web.serve_forever, daemon=True).start()
    try:
        yield found
    finally:
        web.shutdown()
