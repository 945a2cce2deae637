"""Search everything that a warehouse has written: raw bytes, and what lies packed in Parquet,
DuckDB, workbooks and archives.
"""

import gzip
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow.parquet as pq


def found_in(folder: Path, needles: tuple[str, ...]) -> list[str]:
    """Return `<file>: <needle>` for every needle in every file; letters are compared without case."""
    found = []
    for file in sorted(folder.rglob("*")):
        if file.is_file() and not file.is_symlink():
            for content in _contents(file):
                lowered = content.lower()
                found += [
                    f"{file.relative_to(folder)}: {needle}"
                    for needle in needles
                    if _is_in(needle.lower(), lowered)
                ]
    return sorted(set(found))


def _is_in(needle: str, content: bytes) -> bool:
    return any(
        needle.encode(encoding, "ignore") in content for encoding in ("utf-8", "cp932", "utf-16-le")
    )


def _contents(file: Path) -> Iterator[bytes]:
    raw = file.read_bytes()
    yield raw
    yield file.name.encode()
    if file.suffix == ".parquet":
        yield str(pq.read_table(file).to_pylist()).encode()
        yield str(pq.read_schema(file).metadata).encode()
    elif file.suffix == ".duckdb":
        with duckdb.connect(str(file), read_only=True) as connection:
            tables = connection.execute(
                "select table_schema, table_name from information_schema.tables"
            ).fetchall()
            for schema, table in tables:
                try:
                    yield str(connection.execute(f'from "{schema}"."{table}"').fetchall()).encode()
                except duckdb.Error:  # a view over landed files
                    continue
    elif raw[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            yield from (archive.read(name) for name in archive.namelist())
    elif raw[:2] == b"\x1f\x8b":
        yield gzip.decompress(raw)
