"""The register of milestones, kept by hand in Excel (or saved as CSV): the stages of each plan,
with their days, status and evidence.

Kept: number, days, status and evidence of each stage. What it is called, who is in charge, and
remarks stay at the source.
"""

from flows.sources.base import Delivery, Listing, Parsed
from flows.sources.contracts import Column, Contract
from flows.sources.drop_folder import list_files, read_file
from flows.sources.pseudonyms import Pseudonyms
from flows.sources.tables import TABLE_ENDINGS, parse_table
from flows.sources.workbooks import SHEET_COLUMNS

CONTRACT = Contract(
    source_name="milestones",
    version=3,
    name_ja="計画の工程管理表",
    name_en="Register of milestones",
    owner_ja="デジタル統括室 企画担当",
    owner_en="Digital Bureau, planning",
    may_be_stale_days=100,
    is_register=True,
    columns=(
        Column("indicator_wording", ("指標", "指標名"), "title"),
        Column("stage_no", ("段階", "段階番号"), "number", read_on_landing=True),
        Column("planned_on", ("予定日", "完了予定日"), "date", read_on_landing=True),
        Column("completed_on", ("完了日",), "date", read_on_landing=True),
        Column(
            "status",
            ("状態", "状況"),
            "word",
            words=("未着手", "着手", "策定中", "整備中", "策定済", "運用開始", "完了"),
        ),
        Column(
            "progress",
            ("進捗率",),
            "number",
            is_required=False,
            units=("%",),
            read_on_landing=True,
        ),
        Column("evidence_url", ("根拠資料", "根拠"), "link", is_required=False),
        *SHEET_COLUMNS,
    ),
    left_behind=("工程", "担当者", "備考"),
)


class Milestones:
    """The register of milestones behind the source protocol."""

    name = CONTRACT.source_name
    contract = CONTRACT

    def list_deliveries(self, location: str) -> Listing:
        """List the registers."""
        return list_files(location, TABLE_ENDINGS)

    def read(self, delivery: Delivery) -> bytes:
        """Read one register."""
        return read_file(delivery)

    def parse(self, content: bytes, pseudonyms: Pseudonyms) -> Parsed:
        """Parse one register, a workbook or a delimited file."""
        return parse_table(content, CONTRACT, pseudonyms)
