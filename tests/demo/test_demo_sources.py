"""The demonstration's sources say what the demonstration claims: counted here from the files alone,
without the generator's own lists.
"""

import csv
import gzip
import hashlib
import io
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from demo.__main__ import main
from demo.generation import ForeignFolderError, generate

SEEDS = Path(__file__).resolve().parents[2] / "dbt_project" / "seeds"
FIRST_DAY, LAST_DAY = date(2022, 4, 1), date(2026, 11, 20)
JST_OFFSET = timedelta(hours=9)
STAMP = re.compile(r"^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})Z?$")
USE = {"view", "export"}

USAGE = {
    "2022-04": (2, 53),
    "2023-03": (5, 53),
    "2024-03": (21, 53),
    "2025-03": (25, 53),
    "2026-03": (31, 54),
    "2026-10": (35, 53),
}
EARLY_APRILS = ("2023-04", "2024-04", "2025-04", "2026-04")


@dataclass
class Log:
    """What the latest delivery of every log holds: by month, (time in Japan, user in capitals) of
    every use; and what else was seen.
    """

    uses: dict[str, list[tuple[datetime, str]]] = field(default_factory=lambda: defaultdict(list))
    row_counts: dict[date, int] = field(default_factory=dict)
    broken: list[tuple[str, int, str]] = field(default_factory=list)
    stray_days: list[str] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    events_by_user: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))


@pytest.fixture(scope="module")
def root(demo_sources: Path) -> Path:
    return demo_sources


@pytest.fixture(scope="module")
def log(root: Path) -> Log:
    found = Log()
    for _, path in latest(root / "access_log", LAST_DAY):
        read_log(path, found)
    return found


def latest(source: Path, as_of: date) -> Iterator[tuple[str, Path]]:
    """Yield (file name, path of its latest delivery by a day)."""
    found = {
        path.name: path
        for path in sorted(source.glob("*/*"))
        if date.fromisoformat(path.parent.name) <= as_of
    }
    yield from sorted(found.items())


def day_in_name(path: Path) -> date:
    return datetime.strptime(path.name.removeprefix("access_log_")[:8], "%Y%m%d").date()


def plain(path: Path) -> bytes:
    content = path.read_bytes()
    return gzip.decompress(content) if path.suffix == ".gz" else content


def encoding_of(content: bytes) -> str:
    if content.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    try:
        content.decode("utf-8")
        return "utf-8"
    except UnicodeDecodeError:
        # Real CP932 has Japanese on most lines, all of them undecodable; a broken file of UTF-8 has
        # one such line.
        return "cp932" if sum(not is_utf8(line) for line in content.splitlines()) > 1 else "utf-8"


def is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def read_log(path: Path, log: Log) -> None:
    content = plain(path)
    day, encoding = day_in_name(path), encoding_of(content)
    log.outcomes[encoding] += 1
    log.row_counts[day] = 0
    for number, line in enumerate(content.removeprefix(b"\xef\xbb\xbf").splitlines(), start=1):
        if encoding != "cp932" and not is_utf8(line):
            log.broken.append((path.name, number, "bytes"))
            continue
        row = next(
            csv.reader(io.StringIO(line.decode("cp932" if encoding == "cp932" else "utf-8")))
        )
        if number == 1:
            assert row == ["timestamp", "user_name", "event", "workbook", "client_ip"]
        elif len(row) != 5:
            log.broken.append((path.name, number, "fields"))
        else:
            read_row(row, path.name, number, day, log)


def read_row(row: list[str], name: str, number: int, day: date, log: Log) -> None:
    matched = STAMP.match(row[0])
    try:
        at_jst = (
            datetime.fromisoformat(f"{matched[1]}T{matched[2]}") + JST_OFFSET if matched else None
        )
    except ValueError:
        at_jst = None
    if at_jst is None:
        log.broken.append((name, number, "timestamp"))
        return
    if at_jst.date() != day:
        log.stray_days.append(f"{name}:{number}")
    log.row_counts[day] += 1
    log.outcomes["stamp with Z" if row[0].endswith("Z") else "stamp without Z"] += 1
    user = row[1].upper()
    log.events_by_user[user][row[2]] += 1
    if row[2] in USE:
        log.uses[f"{at_jst:%Y-%m}"].append((at_jst, user))


