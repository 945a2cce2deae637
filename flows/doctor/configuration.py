"""What the TOML file and the environment say, and where the app would listen."""

import ipaddress
import os
import stat
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flows.doctor.finding import Finding, of_error, ok, warning, wrong
from settings import (
    DEFAULT_CONFIG,
    ROOT,
    ConfigurationError,
    Settings,
    config_file,
    mask_secrets,
    settings,
)

# A key typed on a keyboard by holding one letter is long enough and hides nobody.
_FEWEST_CHARACTERS = 8


def check_configuration() -> Iterator[Finding]:
    """Read the configuration as every command does; then look at its key and its rights."""
    try:
        deployment = settings()
    except ConfigurationError as error:
        yield of_error(error)
        return
    except OSError as error:
        observed = f"{config_file()} cannot be read ({error.strerror})"
        yield wrong(observed, "give this account the right to read it")
        return
    read = [name for name, source in deployment.sources.items() if source.enabled]
    demo = " (the demonstration's)" if config_file() == DEFAULT_CONFIG else ""
    yield ok(f"{config_file()}{demo} and the environment can be followed")
    if not read:
        yield warning("no source is read", "name the sources in the file, or enable one")
    yield from _check_key(deployment)
    yield from _check_secrets_in_file(deployment)


def _check_key(deployment: Settings) -> Iterator[Finding]:
    key = deployment.pseudonym_key.get_secret_value()
    public = tomllib.loads(DEFAULT_CONFIG.read_text(encoding="utf-8"))["pseudonym_key"]
    set_it = "set SHIHYO_PSEUDONYM_KEY to 32 random characters, before anything has landed"
    if deployment.is_demo:
        yield ok("figures are labelled as the demonstration's")
    elif key == public:
        yield wrong("the key is the demonstration's, which everybody knows", set_it)
    elif len(set(key)) < _FEWEST_CHARACTERS:
        yield warning("the key repeats a few characters and can be guessed", set_it)
    else:
        yield ok("the key is long enough and not the demonstration's")


def _check_secrets_in_file(deployment: Settings) -> Iterator[Finding]:
    """Look at who else can read a file that holds a key or a password of a real deployment."""
    if deployment.is_demo or not _holds_secrets(config_file()):
        return
    if stat.S_IMODE(config_file().stat().st_mode) & stat.S_IRWXO:
        observed = f"{config_file()} holds the key, a password or a token, and others can read it"
        yield wrong(observed, f"chmod o= {config_file()}, or set them as variables")
    if config_file().resolve().is_relative_to(deployment.data_dir.resolve()):
        observed = (
            f"{config_file()} holds a secret and lies in the data folder, and so in its backups"
        )
        yield warning(observed, "set the key as SHIHYO_PSEUDONYM_KEY, or move the file")


def _holds_secrets(file: Path) -> bool:
    said: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    sources = [each for each in said.get("sources", {}).values() if isinstance(each, dict)]
    places = [str(each.get("location", "")) for each in sources]
    secrets = {"pseudonym_key", "alert_addresses", "lineage_url", "lineage_key"}
    return bool(secrets & set(said)) or any(mask_secrets(place) != place for place in places)


def check_app_address() -> Iterator[Finding]:
    """Look at the address on which the app would listen when its start says nothing else."""
    file = ROOT / "app" / ".streamlit" / "config.toml"
    said = tomllib.loads(file.read_text(encoding="utf-8")).get("server", {}).get("address", "")
    address = os.environ.get("STREAMLIT_SERVER_ADDRESS", str(said))
    if _is_loopback(address):
        yield ok(f"it listens on {address} only, unless its start says otherwise")
        return
    observed = f"it listens on {address or 'every interface'} and asks nobody who they are"
    yield warning(
        observed, "put a proxy before it (deploy/nginx.conf) and let it listen on 127.0.0.1"
    )


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"
