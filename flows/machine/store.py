"""A store of files that other machines see as well: an object store such as `s3://bucket/prefix`.

A folder of files is there when its last file is. A file whose writing was broken off may be there cut
short, and is put there again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pyarrow import ArrowInvalid, fs

from flows.errors import SourceUnavailable, UsageError
from settings import EngineSettings, mask_secrets

_CHUNK_BYTES = 8 << 20


class Store:
    """The files under an address. What fails there is SourceUnavailable, and names the address
    without its secrets; what fails here is an OSError.
    """

    def __init__(self, address: str) -> None:
        """Take an address as pyarrow reads it; raises UsageError for one that is no store's."""
        self._shown = mask_secrets(address)
        try:
            with self._asked():
                self._files, root = fs.FileSystem.from_uri(address)
        except ArrowInvalid:
            self._files, root = fs.LocalFileSystem(), ""
        if isinstance(self._files, fs.LocalFileSystem):
            raise UsageError(
                "engine: store is not the address of an object store; next: one such as"
                " s3://bucket/prefix, in which the signs of a secret are percent-encoded, or none"
                " where every executor sees the data folder"
            )
        self._root = root.rstrip("/")

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
        for file in sorted(folder.glob("[!.]*"), key=lambda file: (file.name == last, file.name)):
            self.put(file, f"{name}/{file.name}")

    def read(self, name: str) -> bytes | None:
        """Return what a small file holds; None where there is none."""
        with self._asked():
            try:
                with self._files.open_input_stream(f"{self._root}/{name}") as there:
                    return bytes(there.read())
            except FileNotFoundError:
                return None

    def fetch(self, name: str, file: Path) -> None:
        """Write what is there under a name to a file here."""
        with self._asked():
            there = self._files.open_input_stream(f"{self._root}/{name}")
        with there, file.open("wb") as here:
            while chunk := self._read_from(there):
                here.write(chunk)

    def fetch_folder(self, name: str, folder: Path) -> None:
        """Write the files of a folder there into a folder here."""
        for each in self.files(name):
            self.fetch(f"{name}/{each}", folder / each)

    def files(self, name: str) -> list[str]:
        """Return the names below a name, at any depth, of all that is there."""
        below = f"{self._root}/{name}/"
        selector = fs.FileSelector(below, allow_not_found=True, recursive=True)
        with self._asked():
            found = self._files.get_file_info(selector)
        return [each.path.removeprefix(below) for each in found if each.is_file]

    def folders(self, name: str, *, last: str) -> set[str]:
        """Return the folders at any depth below a name that are there: those with the last file."""
        return {
            f"{name}/{each.removesuffix(f'/{last}')}"
            for each in self.files(name)
            if each.endswith(f"/{last}")
        }

    def remove(self, name: str) -> None:
        """Remove all that is below a name."""
        with self._asked():
            self._files.delete_dir_contents(f"{self._root}/{name}", missing_dir_ok=True)

    def _read_from(self, there: object) -> bytes:
        with self._asked():
            return bytes(there.read(_CHUNK_BYTES))  # type: ignore[attr-defined]

    @contextmanager
    def _asked(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            said = (str(error).splitlines() or [type(error).__name__])[0][:200]
            raise SourceUnavailable(
                f"the store {self._shown}: {said}; next: see whether it can be reached, and"
                " whether this machine may read and write there"
            ) from None


def store_of(engine: EngineSettings) -> Store | None:
    """Return the store in which executors put what they made; None where they see the data folder."""
    address = engine.store.get_secret_value()
    return Store(address) if address else None
