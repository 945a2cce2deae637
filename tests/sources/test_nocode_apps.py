"""The no-code platform over real HTTP: every record once, whatever the platform does in between,
and never a token or a name.
"""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demo.city import read_city
from demo.nocode_apps import FIELDS, records
from demo.nocode_server import Platform
from flows.errors import ShihyoError, SourceUnavailable, UsageError
from flows.sources import rest
from flows.sources.nocode_apps import NocodeApps
from flows.sources.pseudonyms import Pseudonyms

PSEUDONYMS = Pseudonyms(b"a key for the tests alone")
TOKEN = "a-token-that-nobody-may-see"


def record(number: int, **values: Any) -> dict[str, Any]:
    values = {
        "業務番号": f"G{number}",
        "所属": "北区役所",
        "状態": "運用中",
        "開発着手日": "2024-04-01",
        "運用開始日": None,
        "廃止日": None,
    } | values
    fields = {code: {"type": FIELDS[code], "value": value} for code, value in values.items()}
    return {
        "$id": {"type": "__ID__", "value": str(number)},
        "$revision": {"type": "__REVISION__", "value": "1"},
        **fields,
    }


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Platform]]:
    """Serve platforms; pauses between tries are short."""
    monkeypatch.setattr(rest, "FIRST_PAUSE_SECONDS", 0.01)
    open_ones: list[Platform] = []

    def started(content: list[dict[str, Any]], fields: dict[str, str] | None = None) -> Platform:
        open_ones.append(Platform(content, fields, token=TOKEN))
        return open_ones[-1]

    yield started
    for platform in open_ones:
        platform.close()


def read(platform: Platform) -> bytes:
    [delivery] = NocodeApps().list_deliveries(platform.location).deliveries
    return NocodeApps().read(delivery)


def landed(content: bytes) -> list[dict[str, Any]]:
    return [
        row
        for batch in NocodeApps().parse(content, PSEUDONYMS).batches
        for row in batch.to_pylist()
    ]


@pytest.mark.parametrize(
    ("count", "pages"), [(0, 1), (1, 1), (499, 1), (500, 2), (501, 2), (1000, 3), (12_000, 25)]
)
def test_every_record_is_read_once_in_pages_of_500_past_offset_10000(
    serve: Callable[..., Platform], count: int, pages: int
) -> None:
    platform = serve([record(3 * number) for number in range(1, count + 1)])
    rows = landed(read(platform))
    assert [row["record_id"] for row in rows] == [str(3 * number) for number in range(1, count + 1)]
    assert [row["_source_row"] for row in rows] == list(range(1, count + 1))
    assert len(platform.requests) == pages + 1
    assert not any("offset" in request for request in platform.requests)


def test_the_same_content_gives_the_same_bytes_and_people_stay_on_the_platform(
    serve: Callable[..., Platform],
) -> None:
    served = records(read_city())
    content = read(serve(served))
    served[0]["$revision"]["value"] = "99"
    assert read(serve(served)) == content
    people = {person["name"] for each in served for person in each["担当者"]["value"]}
    assert len(people) > 20
    assert not [name for name in people if name in content.decode()]
    assert "アプリ名" not in json.loads(content)["records"][0]


@pytest.mark.parametrize("fault", ["429", "500", "503", "drop", "cut"])
def test_a_platform_that_fails_in_between_is_asked_again(
    serve: Callable[..., Platform], fault: str
) -> None:
    platform = serve([record(number) for number in range(1, 1201)])
    platform.faults.extend(["", fault, "", fault, fault, fault])
    assert len(landed(read(platform))) == 1200


def test_retry_after_is_waited_for(serve: Callable[..., Platform]) -> None:
    platform = serve([record(1)])
    platform.retry_after = "1"
    platform.faults.append("429")
    started = time.monotonic()
    assert len(landed(read(platform))) == 1
    assert time.monotonic() - started >= 1


