"""The access log of the data-visualisation environment: a file a day, UTC stamps, no department in it.

Kept: when, who (as a pseudonym) and what was done. Addresses and workbook names stay at the source.
"""

from flows.sources.base import Delivery, Parsed
from flows.sources.delimited import Column, parse_delimited
from flows.sources.drop_folder import list_files, read_file
from flows.sources.pseudonyms import Pseudonyms

CONTRACT = (
    Column("timestamp", "accessed_at"),
    Column("user_name", "user_pseudonym", is_personal=True),
    Column("event", "event_name"),
)


class AccessLog:
    """The access log behind the source protocol."""

    name = "access_log"
    contract_version = 1
    columns = tuple(column.name for column in CONTRACT)

    def list_deliveries(self, location: str) -> list[Delivery]:
        """List the day files; `business_date` is the day in the file's name."""
        return list_files(location, (".csv",))

    def read(self, delivery: Delivery) -> bytes:
        """Read one day file as it lies there, still packed."""
        return read_file(delivery)

    def parse(self, content: bytes, pseudonyms: Pseudonyms) -> Parsed:
        """Parse one day file; users become pseudonyms before anything leaves this function."""
        return parse_delimited(content, CONTRACT, pseudonyms)
