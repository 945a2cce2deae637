"""The access log of the data-visualisation environment: a file a day, UTC stamps, no department in
it.

Kept: when, who (as a pseudonym) and what was done. Addresses and workbook names stay at the source.
"""

from flows.sources.base import Delivery, Listing, Parsed
from flows.sources.contracts import Column, Contract
from flows.sources.delimited import DELIMITED_ENDINGS, parse_delimited
from flows.sources.drop_folder import list_files, read_file
from flows.sources.pseudonyms import Pseudonyms

CONTRACT = Contract(
    source_name="access_log",
    version=2,
    name_ja="データ可視化環境の利用ログ",
    name_en="Access log of the data-visualisation environment",
    owner_ja="デジタル統括室 データ活用担当",
    owner_en="Digital Bureau, data utilisation",
    delivers_within_days=3,  # a day of the log comes on the day after, a weekend and a holiday included
    may_be_stale_days=3,
    grows=True,
    columns=(
        Column("accessed_at", ("timestamp",), "timestamp"),
        Column("user_pseudonym", ("user_name",), is_personal=True),
        Column("event_name", ("event",), "code"),
    ),
    left_behind=("workbook", "client_ip"),
)


class AccessLog:
    """The access log behind the source protocol."""

    name = CONTRACT.source_name
    contract = CONTRACT

    def list_deliveries(self, location: str) -> Listing:
        """List the day files; each is about the day in its name."""
        return list_files(location, DELIMITED_ENDINGS, is_about="day")

    def read(self, delivery: Delivery) -> bytes:
        """Read one day file as it lies there, still packed."""
        return read_file(delivery)

    def parse(self, content: bytes, pseudonyms: Pseudonyms) -> Parsed:
        """Parse one day file; users become pseudonyms before anything leaves this function."""
        return parse_delimited(content, CONTRACT, pseudonyms)
