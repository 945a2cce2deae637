"""Tables that come as a delimited file on one day and as a workbook on the next: what a delivery
is, its content tells, not its name.
"""

from flows.sources.base import Parsed
from flows.sources.contracts import Contract
from flows.sources.delimited import DELIMITED_ENDINGS, parse_delimited
from flows.sources.packed import Unreadable, unpack
from flows.sources.pseudonyms import Pseudonyms
from flows.sources.workbooks import WORKBOOK_ENDINGS, is_workbook, parse_workbook

TABLE_ENDINGS = (*DELIMITED_ENDINGS, *WORKBOOK_ENDINGS)


def parse_table(content: bytes, contract: Contract, pseudonyms: Pseudonyms) -> Parsed:
    """Parse a workbook or a delimited file, packed or not; what does not unpack is rejected as an
    item.
    """
    try:
        content = unpack(content)
    except Unreadable:
        return parse_delimited(content, contract, pseudonyms)  # which says why
    return (parse_workbook if is_workbook(content) else parse_delimited)(
        content, contract, pseudonyms
    )
