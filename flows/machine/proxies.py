"""Proxies: this machine talks to itself directly, whatever proxy the environment names."""

import importlib.util
import os
import urllib.request
from collections.abc import MutableMapping

from flows.errors import UsageError

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def spare_loopback(environment: MutableMapping[str, str] = os.environ) -> None:
    """Let this process and its children reach this machine's own addresses past any proxy.

    What is there already stays. Python's clients read the name in any case and let the one in small
    letters win, so both usual spellings get all of them. `*` alone spares every address already.
    """
    values = [value for name, value in sorted(environment.items()) if name.lower() == "no_proxy"]
    hosts = (host.strip() for value in values for host in value.split(","))
    spared = dict.fromkeys(filter(None, hosts))
    if "*" in spared:
        spared = {"*": None}
    else:
        spared.update(dict.fromkeys(_LOOPBACK))
    for name in ("no_proxy", "NO_PROXY"):
        environment[name] = ",".join(spared)


def refuse_socks() -> None:
    """Refuse a SOCKS proxy: httpx, and so Prefect's client, makes no client at all beside one."""
    if importlib.util.find_spec("socksio"):
        return
    proxies = urllib.request.getproxies()
    for kind in ("all", "http", "https"):
        if proxies.get(kind, "").lower().startswith("socks"):
            raise UsageError(
                f"the environment's {kind}_proxy (in any case of its letters) names a SOCKS proxy, "
                "which the night cannot use; next: name an HTTP proxy there, or unset it for shihyo"
            )
