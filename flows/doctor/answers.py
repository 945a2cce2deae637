"""Whether a host answers at its port: a connection is opened and closed, and nothing said."""

import re
import socket
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

_TIMEOUT_SECONDS = 3.0
_PORTS = {"https": 443, "http": 80, "postgresql": 5432, "postgres": 5432}
_SOCKETS = Path("/var/run/postgresql")


def unanswered(location: str) -> str | None:
    """Say which of the hosts of a location does not answer, None when all do.

    Raises ValueError for an address that names none. A proxy in between is asked in its stead.
    """
    for address in re.findall(r"\w+://[^\s,]+(?:,[^\s/,:]+(?::\d+)?)*", location):
        if problem := _unanswered(address):
            return problem
    return None


def _unanswered(address: str) -> str | None:
    parts = urlsplit(address)
    if parts.scheme not in _PORTS:
        raise ValueError(f"the scheme {parts.scheme}:// is none that is read")
    if parts.scheme.startswith("postgres"):
        return _unanswered_by_database(parts.netloc, parse_qs(parts.query))
    if not parts.hostname:
        raise ValueError("the address names no host")
    port = parts.port or _PORTS[parts.scheme]
    proxy = _proxy(parts.scheme, parts.hostname)
    if proxy is None:
        return _refusal(parts.hostname, port)
    problem = _refusal(*proxy)
    return f"its proxy: {problem}" if problem else None


def _unanswered_by_database(netloc: str, options: dict[str, list[str]]) -> str | None:
    """Of several hosts of a database one has to answer; one that is not named is this machine."""
    named = options.get("host", [netloc.rpartition("@")[2]])[0]
    problems = []
    for host, port in _hosts(named, options.get("port", [""])[0]):
        problem = _missing_socket(host, port) if host.startswith("/") else _refusal(host, port)
        if problem is None:
            return None
        problems.append(problem)
    return "; ".join(problems)


def _hosts(named: str, port: str) -> Iterator[tuple[str, int]]:
    for each in named.split(","):
        if each.startswith("/") or not each:
            yield each or str(_SOCKETS), int(port or _PORTS["postgresql"])
        else:
            parts = urlsplit(f"//{each}")
            yield parts.hostname or "", parts.port or int(port or _PORTS["postgresql"])


def _missing_socket(folder: str, port: int) -> str | None:
    place = Path(folder) / f".s.PGSQL.{port}"
    return None if place.is_socket() else f"there is no socket {place}"


def _proxy(scheme: str, host: str) -> tuple[str, int] | None:
    proxies = urllib.request.getproxies()
    named = proxies.get(scheme) or proxies.get("all")
    if not named or urllib.request.proxy_bypass(host):
        return None
    parts = urlsplit(named if "://" in named else f"http://{named}")
    return parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 80)


def _refusal(host: str, port: int) -> str | None:
    try:
        socket.create_connection((host, port), timeout=_TIMEOUT_SECONDS).close()
    except (OSError, UnicodeError) as error:
        said = getattr(error, "strerror", None) or str(error) or type(error).__name__
        return f"{host}:{port} does not answer ({said})"
    return None
