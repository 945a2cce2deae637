"""The list of applications on the no-code platform: a kintone-style REST API with typed fields,
string numbers and pages of 500.

The platform has no deliveries, only a present: the whole list is one item, landed again on every
night on which it has changed. Kept: which task an application serves, whose it is, its status and
its days. Names of applications and of people stay on the platform.
"""

import json
import unicodedata
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flows.errors import SourceUnavailable, UsageError
from flows.sources.base import Delivery, Listing, Parsed, RejectedRow, rejected_item
from flows.sources.contracts import Column, Contract, landed_batch, lay_out
from flows.sources.pseudonyms import Pseudonyms
from flows.sources.rest import get_json, new_client
from settings import mask_secrets

CONTRACT = Contract(
    source_name="nocode_apps",
    version=2,
    name_ja="ノーコードツールの業務アプリ台帳",
    name_en="Register of no-code applications",
    owner_ja="デジタル統括室 DX推進担当",
    owner_en="Digital Bureau, DX promotion",
    may_be_stale_days=7,
    columns=(
        Column("record_id", ("$id",), "code"),
        Column("task_code", ("業務番号",), "code"),
        Column("department_name", ("所属",), "department"),
        Column("status", ("状態",), "word", words=("構想", "開発中", "運用中", "廃止")),
        Column("began_on", ("開発着手日",), "date"),
        Column("in_use_from", ("運用開始日",), "date"),
        Column("retired_on", ("廃止日",), "date"),
        Column("user_count", ("利用者数",), "number", is_required=False),
    ),
    left_behind=(
        "レコード番号",
        "アプリ名",
        "担当者",
        "作成者",
        "更新者",
        "作成日時",
        "更新日時",
        "ステータス",
        "作業者",
        "カテゴリー",
    ),
)
# The platform's own types; another one under the same code is another field.
FIELD_TYPES = {
    "業務番号": "SINGLE_LINE_TEXT",
    "所属": "DROP_DOWN",
    "状態": "DROP_DOWN",
    "開発着手日": "DATE",
    "運用開始日": "DATE",
    "廃止日": "DATE",
    "利用者数": "NUMBER",
}
PAGE_SIZE = 500
_ID = "$id"


