"""A store of files that other machines see as well: an object store, `s3://bucket/prefix`.

Executors hand over through it: what they land lies in `arrived/`, until the night takes it; copies of
what has landed lie in `landing/` for executors to fold, and what these make of it in `folded/`, until
the night has fetched it. A file whose writing was broken off may be there cut short.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from pyarrow import ArrowException, ArrowInvalid, fs

from flows.errors import StoreUnavailable, UsageError
from settings import EngineSettings, mask_secrets

ARRIVED, LANDING, FOLDED = "arrived", "landing", "folded"
_CHUNK_BYTES = 8 << 20


class Store:
    """The files under an address. What fails there is StoreUnavailable, and names the address
    without its secrets; what fails here is an OSError.
    """

    def __init__(self, address: str) -> None:
        """Take an address as pyarrow reads it; raises UsageError for one that is no store's."""
        self._shown = mask_secrets(address)
        self._root = ""
        if address.startswith("s3://"):
            try:
                self._files, root = fs.FileSystem.from_uri(address)
                self._root = root.strip("/")
            except ArrowInvalid:
                pass
            except OSError as error:
                raise self._unavailable(error) from None
        if not self._root:
            raise UsageError(
                "engine: store is not the address of an object store; next: one such as"
                " s3://bucket/prefix, in which the signs of a secret are percent-encoded, or none"
                " where every executor sees the data folder"
            )

    def look(self) -> None:
        """Raise StoreUnavailable where the bucket is not there."""
        bucket = self._root.partition("/")[0]
        with self._asked():
            is_there = self._files.get_file_info(bucket).type != fs.FileType.NotFound
        if not is_there:
            raise self._unavailable(FileNotFoundError("there is no such bucket"))

    def put(self, file: Path, name: str) -> None:
        """Put a file there in place of what has its name."""
        with file.open("rb") as content:
            with self._asked():
                there = self._files.open_output_stream(f"{self._root}/{name}")
            while chunk := content.read(_CHUNK_BYTES):
                with self._asked():
                    there.write(chunk)
            with self._asked():
                there.close()

    def put_folder(self, folder: Path, name: str, *, last: str) -> None:
        """Put the files of a folder there, and the one that tells that all are there after them."""
        for file in sorted(folder.iterdir(), key=lambda file: file.name == last):
            self.put(file, f"{name}/{file.name}")

    def put_new(self, file: Path, name: str) -> None:
        """Put a file there that nobody changes, unless it is there whole."""
        with self._asked():
            found = self._files.get_file_info(f"{self._root}/{name}")
        if found.type != fs.FileType.File or found.size != file.stat().st_size:
            self.put(file, name)

    def fetch(self, name: str, file: Path) -> None:
        """Write what is there under a name to a file here."""
        with self._asked():
            there = self._files.open_input_stream(f"{self._root}/{name}")
        with there, file.open("wb") as here:
            while chunk := self._chunk(there):
                here.write(chunk)

    def files(self, name: str) -> list[str]:
        """Return the names below a name, at any depth, of all that is there."""
        below = f"{self._root}/{name}/"
        selector = fs.FileSelector(below, allow_not_found=True, recursive=True)
        with self._asked():
            found = self._files.get_file_info(selector)
        return [each.path.removeprefix(below) for each in found if each.is_file]

    def remove(self, name: str) -> None:
        """Remove all that is below a name."""
        with self._asked(), suppress(FileNotFoundError):
            self._files.delete_dir(f"{self._root}/{name}")

    def _chunk(self, there: Any) -> bytes:
        with self._asked():
            return bytes(there.read(_CHUNK_BYTES))

    @contextmanager
    def _asked(self) -> Iterator[None]:
        try:
            yield
        except (OSError, ArrowException) as error:
            raise self._unavailable(error) from None

    def _unavailable(self, error: Exception) -> StoreUnavailable:
        said = (str(error).splitlines() or [type(error).__name__])[0][:200]
        return StoreUnavailable(
            f"the store {self._shown}: {said}; next: see whether it can be reached, and whether"
            " this machine may read and write there"
        )


def store_of(engine: EngineSettings) -> Store | None:
    """Return the store over which executors hand on what they made; None where they see the data
    folder.
    """
    address = engine.store.get_secret_value()
    return Store(address) if address else None
