"""The staff roster from personnel: who was posted to which department, from when to when. A CP932
file or a workbook a month.

Kept: the staff number (as a pseudonym), the department and the two dates. Names of people stay at
the source.
"""

from flows.sources.base import Delivery, Listing, Parsed
from flows.sources.contracts import Column, Contract
from flows.sources.drop_folder import list_files, read_file
from flows.sources.pseudonyms import Pseudonyms
from flows.sources.tables import TABLE_ENDINGS, parse_table
from flows.sources.workbooks import SHEET_COLUMNS

CONTRACT = Contract(
    source_name="staff_roster",
    version=4,
    name_ja="職員名簿",
    name_en="Staff rosters",
    owner_ja="人事室",
    owner_en="Personnel Office",
    delivers_within_days=40,  # a roster a month, on the first
    may_be_stale_days=10,
    columns=(
        Column("user_pseudonym", ("職員番号",), is_personal=True),
        Column("department_name", ("所属名", "所属"), "department", landed_unreadable=True),
        Column("posted_from", ("発令日",), "date"),
        Column("posted_to", ("終了日",), "date"),
        *SHEET_COLUMNS,
    ),
    left_behind=("氏名",),
)


class StaffRoster:
    """The staff roster behind the source protocol."""

    name = CONTRACT.source_name
    contract = CONTRACT

    def list_deliveries(self, location: str) -> Listing:
        """List the rosters; each is about the month in its name, and held back when that does not
        state one.
        """
        return list_files(location, TABLE_ENDINGS, is_about="month")

    def read(self, delivery: Delivery) -> bytes:
        """Read one roster."""
        return read_file(delivery)

    def parse(self, content: bytes, pseudonyms: Pseudonyms) -> Parsed:
        """Parse one roster; staff numbers become pseudonyms before anything leaves this function."""
        return parse_table(content, CONTRACT, pseudonyms)
