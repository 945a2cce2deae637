"""JSON over HTTP from a platform that throttles, fails and drops connections: asked again with
growing, random pauses, and not for ever.

It must never let a token or a platform's own words out: an error body may hold data.
"""

import email.utils
import json
import random
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import httpx

from flows.errors import ShihyoError, SourceUnavailable

TRIES = 4
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
_TIMEOUT = httpx.Timeout(30.0, connect=10.0)
Parameters = Mapping[str, str | Sequence[str]]


def new_client(base_url: str, headers: Mapping[str, str]) -> httpx.Client:
    """Return a client for one reading of one platform; whoever asks for it closes it."""
    return httpx.Client(base_url=base_url, headers=dict(headers), timeout=_TIMEOUT)


def get_json(client: httpx.Client, path: str, parameters: Parameters, where: str) -> dict[str, Any]:
    """Return the JSON object that a path answers; `where` names the platform in errors.

    429 is asked again after Retry-After, 5xx, timeouts, dropped connections and answers cut short
    after a pause that doubles and is random. Raises SourceUnavailable after `TRIES` tries, and
    ShihyoError for an answer that asking again cannot mend (a wrong token or address).
    """
    problem = "no answer"
    for attempt in range(TRIES):
        pause = random.uniform(0, min(FIRST_PAUSE_SECONDS * 2**attempt, LONGEST_PAUSE_SECONDS))
        try:
            response = client.get(path, params=dict(parameters))
            if response.status_code == 429 or response.status_code >= 500:
                problem = f"it answers {response.status_code}"
                pause = _retry_after(response) or pause
            elif response.status_code >= 300:
                raise ShihyoError(_refused(where, response))
            else:
                answer = response.json()
                if isinstance(answer, dict):
                    return answer
                problem = "its answer is no JSON object"
        except httpx.TimeoutException:
            problem = f"no answer within {_TIMEOUT.read:.0f} seconds"
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            problem = f"the connection failed ({type(error).__name__})"
        except (json.JSONDecodeError, UnicodeDecodeError):
            problem = "its answer was cut short"
        if attempt < TRIES - 1:
            time.sleep(pause)
    raise SourceUnavailable(
        f"{where}: {problem}, {TRIES} times; expected JSON; next: ask the platform's operator, or"
        " check the setting"
    )


def _retry_after(response: httpx.Response) -> float | None:
    """Return the seconds that the platform asks to wait, given as a number or as a moment, at most
    LONGEST_PAUSE_SECONDS.
    """
    stated = response.headers.get("Retry-After", "")
    try:
        seconds = float(stated)
    except ValueError:
        try:
            seconds = (
                email.utils.parsedate_to_datetime(stated) - datetime.now(UTC)
            ).total_seconds()
        except (TypeError, ValueError):
            return None
    return min(max(seconds, 0.0), LONGEST_PAUSE_SECONDS)


def _refused(where: str, response: httpx.Response) -> str:
    try:
        code = response.json().get("code", "")
    except (ValueError, AttributeError):
        code = ""
    named = (
        f" ({code})"
        if isinstance(code, str) and code.replace("_", "").isalnum() and len(code) < 40
        else ""
    )
    what = (
        "the token is refused" if response.status_code in (401, 403) else "the question is refused"
    )
    return (
        f"{where}: {what}, it answers {response.status_code}{named}; expected 200; next: check the"
        " token and the address in the setting"
    )
