"""The zero-row files of the contracts: each stands in for a source that delivered nothing."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from flows.landing.reader_process import REJECTED_SCHEMA
from flows.machine.files import replace_file
from flows.sources.base import Source
from settings import Settings


def contract_file(settings: Settings, source_name: str) -> Path:
    """Return the zero-row file of a source's contract, or of `rejected` rows."""
    return settings.landing_dir / "_contracts" / f"{source_name}.parquet"


def write_contracts(settings: Settings, source: Source) -> None:
    """Write the zero-row files of a source's contract and of rejected rows."""
    for path, schema in (
        (contract_file(settings, source.name), source.contract.schema),
        (contract_file(settings, "rejected"), REJECTED_SCHEMA),
    ):
        written = pa.BufferOutputStream()
        pq.write_table(schema.empty_table(), written)
        content = written.getvalue().to_pybytes()
        if not path.exists() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(path, content)
