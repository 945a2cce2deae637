"""Send what a run did as OpenLineage events: the program of a child process, because what answers
there, or does not, is somebody else's. Reads JSON on standard input, and answers with a sentence
when an event was not taken.
"""

import json
import logging
import sys
from collections.abc import Sequence

from openlineage.client.event_v2 import RunEvent
from openlineage.client.transport.http import (
    ApiKeyTokenProvider,
    HttpConfig,
    HttpTransport,
    TokenProvider,
)

from flows.lineage.events import Asked, begin, end

_RETRIES = {"total": 2, "connect": 2, "read": 0, "backoff_factor": 0.3, "allowed_methods": None}


def send(events: Sequence[RunEvent], url: str, key: str) -> str | None:
    """Send events in turn until one is not taken; say why, never by the address, which may hold
    secrets.
    """
    auth = ApiKeyTokenProvider({"apiKey": key}) if key else TokenProvider({})
    transport = HttpTransport(HttpConfig(url=url, timeout=10, retry=_RETRIES, auth=auth))
    for event in events:
        try:
            transport.emit(event)
        except Exception as error:
            answer = getattr(getattr(error, "response", None), "status_code", None)
            return f"HTTP {answer}" if answer else type(error).__name__
    return None


def main() -> None:
    """Send the events of the run that standard input describes."""
    logging.disable(logging.CRITICAL)  # the client writes addresses into its log
    asked: Asked = json.load(sys.stdin)
    events = end(asked) if asked["has_ended"] else [begin(asked)]
    json.dump(send(events, asked["url"], asked["key"]), sys.stdout)


if __name__ == "__main__":
    main()
