"""Rosters of training courses: Excel workbooks that the training desk keeps, a sheet a course.

Kept: who (as a pseudonym), of which department, on which day, present or not. Names and remarks
stay at the source.
"""

from flows.sources.base import Delivery, Listing, Parsed
from flows.sources.contracts import Column, Contract
from flows.sources.drop_folder import list_files, read_file
from flows.sources.pseudonyms import Pseudonyms
from flows.sources.workbooks import SHEET_COLUMNS, WORKBOOK_ENDINGS, parse_workbook

CONTRACT = Contract(
    source_name="training_rosters",
    version=2,
    name_ja="研修受講者名簿",
    name_en="Training rosters",
    owner_ja="人事室 人材育成担当",
    owner_en="Personnel Office, training",
    may_be_stale_days=30,
    is_register=True,
    columns=(
        Column("user_pseudonym", ("職員番号", "職員コード"), is_personal=True),
        Column("department_name", ("所属", "所属名"), "department"),
        Column("attended_on", ("受講日", "開催日", "実施日"), "date", read_on_landing=True),
        Column("attendance", ("出欠", "出席状況"), "word", words=("出席", "遅刻", "早退", "欠席")),
        *SHEET_COLUMNS,
    ),
    left_behind=("No.", "氏名", "フリガナ", "備考"),
)


class TrainingRosters:
    """The rosters of training courses behind the source protocol."""

    name = CONTRACT.source_name
    contract = CONTRACT

    def list_deliveries(self, location: str) -> Listing:
        """List the workbooks."""
        return list_files(location, WORKBOOK_ENDINGS)

    def read(self, delivery: Delivery) -> bytes:
        """Read one workbook."""
        return read_file(delivery)

    def parse(self, content: bytes, pseudonyms: Pseudonyms) -> Parsed:
        """Parse one workbook; staff numbers become pseudonyms before anything leaves this function."""
        return parse_workbook(content, CONTRACT, pseudonyms)
