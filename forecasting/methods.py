"""The method by which forecasts are made: what is fitted stands for as long as it is the same."""

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path


@cache
def method() -> str:
    """Return a hash of this package and the versions of the libraries that it computes with."""
    digest = hashlib.sha256()
    for module in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(module.read_bytes())
    for library in ("statsmodels", "scipy", "numpy"):
        digest.update(f"{library} {version(library)}".encode())
    return digest.hexdigest()
