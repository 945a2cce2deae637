"""temp"""

from flows.sources.contracts import Column, Contract

CONTRACT = Contract(
    source_name="nocode_apps",
    version=1,
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
)


class NocodeApps:
    name = CONTRACT.source_name
    contract = CONTRACT

    def list_deliveries(self, location):
        return []

    def read(self, delivery):
        return b""

    def parse(self, content, pseudonyms):
        raise ValueError
