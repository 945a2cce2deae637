"""Send messages to addresses: the program of a child process, because what answers there, or does
not, is somebody else's. Reads JSON on standard input, and answers with JSON.
"""

import json
import logging
import sys
from typing import Any

import apprise


def send(addresses: list[str], title: str, body: str) -> list[str]:
    """Send one message to every address; return which did not take it, by place and kind: never
    by address, which holds secrets.
    """
    return [
        f"address {number} ({_kind(address)})"
        for number, address in enumerate(addresses, start=1)
        if not _is_taken(address, title, body)
    ]


def _is_taken(address: str, title: str, body: str) -> bool:
    try:
        to = apprise.Apprise()
        return bool(
            to.add(address)
            and to.notify(title=title, body=body, body_format=apprise.NotifyFormat.TEXT)
        )
    except Exception:
        return False


def _kind(address: str) -> str:
    try:
        found = apprise.Apprise.instantiate(address, suppress_exceptions=True)
    except Exception:
        found = None
    return str(found.service_name) if found else "not understood"


def main() -> None:
    """Send what standard input asks for; say for each message who did not take it."""
    logging.disable(logging.CRITICAL)  # Apprise writes addresses into its log
    asked: dict[str, Any] = json.loads(sys.stdin.buffer.read())
    missed = [send(asked["addresses"], each["title"], each["body"]) for each in asked["messages"]]
    sys.stdout.write(json.dumps(missed))


if __name__ == "__main__":
    main()