class NocodeApps:
    """The no-code platform behind the source protocol."""

    name = CONTRACT.source_name
    contract = CONTRACT

    def list_deliveries(self, location: str) -> Listing:
        """Name the list as it is now; only reading tells whether it has changed."""
        return Listing((Delivery(item_key=f"app_{_app_of(location)}", origin=location),))

    def read(self, delivery: Delivery) -> bytes:
        """Fetch the fields and every record and return them as JSON: the same content gives the
        same bytes.
        """
        parts, app = urlsplit(delivery.origin), _app_of(delivery.origin)
        where = f"nocode_apps {mask_secrets(delivery.origin)}"
        address = f"{parts.scheme}://{parts.hostname}{f':{parts.port}' if parts.port else ''}{parts.path.rstrip('/')}/"
        with new_client(address, {"X-Cybozu-API-Token": parts.password or ""}) as client:
            properties = get_json(client, "form/fields.json", {"app": app}, where).get("properties")
            if not isinstance(properties, dict):
                raise SourceUnavailable(
                    f"{where}: it tells no fields; expected `properties`; next: check that app"
                    f" {app} is the right one"
                )
            fields = {
                code: field.get("type") if isinstance(field, dict) else None
                for code, field in properties.items()
            }
            kept = [_ID, *(code for code in fields if _plain(code) in FIELD_TYPES)]
            records: list[Any] = []
            total: int | None = None
            while True:
                query = (
                    f"{_ID} > {_id_of(records[-1]) if records else 0} order by {_ID} asc limit"
                    f" {PAGE_SIZE}"
                )
                answer = get_json(client, "records.json", _question(app, query, kept), where)
                page = answer.get("records")
                if not isinstance(page, list) or not _rises([*records[-1:], *page]):
                    raise SourceUnavailable(
                        f"{where}: the records changed while they were read; expected rising"
                        " numbers; it is tried again"
                    )
                total = _total(answer) if not records and total is None else total
                records += page
                if len(page) < PAGE_SIZE:
                    break
        if total is not None and total != len(records):
            raise SourceUnavailable(
                f"{where}: {len(records)} records came where {total} were counted; it is tried"
                " again"
            )
        plain = [
            {code: value for code, value in record.items() if code != "$revision"}
            for record in records
        ]
        return json.dumps(
            {"fields": fields, "records": plain}, ensure_ascii=False, sort_keys=True
        ).encode()

    def parse(self, content: bytes, pseudonyms: Pseudonyms) -> Parsed:
        """Give the records in order of their numbers; a field of another type, or one that is
        missing, rejects the list as a whole.
        """
        try:
            answer = json.loads(content)
            fields, records = dict(answer["fields"]), list(answer["records"])
        except (ValueError, TypeError, KeyError, RecursionError):
            reason = "it is no whole answer of the platform; it is fetched again on the next night"
            return rejected_item("unreadable_item", reason, pseudonyms.of_bytes(content), "json")
        codes = [_ID, *map(str, fields)]
        layout = lay_out(codes, CONTRACT)
        if layout.reason:
            return rejected_item(*layout.reason, pseudonyms.of_bytes(content), "json")
        changed = [
            f"field {_plain(code)} is {_type_name(found)}; expected {FIELD_TYPES[_plain(code)]}"
            for code, found in fields.items()
            if _plain(code) in FIELD_TYPES and found != FIELD_TYPES[_plain(code)]
        ]
        if changed:
            reason = (
                f"{'; '.join(changed)}; correct it on the platform, or the contract in"
                f" {CONTRACT.file}"
            )
            return rejected_item("changed_type", reason, pseudonyms.of_bytes(content), "json")
        rows: list[list[str | None]] = []
        numbers: list[int] = []
        rejected: list[RejectedRow] = []
        for number, record in enumerate(records, start=1):
            cells = _cells(record, codes)
            if cells is None:
                row_hash = pseudonyms.of_bytes(json.dumps(record, sort_keys=True).encode())
                reason = (
                    "the record has no number, or a field whose value is no text; correct it on the"
                    " platform"
                )
                rejected.append(RejectedRow(number, "unreadable_record", reason, row_hash))
                continue
            rows.append(cells)
            numbers.append(number)
        return Parsed(
            "json",
            iter([landed_batch(rows, numbers, layout, CONTRACT, pseudonyms)]),
            rejected,
            layout.notes,
        )


def _app_of(location: str) -> str:
    parts = urlsplit(location)
    app = parse_qs(parts.query).get("app", [""])[0]
    if parts.scheme not in ("http", "https") or not parts.hostname or not app.isdigit():
        raise UsageError(
            f"nocode_apps {mask_secrets(location)}: expected https://:TOKEN@host/k/v1?app=NUMBER;"
            " next: correct the setting"
        )
    return app


def _plain(code: str) -> str:
    return unicodedata.normalize("NFKC", code).strip()


def _type_name(found: Any) -> str:
    return (
        found
        if isinstance(found, str) and found.replace("_", "").isupper() and len(found) < 40
        else "of no type"
    )


def _question(app: str, query: str, kept: list[str]) -> dict[str, str]:
    """Return the parameters of one page. Seeking by number costs the same for every page and is not
    ended at 10,000, as offsets are.
    """
    return {"app": app, "query": query, "totalCount": "true"} | {
        f"fields[{place}]": code for place, code in enumerate(kept)
    }


def _id_of(record: Any) -> int:
    try:
        return int(record[_ID]["value"])
    except (KeyError, TypeError, ValueError):
        return -1


def _rises(records: list[Any]) -> bool:
    numbers = [_id_of(record) for record in records]
    return all(number >= 0 for number in numbers) and all(
        one < other for one, other in pairwise(numbers)
    )


def _total(answer: dict[str, Any]) -> int | None:
    """Return how many records there are, given as text or not at all."""
    count = answer.get("totalCount")
    return int(count) if isinstance(count, str | int) and str(count).isdigit() else None


def _cells(record: Any, codes: list[str]) -> list[str | None] | None:
    """Return a record's values in the order of the codes; None for what is no record. Fields that
    are left behind stay unread.
    """
    if not isinstance(record, dict) or _id_of(record) < 0:
        return None
    cells: list[str | None] = []
    for code in codes:
        field = record.get(code)
        value = field.get("value") if isinstance(field, dict) else None
        is_kept = code == _ID or _plain(code) in FIELD_TYPES
        if is_kept and (value is not None and not isinstance(value, str)):
            return None
        cells.append(value if is_kept else None)
    return cells
