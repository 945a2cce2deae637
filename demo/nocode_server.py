"""The no-code platform over HTTP, as its REST API behaves: tokens, pages of 500, offsets up to
10,000, throttling and failures.

`python -m demo.nocode_server` serves until Ctrl-C; with `-- COMMAND …` it serves while a command
runs, and tells it where.
"""

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from contextlib import suppress
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, get_args
from urllib.parse import parse_qs, urlsplit

from demo import hostile
from demo.city import LAST_DAY, Variety, read_city
from demo.nocode_apps import APP, FIELDS, records

# Not a secret: nothing on this platform exists.
TOKEN = "demonstration-token-of-no-value"
PORT = 8591
LOCATION_VARIABLE = "SHIHYO_SOURCES__NOCODE_APPS__LOCATION"
_QUERY = re.compile(
    r"(?:\$id > (?P<after>\d+))?\s*(?:order by \$id (?P<order>asc|desc))?\s*"
    r"(?:limit (?P<limit>\d+))?\s*(?:offset (?P<offset>\d+))?"
)


class Platform:
    """A platform with its records; `faults` are applied to the next requests, one each.

    A fault is `503`, `429` (with Retry-After: `retry_after`), `drop` (the connection ends in
    mid-body), `cut` (the body is cut short but complete as its length says) or `hang`.
    """

    def __init__(
        self,
        content: list[dict[str, Any]],
        fields: dict[str, str] | None = None,
        *,
        token: str = TOKEN,
        port: int = 0,
    ) -> None:
        self.records = content
        self.fields = dict(fields or FIELDS)
        self.token = token
        self.tells_total = True
        self.faults: deque[str] = deque()
        self.retry_after = "0"
        self.requests: list[str] = []
        self._http = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self._http.daemon_threads = True
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    @property
    def location(self) -> str:
        """Return the location under which a source finds the platform, its token in it."""
        return f"http://:{self.token}@127.0.0.1:{self._http.server_port}/k/v1?app={APP}"

    def close(self) -> None:
        """Stop answering."""
        self._http.shutdown()
        self._http.server_close()

    def answer(
        self, path: str, parameters: dict[str, list[str]], token: str
    ) -> tuple[int, dict[str, Any]]:
        """Return status and body of a request."""
        if token != self.token:
            return 401, {
                "code": "GAIA_IA02",
                "id": "x",
                "message": f"The token {token} is not valid.",
            }
        if parameters.get("app") != [APP]:
            return 404, {"code": "GAIA_AP01", "id": "x", "message": "There is no such app."}
        if path.endswith("/form/fields.json"):
            return 200, {
                "properties": {
                    code: {"type": kind, "code": code} for code, kind in self.fields.items()
                },
                "revision": "5",
            }
        return (
            self._page(parameters)
            if path.endswith("/records.json")
            else (404, {"code": "CB_NO02", "message": "There is no such path."})
        )

    def _page(self, parameters: dict[str, list[str]]) -> tuple[int, dict[str, Any]]:
        query = _QUERY.fullmatch(parameters.get("query", [""])[0])
        limit, offset = (
            int((query and query["limit"]) or 100),
            int((query and query["offset"]) or 0),
        )
        if query is None or limit > 500 or offset > 10_000:
            return 400, {
                "code": "GAIA_QU01" if query is None or limit <= 500 else "GAIA_QU02",
                "id": "x",
                "message": "The query is not valid.",
            }
        after = int(query["after"] or 0)
        found = [record for record in self.records if int(record["$id"]["value"]) > after]
        if query["order"] == "desc":
            found.reverse()
        wanted = {values[0] for name, values in parameters.items() if name.startswith("fields")}
        page = [
            {code: field for code, field in record.items() if not wanted or code in wanted}
            for record in found[offset : offset + limit]
        ]
        has_total = self.tells_total and parameters.get("totalCount") == ["true"]
        return 200, {"records": page, "totalCount": str(len(found)) if has_total else None}


def _handler(platform: Platform) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            platform.requests.append(self.path)
            fault = platform.faults.popleft() if platform.faults else ""
            if fault == "hang":
                time.sleep(3)
                return
            parts = urlsplit(self.path)
            status, answer = platform.answer(
                parts.path, parse_qs(parts.query), self.headers.get("X-Cybozu-API-Token", "")
            )
            if fault.isdigit():
                status, answer = (
                    int(fault),
                    {"code": "CB_TL01", "message": "Too many requests, or out of order."},
                )
            body = json.dumps(answer, ensure_ascii=False).encode()
            if fault == "cut":
                body = body[: len(body) // 2]
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            if status == 429:
                self.send_header("Retry-After", platform.retry_after)
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if fault == "drop" else body)
            self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    return Handler


def records_of(variety: Variety = "dirty", last_day: date = LAST_DAY) -> list[dict[str, Any]]:
    """Return the records of a variety of the demonstration as they stand on a day."""
    usual = records(read_city(), last_day, variety)
    return hostile.records(usual) if variety == "hostile" else usual


def _run_beside(command: list[str], environment: dict[str, str]) -> int:
    """Run a command to its end, however long it takes to end when it is told to."""
    child = subprocess.Popen(command, env=environment)
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    while True:
        with suppress(KeyboardInterrupt):  # Ctrl-C reaches the command as well
            return child.wait()


def main(words: list[str] | None = None) -> int:
    """Serve until Ctrl-C, or while a command runs; return that command's exit code."""
    given = sys.argv[1:] if words is None else words
    own, command = (
        (given[: given.index("--")], given[given.index("--") + 1 :])
        if "--" in given
        else (given, [])
    )
    parser = argparse.ArgumentParser(
        prog="python -m demo.nocode_server",
        description="Serve the demonstration's no-code platform.",
    )
    parser.add_argument("--port", type=int, default=0 if command else PORT)
    parser.add_argument("--variety", choices=get_args(Variety), default="dirty")
    options = parser.parse_args(own)
    platform = Platform(records_of(options.variety), port=options.port)
    try:
        if command:
            return _run_beside(command, {**os.environ, LOCATION_VARIABLE: platform.location})
        print(f"no-code platform: {platform.location}  (Ctrl-C ends it)")
        threading.Event().wait()
    except KeyboardInterrupt:
        return 130
    finally:
        platform.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
