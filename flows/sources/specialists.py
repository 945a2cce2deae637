"""External specialists hired, from personnel: a CP932 file or a workbook a fiscal year, delivered
again as hires are decided.

Kept: when, where to and how many. ▲ takes a hire back, 0 is none, and blank is not decided yet.
Names stay at the source.
"""

from flows.sources.base import Delivery, Listing, Parsed
from flows.sources.contracts import Column, Contract
from flows.sources.drop_folder import list_files, read_file
from flows.sources.pseudonyms import Pseudonyms
from flows.sources.tables import TABLE_ENDINGS, parse_table
from flows.sources.workbooks import SHEET_COLUMNS

CONTRACT = Contract(
    source_name="specialists",
    version=3,
    name_ja="外部専門人材の採用台帳",
    name_en="Register of specialists hired",
    owner_ja="人事室 採用担当",
    owner_en="Personnel Office, recruitment",
    may_be_stale_days=100,
    is_register=True,
    columns=(
        Column("hired_on", ("採用年月日", "採用日"), "date", read_on_landing=True),
        Column("department_name", ("配属先", "所属"), "department", is_required=False),
        Column(
            "hire_count",
            ("採用数", "人数"),
            "number",
            units=("名", "人", "者"),
            read_on_landing=True,
        ),
        *SHEET_COLUMNS,
    ),
    left_behind=("整理番号", "氏名", "職種", "備考"),
)


class Specialists:
    """The list of specialists hired behind the source protocol."""

    name = CONTRACT.source_name
    contract = CONTRACT

    def list_deliveries(self, location: str) -> Listing:
        """List the files."""
        return list_files(location, TABLE_ENDINGS)

    def read(self, delivery: Delivery) -> bytes:
        """Read one file."""
        return read_file(delivery)

    def parse(self, content: bytes, pseudonyms: Pseudonyms) -> Parsed:
        """Parse one file."""
        return parse_table(content, CONTRACT, pseudonyms)
