"""The milestone register: one workbook kept by hand, delivered twice a year as it stands then.

Its stages, persons and links are invented so that they agree with the policy page: half of the
common cloud service's eight stages done by the end of FY2022, its operation begun on 2023-10-02,
and the three plans drawn up before the end of FY2023. What is wrong in it stands under
UNKNOWN_WORDING alone, so that no indicator's count of stages depends on how it is read.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from demo.city import Delivery
from demo.notation import full_width, long_day, short_day
from demo.workbooks import (
    Cell,
    Formats,
    Workbook,
    workbook_bytes,
    write_notes,
    write_table,
    write_titles,
)

SOURCE = "milestones"
NAME = "マイルストーン管理表.xlsx"
SHEET = "管理表"
TITLE = "デジタル統括室 マイルストーン管理表"
HEADER = (
    "指標",
    "段階",
    "工程",
    "予定日",
    "完了日",
    "状態",
    "進捗率",
    "根拠資料",
    "担当者",
    "備考",
)
NOTES = ("※ 毎年４月と10月に更新する。完了日は決裁日とする。", "作成: 小野 陽子")
DELIVERED = (
    date(2022, 4, 15),
    date(2022, 10, 14),
    date(2023, 4, 7),
    date(2023, 10, 13),
    date(2024, 4, 5),
)

CLOUD = "本市共通クラウドサービスの整備"
SERVICES = "情報発信・サービス提供の最適化施策の策定"
BACK_OFFICE = "バックオフィスDXグランドデザインの策定"
DATA = "データ活用の方針を策定"

UNKNOWN_WORDING = "（仮）窓口改革計画の策定"
DONE = "完了"
UNREADABLE_PROGRESS = "半分くらい"
# From this delivery on the register holds the plan of UNKNOWN_WORDING.
FAULTS_SINCE = date(2022, 10, 14)


@dataclass(frozen=True)
class Stage:
    """A stage of an indicator: when it began, was to be done and was done, and the words for its
    state while under way and when done.
    """

    indicator: str
    number: int
    name: str
    begun: date
    planned: date
    done: date
    person: str
    under_way: str = "着手"
    when_done: str = DONE
    remark: str = ""


STAGES: tuple[Stage, ...] = (
    Stage(
        CLOUD,
        1,
        "基本構想",
        date(2021, 10, 1),
        date(2022, 3, 31),
        date(2022, 3, 25),
        "青木 誠",
        "策定中",
        "策定済",
    ),
    Stage(CLOUD, 2, "要件定義", date(2022, 4, 1), date(2022, 7, 29), date(2022, 8, 5), "青木 誠"),
    Stage(
        CLOUD,
        3,
        "調達仕様書の作成",
        date(2022, 7, 1),
        date(2022, 10, 31),
        date(2022, 10, 28),
        "青木 誠",
    ),
    Stage(
        CLOUD,
        4,
        "事業者の選定",
        date(2022, 11, 1),
        date(2023, 3, 31),
        date(2023, 3, 17),
        "髙橋 香織",
        remark="総合評価方式",
    ),
    Stage(
        CLOUD, 5, "基盤設計", date(2023, 4, 3), date(2023, 5, 31), date(2023, 5, 31), "髙橋 香織"
    ),
    Stage(
        CLOUD,
        6,
        "基盤構築",
        date(2023, 6, 1),
        date(2023, 8, 10),
        date(2023, 8, 18),
        "髙橋 香織",
        "整備中",
    ),
    Stage(
        CLOUD,
        7,
        "移行・試験",
        date(2023, 8, 1),
        date(2023, 9, 22),
        date(2023, 9, 22),
        "髙橋 香織",
        "整備中",
    ),
    Stage(
        CLOUD,
        8,
        "運用開始",
        date(2023, 9, 25),
        date(2023, 10, 2),
        date(2023, 10, 2),
        "髙橋 香織",
        "整備中",
        "運用開始",
    ),
    Stage(
        SERVICES,
        1,
        "現状調査",
        date(2022, 9, 1),
        date(2023, 2, 28),
        date(2023, 2, 24),
        "松田 由美子",
    ),
    Stage(
        SERVICES,
        2,
        "素案作成",
        date(2023, 4, 3),
        date(2023, 9, 29),
        date(2023, 9, 28),
        "松田 由美子",
        "策定中",
    ),
    Stage(
        SERVICES,
        3,
        "策定",
        date(2023, 10, 2),
        date(2024, 3, 29),
        date(2024, 2, 16),
        "松田 由美子",
        "策定中",
        "策定済",
    ),
    Stage(
        BACK_OFFICE,
        1,
        "業務量調査",
        date(2022, 6, 1),
        date(2023, 1, 31),
        date(2023, 1, 31),
        "中野 聡",
    ),
    Stage(
        BACK_OFFICE, 2, "課題整理", date(2023, 4, 3), date(2023, 8, 31), date(2023, 9, 8), "中野 聡"
    ),
    Stage(
        BACK_OFFICE,
        3,
        "素案作成",
        date(2023, 9, 1),
        date(2023, 12, 28),
        date(2023, 12, 22),
        "山﨑 進",
        "策定中",
    ),
    Stage(
        BACK_OFFICE,
        4,
        "策定",
        date(2024, 1, 4),
        date(2024, 3, 29),
        date(2024, 3, 27),
        "山﨑 進",
        "策定中",
        "策定済",
    ),
    Stage(
        DATA,
        1,
        "有識者意見聴取",
        date(2023, 6, 1),
        date(2023, 9, 29),
        date(2023, 9, 15),
        "石田 千尋",
    ),
    Stage(
        DATA,
        2,
        "素案作成",
        date(2023, 10, 2),
        date(2023, 12, 28),
        date(2023, 12, 27),
        "石田 千尋",
        "策定中",
    ),
    Stage(
        DATA,
        3,
        "策定",
        date(2024, 1, 4),
        date(2024, 3, 29),
        date(2024, 1, 30),
        "石田 千尋",
        "策定中",
        "策定済",
    ),
)

FAULTY_ROWS: tuple[tuple[Cell, ...], ...] = (
    (
        UNKNOWN_WORDING,
        1,
        "現状調査",
        "R4.9.30",
        None,
        DONE,
        "100%",
        None,
        "森 和也",
        "完了日は確認中",
    ),
    (
        UNKNOWN_WORDING,
        2,
        "課題整理",
        "R5.3.31",
        None,
        "着手",
        UNREADABLE_PROGRESS,
        None,
        "森 和也",
        None,
    ),
    (
        UNKNOWN_WORDING,
        3,
        "策定",
        "令和6年3月29日",
        None,
        "未着手",
        "0%",
        None,
        "森 和也",
        "指標になるかは未定",
    ),
)


def deliveries(last_day: date, *, is_dirty: bool = True) -> Iterator[Delivery]:
    """Yield the workbook as it stood on every day of delivery."""
    for day in DELIVERED:
        if day <= last_day:
            faulty = FAULTY_ROWS if is_dirty and day >= FAULTS_SINCE else ()
            yield Delivery(SOURCE, day, NAME, workbook([*rows_on(day), *faulty], day))


def rows_on(day: date) -> list[tuple[Cell, ...]]:
    """Write every stage as it stood on a day: what came later is not known."""
    return [_row(stage, day) for stage in STAGES]


def workbook(rows: list[tuple[Cell, ...]], day: date) -> bytes:
    """Write the register with one merged title over its table and notes below it."""

    def fill(book: Workbook, formats: Formats) -> None:
        sheet = book.add_worksheet(SHEET)
        write_titles(sheet, (f"{TITLE}（{long_day(day)}現在）",), len(HEADER), formats)
        write_notes(sheet, write_table(sheet, 2, HEADER, rows, formats), NOTES)

    return workbook_bytes(fill)


def _row(stage: Stage, day: date) -> tuple[Cell, ...]:
    is_done = stage.done <= day
    is_begun = stage.begun <= day
    state = stage.when_done if is_done else stage.under_way if is_begun else "未着手"
    return (
        stage.indicator,
        stage.number if stage.indicator == CLOUD else full_width(str(stage.number)),
        stage.name,
        _written(stage, stage.planned),
        _written(stage, stage.done) if is_done else None,
        state,
        "100%" if is_done else "５０％" if is_begun else "0%",
        f"https://www.example.lg.jp/digital/milestones/{stage.done:%Y%m%d}.html"
        if is_done
        else None,
        stage.person,
        stage.remark or None,
    )


def _written(stage: Stage, day: date) -> Cell:
    """Write a day in one of three ways: long for what opens the operation, else as the stage's
    number falls.
    """
    if stage.when_done == "運用開始" or stage.number % 3 == 0:
        return long_day(day)
    return short_day(day) if stage.number % 3 == 1 else day