def seed(name: str) -> list[dict[str, str]]:
    with (SEEDS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def valid_names(day: date) -> set[str]:
    text = day.isoformat()
    return {
        unit["name_ja"]
        for unit in seed("org_units.csv")
        if unit["valid_from"] <= text and text <= (unit["valid_to"] or "9999-12-31")
    }


def roster(path: Path) -> list[dict[str, str]]:
    content = path.read_bytes()
    assert content.count(b"\r\n") == content.count(b"\n")
    return list(csv.DictReader(io.StringIO(content.decode("cp932"), newline="")))


def departments_on(rows: list[dict[str, str]], day: date) -> dict[str, set[str]]:
    """Return the departments of every number in a roster on a day."""
    text, found = f"{day:%Y/%m/%d}", defaultdict(set)
    for row in rows:
        if row["発令日"] <= text and text <= (row["終了日"] or "9999/12/31"):
            found[row["職員番号"].upper()].add(row["所属名"])
    return found


def month_end(month: str) -> date:
    year, number = int(month[:4]), int(month[5:])
    return date(year + number // 12, number % 12 + 1, 1) - timedelta(1)


def using_departments(
    root: Path, log: Log, month: str, *, as_of: date = LAST_DAY, roster_month: str | None = None
) -> set[str]:
    """Return the departments with a use in a month by a person posted there on that day, by the
    latest roster of the month known.
    """
    wanted = f"staff_roster_{(roster_month or month).replace('-', '')}.csv"
    rows = roster(dict(latest(root / "staff_roster", as_of))[wanted])
    by_day = {day: departments_on(rows, day) for day in {at.date() for at, _ in log.uses[month]}}
    used: set[str] = set()
    for at, user in log.uses[month]:
        used |= by_day.get(at.date(), {}).get(user, set())
    return used & valid_names(month_end(month))


def tree_hash(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(
            path.relative_to(folder).as_posix().encode()
            + b"\0"
            + hashlib.sha256(path.read_bytes()).digest()
        )
    return digest.hexdigest()


@pytest.mark.parametrize("month", USAGE)
def test_usage_of_a_month_is_what_the_story_says(root: Path, log: Log, month: str) -> None:
    assert (len(using_departments(root, log, month)), len(valid_names(month_end(month)))) == USAGE[
        month
    ]


def test_march_2024_was_20_of_53_until_the_roster_was_corrected(root: Path, log: Log) -> None:
    before = using_departments(root, log, "2024-03", as_of=date(2024, 4, 14))
    after = using_departments(root, log, "2024-03", as_of=date(2024, 4, 15))
    assert (len(before), after - before) == (20, {"住吉区役所"})
    assert before <= after


@pytest.mark.parametrize("month", ["2022-12", "2023-09", "2024-02", "2025-07", "2025-12"])
def test_the_fiscal_years_last_roster_tells_the_same_as_the_months_own(
    root: Path, log: Log, month: str
) -> None:
    march = f"{int(month[:4]) + (int(month[5:]) >= 4)}-03"
    assert using_departments(root, log, month) == using_departments(
        root, log, month, roster_month=march
    )


def test_usage_grows_with_departments_dropping_out_for_a_month_and_coming_back(
    root: Path, log: Log
) -> None:
    using = [using_departments(root, log, month) for month in sorted(log.uses)]
    assert len(using) == 56
    changes = [len(later) - len(sooner) for sooner, later in pairwise(using)]
    assert min(changes) >= -2
    assert max(changes) <= 3
    returned = [
        (sooner & later) - between
        for sooner, between, later in zip(using, using[1:], using[2:], strict=False)
    ]
    assert 8 <= sum(len(units) for units in returned) <= 20
    assert max(len(units) for units in returned) <= 2


@pytest.mark.parametrize("april", EARLY_APRILS)
def test_months_cut_by_utc_would_count_a_department_too_many_in_march(
    root: Path, log: Log, april: str
) -> None:
    march = f"{april[:4]}-03"
    first_of_april = date(int(april[:4]), 4, 1)
    rows = roster(
        dict(latest(root / "staff_roster", LAST_DAY))[f"staff_roster_{april.replace('-', '')}.csv"]
    )
    posted = departments_on(rows, first_of_april)
    early = {
        unit
        for at, user in log.uses[april]
        if at.date() == first_of_april and at.hour < 9
        for unit in posted.get(user, set())
    }
    assert early - using_departments(root, log, march)


def test_departments_without_use_still_log_in(root: Path, log: Log) -> None:
    rows = roster(dict(latest(root / "staff_roster", LAST_DAY))["staff_roster_202610.csv"])
    logins = {
        unit
        for user, units in departments_on(rows, date(2026, 10, 15)).items()
        if log.events_by_user[user]["login"]
        for unit in units
    }
    assert logins - using_departments(root, log, "2026-10")
    assert set().union(*log.events_by_user.values()) == {
        "view",
        "export",
        "login",
        "subscribe_email",
    }


def test_some_users_are_in_no_roster(root: Path, log: Log) -> None:
    known = {
        row["職員番号"]
        for _, path in latest(root / "staff_roster", LAST_DAY)
        for row in roster(path)
    }
    strangers = set(log.events_by_user) - known
    rows = sum(sum(log.events_by_user[user].values()) for user in strangers)
    assert strangers
    assert rows < 0.01 * sum(log.row_counts.values())


def test_every_day_has_a_log_that_covers_one_day_of_japan(log: Log) -> None:
    assert set(log.row_counts) == {
        FIRST_DAY + timedelta(n) for n in range((LAST_DAY - FIRST_DAY).days)
    }
    assert log.stray_days == []
    in_another_utc_day = [at for uses in log.uses.values() for at, _ in uses if at.hour < 9]
    assert len(in_another_utc_day) > 500


def test_volume_is_steady_enough_for_a_drop_to_stand_out(log: Log) -> None:
    closed = {date.fromisoformat(row["closed_date"]) for row in seed("closed_days.csv")}
    open_days = sorted(day for day in log.row_counts if day.weekday() < 5 and day not in closed)
    assert min(log.row_counts[day] for day in open_days) >= 28
    assert max(log.row_counts[day] for day in open_days) <= 160
    for place in range(10, len(open_days)):
        usual = sum(log.row_counts[day] for day in open_days[place - 10 : place]) / 10
        assert 0.75 < log.row_counts[open_days[place]] / usual < 1.3
    shut = [day for day in log.row_counts if day not in set(open_days)]
    assert min(log.row_counts[day] for day in shut) >= 10
    for year in range(2023, 2026):
        on_shut = [log.row_counts[day] for day in shut if day.year == year]
        on_open = [log.row_counts[day] for day in open_days if day.year == year]
        assert 0.35 < (sum(on_shut) / len(on_shut)) / (sum(on_open) / len(on_open)) < 0.40


def test_logs_come_in_every_form(root: Path, log: Log) -> None:
    assert (
        min(
            log.outcomes[form]
            for form in ("utf-8", "utf-8-sig", "cp932", "stamp with Z", "stamp without Z")
        )
        > 100
    )
    assert log.outcomes["utf-8"] == max(
        log.outcomes[form] for form in ("utf-8", "utf-8-sig", "cp932")
    )
    packed = sorted((root / "access_log").glob("*/*.csv.gz"))
    assert len(packed) > 50
    assert {path.read_bytes()[4:8] for path in packed} == {b"\0\0\0\0"}


def test_ten_rows_are_broken_in_three_ways(log: Log) -> None:
    assert Counter(fault for _, _, fault in log.broken) == {"timestamp": 4, "fields": 3, "bytes": 3}


def test_some_logs_come_late_and_some_twice(root: Path) -> None:
    delivered: dict[str, list[Path]] = defaultdict(list)
    for path in sorted((root / "access_log").glob("*/*")):
        delivered[path.name].append(path)
    delays = [
        (date.fromisoformat(paths[0].parent.name) - day_in_name(paths[0])).days
        for paths in delivered.values()
    ]
    assert set(delays) == {1, 2, 3, 4, 5, 6, 7}
    assert sum(delay > 1 for delay in delays) == 8
    twice = [paths for paths in delivered.values() if len(paths) > 1]
    assert len(twice) == 7
    for first, second in twice:
        assert 0.7 < len(plain(first).splitlines()) / len(plain(second).splitlines()) < 1


def test_one_roster_a_month_and_one_of_them_corrected(root: Path) -> None:
    paths = sorted((root / "staff_roster").glob("*/*"))
    assert len(paths) == 57
    assert [path.parent.name for path in paths if path.name == "staff_roster_202403.csv"] == [
        "2024-03-01",
        "2024-04-15",
    ]
    for path in paths:
        rows, month = roster(path), f"{path.stem[-6:-2]}-{path.stem[-2:]}"
        open_rows = [
            row for row in rows if not row["終了日"] or row["終了日"] >= month.replace("-", "/")
        ]
        assert {row["所属名"] for row in open_rows} == valid_names(
            date.fromisoformat(f"{month}-01")
        )
        assert 415 <= len({row["職員番号"] for row in open_rows}) <= 440
    two_at_once = [
        units for units in departments_on(roster(paths[-1]), LAST_DAY).values() if len(units) > 1
    ]
    assert len(two_at_once) in (2, 3)


def test_a_tenth_of_the_staff_moves_every_april(root: Path) -> None:
    rosters = dict(latest(root / "staff_roster", LAST_DAY))
    for year in range(2023, 2027):
        march = departments_on(roster(rosters[f"staff_roster_{year}03.csv"]), date(year, 3, 1))
        april = departments_on(roster(rosters[f"staff_roster_{year}04.csv"]), date(year, 4, 1))
        staying = march.keys() & april.keys()
        moved = sum(march[number] != april[number] for number in staying)
        assert 0.07 < moved / len(staying) < 0.16


def test_nothing_is_delivered_outside_the_demonstrations_days(root: Path) -> None:
    delivered = {date.fromisoformat(path.name) for path in root.glob("*/*") if path.is_dir()}
    assert (min(delivered), max(delivered)) == (FIRST_DAY, LAST_DAY)


def test_the_same_generation_gives_the_same_bytes_and_a_shorter_one_a_part_of_them(
    root: Path, tmp_path: Path
) -> None:
    until = date(2022, 9, 30)
    generate(tmp_path / "one", until)
    generate(tmp_path / "two", until)
    assert tree_hash(tmp_path / "one") == tree_hash(tmp_path / "two")
    files = {path.relative_to(tmp_path / "one") for path in (tmp_path / "one").glob("*/*/*")}
    assert files == {
        path.relative_to(root)
        for path in root.glob("*/*/*")
        if path.parent.name <= until.isoformat()
    }
    assert all(
        (tmp_path / "one" / file).read_bytes() == (root / file).read_bytes() for file in files
    )


def test_a_complete_generation_is_left_alone_until_forced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "sources"
    generate(folder, date(2022, 4, 5))
    assert main(["--to", str(folder)]) == 0
    assert "nothing to do" in capsys.readouterr().out
    assert not (folder / "access_log" / "2022-04-06").exists()
    (folder / "staff_roster" / "2022-04-01" / "staff_roster_202204.csv").unlink()
    assert generate(folder, date(2022, 4, 5), force=True) == {
        "access_log": 4,
        "procedures": 1,
        "staff_roster": 1,
    }
    assert (folder / "staff_roster" / "2022-04-01" / "staff_roster_202204.csv").exists()


def test_a_killed_generation_leaves_nothing_half_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "sources"

    def cut_short(*_: object, **_kinds: object) -> Iterator[object]:
        raise KeyboardInterrupt
        yield

    with monkeypatch.context() as patched:
        patched.setattr("demo.generation.access_log.deliveries", cut_short)
        with pytest.raises(KeyboardInterrupt):
            generate(folder, date(2022, 4, 5))
    assert not folder.exists()
    assert generate(folder, date(2022, 4, 5)) is not None


def test_a_folder_that_holds_anything_else_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(ForeignFolderError, match=r"thesis\.txt"):
        generate(tmp_path / "sources", date(2022, 4, 5), force=True)
    assert main(["--to", str(tmp_path / "sources")]) == 2
    assert (tmp_path / "sources" / "thesis.txt").exists()


TARGETS = (
    "1,000件",
    "2,000件",
    "70%以上",
    "令和5年度:30%",
    "令和6年度:45%",
    "令和7年度:60%",
    "3名程度",
    "60名/年",
)
RESULTS = (
    "オンラインでできる手続数 約1,100件:A",
    "情報発信・サービス提供の最適化施策の策定 策定済:A",
    "本市共通クラウドサービスの整備 令和5年10月から運用開始:A",
    "バックオフィスDXグランドデザインの策定 策定済:A",
    "ノーコードツールを活用したアプリの運用・開発着手 21業務:A",
    "データ可視化環境の利用状況 40%:A",
    "データ活用の方針を策定 策定済:A",
    "外部専門人材を採用 2名:A",
    "研修の受講者 54名:A",
    "オンラインでできる手続数 710件",
    "運用開始までの全行程の50%以上を達成",
    "ノーコードツールを活用したアプリの運用・開発着手 3業務",
    "データ可視化環境の利用状況 9%",
    "研修の受講者 28名",
)


def test_the_policy_page_is_a_plan_first_and_a_result_a_year_later(root: Path) -> None:
    plan = (root / "policy_pages" / "2023-04-03" / "digital-bureau-r5.html").read_text(
        encoding="utf-8"
    )
    result = (root / "policy_pages" / "2024-06-10" / "digital-bureau-r5.html").read_text(
        encoding="utf-8"
    )
    assert len(list((root / "policy_pages").glob("*/*"))) == 2
    for text in ("<h1>令和5年度デジタル統括室運営方針</h1>", "ページ番号:596582", *TARGETS):
        assert text in plan
        assert text in result
    assert [text for text in RESULTS if text not in result] == []
    assert [
        text
        for text in (*RESULTS, "達成状況", "前年度実績", "進捗管理を実施しました")
        if text in plan
    ] == []
    assert "2023年4月3日" in plan
    assert "2024年6月10日" in result
    assert re.search(r"進捗管理を実施しました。その結果を.*反映しています。", result)


@pytest.mark.parametrize(
    ("day", "count"),
    [
        ("2022-04-01", 53),
        ("2023-03-31", 53),
        ("2025-03-31", 53),
        ("2025-04-01", 54),
        ("2026-03-31", 54),
        ("2026-04-01", 53),
        ("2026-11-20", 53),
    ],
)
def test_units_valid_on_a_day(day: str, count: int) -> None:
    assert len(valid_names(date.fromisoformat(day))) == count


def test_units_are_53_on_every_day_of_three_years() -> None:
    assert {len(valid_names(date(2022, 4, 1) + timedelta(n))) for n in range(3 * 365 + 1)} == {53}


def test_invented_units_say_so() -> None:
    units = seed("org_units.csv")
    by_code = {unit["org_unit_code"]: unit for unit in units}
    assert len(by_code) == len(units) == 55
    assert Counter(unit["kind"] for unit in units if unit["is_simulated"] == "false") == {
        "bureau": 29,
        "ward": 24,
    }
    invented = [unit for unit in units if unit["is_simulated"] == "true"]
    assert len(invented) == 2
    assert all("invented for the demonstration" in unit["evidence"] for unit in invented)
    assert all("simulated" in unit["evidence"] for unit in units if unit["valid_to"])
    for unit in units:
        unit["name_ja"].encode("cp932")
        if unit["predecessor_code"]:
            ended = date.fromisoformat(by_code[unit["predecessor_code"]]["valid_to"])
            assert ended + timedelta(1) == date.fromisoformat(unit["valid_from"])


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        ("2022-08-11", "山の日"),
        ("2023-01-01", "元日"),
        ("2023-01-02", "振替休日"),
        ("2024-03-20", "春分の日"),
        ("2024-09-22", "秋分の日"),
        ("2025-02-24", "振替休日"),
        ("2025-05-06", "振替休日"),
        ("2025-12-29", "年末年始の休庁日"),
        ("2026-09-21", "敬老の日"),
        ("2026-09-22", "国民の休日"),
        ("2026-10-12", "スポーツの日"),
        ("2027-03-22", "振替休日"),
        ("2025-10-12", None),
        ("2026-06-16", None),
    ],
)
def test_closed_days(day: str, reason: str | None) -> None:
    assert {row["closed_date"]: row["reason_ja"] for row in seed("closed_days.csv")}.get(
        day
    ) == reason


def test_closed_days_hold_each_date_once_and_every_years_holidays() -> None:
    rows = [
        (date.fromisoformat(row["closed_date"]), row["reason_ja"])
        for row in seed("closed_days.csv")
    ]
    assert len({day for day, _ in rows}) == len(rows)
    for year in range(2022, 2028):
        own = {reason for day, reason in rows if day.year == year} - {
            "振替休日",
            "国民の休日",
            "年末年始の休庁日",
        }
        assert len(own) == 16
        assert {
            date(year, month, day)
            for month, day in ((1, 1), (1, 2), (1, 3), (12, 29), (12, 30), (12, 31))
        } <= {day for day, _ in rows}
