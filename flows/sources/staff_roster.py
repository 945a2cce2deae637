"""The staff roster from personnel: who was posted to which department, from when to when. A CP932 file a month.

Kept: the staff number (as a pseudonym), the department and the two dates. Names of people stay at the source.
"""

from flows.sources.base import Delivery, Parsed
from flows.sources.delimited import Column, parse_delimited
from flows.sources.drop_folder import list_files, read_file
from flows.sources.pseudonyms import Pseudonyms

CONTRACT = (
    Column("職員番号", "user_pseudonym", is_personal=True),
    Column("所属名", "department_name", landed_unreadable=True),
    Column("発令日", "posted_from"),
    Column("終了日", "posted_to"),
)


class StaffRoster:
    """The staff roster behind the source protocol."""

    name = "staff_roster"
    contract_version = 1
    columns = tuple(column.name for column in CONTRACT)

    def list_deliveries(self, location: str) -> list[Delivery]:
        """List the rosters; `business_date` is the first day of the month in the file's name."""
        return list_files(location, (".csv",))

    def read(self, delivery: Delivery) -> bytes:
        """Read one roster."""
        return read_file(delivery)

    def parse(self, content: bytes, pseudonyms: Pseudonyms) -> Parsed:
        """Parse one roster; staff numbers become pseudonyms before anything leaves this function."""
        return parse_delimited(content, CONTRACT, pseudonyms)