@pytest.mark.parametrize("fault", ["429", "503", "drop", "cut", "hang"])
def test_an_outage_is_unavailable_after_its_tries_and_keeps_the_token(
    serve: Callable[..., Platform], monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    monkeypatch.setattr(rest, "_TIMEOUT", httpx.Timeout(0.2 if fault == "hang" else 10.0))
    platform = serve([record(1)])
    platform.faults.extend([fault] * 50)
    with pytest.raises(SourceUnavailable) as raised:
        read(platform)
    assert len(platform.requests) == rest.TRIES
    assert TOKEN not in str(raised.value)
    assert "***@127.0.0.1" in str(raised.value)


def test_a_platform_that_is_gone_is_unavailable(serve: Callable[..., Platform]) -> None:
    platform = serve([])
    location = platform.location
    platform.close()
    with pytest.raises(SourceUnavailable, match="ConnectError"):
        NocodeApps().read(NocodeApps().list_deliveries(location).deliveries[0])


def test_a_wrong_token_does_not_pass_by_itself_and_is_not_repeated(
    serve: Callable[..., Platform],
) -> None:
    platform = serve([record(1)])
    platform.token = "another"
    with pytest.raises(
        ShihyoError, match=r"the token is refused, it answers 401 \(GAIA_IA02\)"
    ) as raised:
        NocodeApps().read(
            NocodeApps().list_deliveries(platform.location.replace("another", TOKEN)).deliveries[0]
        )
    assert not isinstance(raised.value, SourceUnavailable)
    assert TOKEN not in str(raised.value)
    assert len(platform.requests) == 1


@pytest.mark.parametrize(
    "location",
    ["https://:t@host/k/v1", "https://:t@host/k/v1?app=x", "ftp://host/k?app=1", "somewhere"],
)
def test_a_location_that_names_no_app_is_a_wrong_setting(location: str) -> None:
    with pytest.raises(UsageError, match="expected https") as raised:
        NocodeApps().list_deliveries(location)
    assert ":t@" not in str(raised.value)


def test_records_that_change_in_mid_read_are_read_again_another_time(
    serve: Callable[..., Platform],
) -> None:
    platform = serve([record(number) for number in range(1, 800)])
    answer = platform.answer

    def shrinking(
        path: str, parameters: dict[str, list[str]], token: str
    ) -> tuple[int, dict[str, Any]]:
        found = answer(path, parameters, token)
        if path.endswith("records.json"):
            platform.records = platform.records[:600]
        return found

    platform.answer = shrinking  # type: ignore[method-assign]
    with pytest.raises(SourceUnavailable, match="600 records came where 799 were counted"):
        read(platform)


def test_a_platform_that_tells_no_total_is_believed(serve: Callable[..., Platform]) -> None:
    platform = serve([record(number) for number in range(1, 700)])
    platform.tells_total = False
    assert len(landed(read(platform))) == 699


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"状態": "CHECK_BOX"}, "changed_type: field 状態 is CHECK_BOX; expected DROP_DOWN; "),
        ({"業務番号": "NUMBER", "廃止日": "DATETIME"}, "field 廃止日 is DATETIME; expected DATE; "),
        ({"業務番号": None}, "missing_column: the heading has no 業務番号; found $id, アプリ名"),
    ],
)
def test_changed_and_missing_fields_reject_the_list_and_are_named(
    serve: Callable[..., Platform], change: dict[str, str | None], reason: str
) -> None:
    fields = {code: kind for code, kind in (FIELDS | change).items() if kind}
    parsed = NocodeApps().parse(read(serve([record(1)], fields)), PSEUDONYMS)
    [rejected] = parsed.rejected
    reason_text = f"{rejected.reason_code}: {rejected.reason}"
    assert reason in reason_text
    assert "flows/sources/nocode_apps.py" in reason_text


def test_a_new_field_is_noted_and_an_optional_one_may_be_missing(
    serve: Callable[..., Platform],
) -> None:
    fields = {code: kind for code, kind in FIELDS.items() if code != "利用者数"} | {
        "費用": "NUMBER"
    }
    parsed = NocodeApps().parse(read(serve([record(1)], fields)), PSEUDONYMS)
    assert set(parsed.notes) == {"new column 費用", "no column 利用者数"}
    assert next(iter(parsed.batches)).num_rows == 1


@pytest.mark.parametrize("code", ["所 属", "業務番号\u3000"])
def test_two_fields_for_one_column_reject_the_list(code: str) -> None:
    answer = {"fields": FIELDS | {code: "SINGLE_LINE_TEXT"}, "records": [record(1)]}
    parsed = NocodeApps().parse(json.dumps(answer).encode(), PSEUDONYMS)
    assert [row.reason_code for row in parsed.rejected] == ["ambiguous_column"]
    assert sum(batch.num_rows for batch in parsed.batches) == 0


def test_records_that_are_none_are_rejected_alone() -> None:
    answer = {
        "fields": FIELDS,
        "records": [
            record(1),
            7,
            {"$id": {"value": "x"}},
            record(4, 状態=["運用中"]),
            record(5, 状態="山田 花子"),
        ],
    }
    parsed = NocodeApps().parse(json.dumps(answer).encode(), PSEUDONYMS)
    rows = [row for batch in parsed.batches for row in batch.to_pylist()]
    assert [row["_source_row"] for row in rows] == [1, 5]
    assert [(row.source_row, row.reason_code) for row in parsed.rejected] == [
        (number, "unreadable_record") for number in (2, 3, 4)
    ]
    assert "山田" not in str(rows)


_LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
_NAMES = st.text(max_size=6)
_JSON = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_NAMES, inner, max_size=4),
    max_leaves=12,
)
_ANSWERS = (
    st.lists(_JSON, max_size=5).map(lambda listed: {"fields": FIELDS, "records": listed}) | _JSON
)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60) | _ANSWERS.map(lambda answer: json.dumps(answer).encode()))
def test_any_answer_is_read_or_rejected_and_every_record_counts(content: bytes) -> None:
    parsed = NocodeApps().parse(content, PSEUDONYMS)
    rows = sum(batch.num_rows for batch in parsed.batches)
    try:
        count = (
            len(json.loads(content)["records"])
            if isinstance(json.loads(content)["fields"], dict)
            else None
        )
    except (ValueError, TypeError, KeyError):
        count = None
    if count is not None and not any(row.source_row == 0 for row in parsed.rejected):
        assert rows + len(parsed.rejected) == count
    else:
        assert [row.source_row for row in parsed.rejected] == [0]
