"""An object store of the S3 kind in a process of its own, as long as a block runs."""

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import quote

from pyarrow import fs

KEY, SECRET, BUCKET = "a-key-of-the-tests", "a-secret-of-the-tests", "bucket"
_SECONDS = 60


@contextmanager
def object_store() -> Iterator[str]:
    """Give the address of a bucket with nothing in it; its key and secret stand in it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _await(f"http://127.0.0.1:{port}/moto-api/")
        filesystem = fs.S3FileSystem(
            access_key=KEY,
            secret_key=SECRET,
            region="us-east-1",
            scheme="http",
            endpoint_override=f"127.0.0.1:{port}",
            allow_bucket_creation=True,
        )
        filesystem.create_dir(BUCKET)
        yield address(port)
    finally:
        server.kill()
        server.wait()


def address(port: int) -> str:
    """Return the address of the bucket at a port of this machine."""
    asked = f"scheme=http&region=us-east-1&endpoint_override={quote(f'127.0.0.1:{port}')}"
    return f"s3://{KEY}:{SECRET}@{BUCKET}/shihyo?{asked}"


def _await(url: str) -> None:
    latest = time.monotonic() + _SECONDS
    while time.monotonic() < latest:
        with suppress(OSError), urllib.request.urlopen(url, timeout=5):
            return
        time.sleep(0.1)
    raise AssertionError(f"{url} does not answer")
