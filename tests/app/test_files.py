"""Files of what a panel shows: each cell is the page's, figures are figures, and no text is a
formula.
"""

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from typing import Any
from urllib.parse import parse_qs

import openpyxl
import pytest

from app import files
from app.address import read_address

VERSION = "20261120-20261124T034500Z"
PAGES = (
    ("", {}),
    ("indicator", {"indicator": "visualisation_usage_rate"}),
    ("indicator", {"indicator": "training_participants"}),
    ("indicator", {"indicator": "online_procedures"}),
    ("indicator", {"indicator": "specialists_hired"}),
    ("usage", {}),
    ("health", {}),
)


def links(page: str) -> list[str]:
    return [unescape(each) for each in re.findall(r'href="(download/[^"]+)"', page)]


# When `opened` draws its pages.
NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


def saved(link: str) -> files.File | None:
    """Return the file behind a link, as the server answers it."""
    import settings as configuration

    path, _, query = link.partition("?")
    _, page, name = path.split("/")
    asked = parse_qs(query)
    panel, _, form = name.rpartition(".")
    address = read_address(page, asked)
    assert not address.unknown
    owner = asked.get("owner", [""])[0]
    return files.saved(configuration.settings(), address, panel, form, asked["of"][0], NOW, owner)


def of(page: str, panel: str, form: str) -> files.File:
    found = saved(next(each for each in links(page) if f"/{panel}.{form}?" in each))
    assert found
    return found


def cells_of_page(page: str, heading: str) -> list[list[str]]:
    """Read a table as a reader does, by means of its own: the rows under a heading."""
    section = re.search(rf"<h2>{re.escape(heading)}.*?</table>", page, re.DOTALL)
    assert section
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", section[0], re.DOTALL)
    heads = re.compile(r'<span class="head".*?</span>', re.DOTALL)
    read = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", heads.sub("", row), re.DOTALL) for row in rows]
    return [
        [" ".join(unescape(re.sub(r"<[^>]+>", "", cell)).split()) for cell in row] for row in read
    ]


def lines_of(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf"), "Excel takes a CSV without it for Shift_JIS"
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def shown(cell: Any) -> str:
    """Write a cell as a spreadsheet shows it."""
    if not isinstance(cell.value, int | float):
        return cell.value or ""
    form, *negative = cell.number_format.split(";")
    value = abs(cell.value) if negative else cell.value
    form = negative[0] if negative and cell.value < 0 else form
    before, digits, after = re.fullmatch(r'(?:"([^"]*)")?([#,0.]+)(%|"[^"]*")?', form).groups()  # type: ignore[union-attr]
    decimals = len(digits.partition(".")[2])
    number = f"{100 * value if after == '%' else value:{',' if ',' in digits else ''}.{decimals}f}"
    return f"{before or ''}{number}{(after or '').strip(chr(34))}"


def sheet_of(content: bytes) -> Iterator[list[str]]:
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    for row in sheet.iter_rows(min_row=4):
        cells = [shown(cell) for cell in row]
        if not any(cells):
            return
        yield cells


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize(
    ("page", "panel", "ja", "en"),
    [
        ("indicator", "indicator_judgements", "達成状況の判定", "Achievement"),
        (
            "indicator",
            "indicator_reconciliations",
            "公表値との照合",
            "Against the published figures",
        ),
        ("health", "health_sources", "取得元ごとの新しさ", "How fresh each source is"),
        ("health", "health_nights", "最近の夜間処理", "The last nights"),
        (
            "health",
            "health_reconciliations",
            "公表された実績との照合",
            "Beside the published results",
        ),
    ],
)
def test_every_cell_of_a_file_is_the_pages(
    published: Any,
    opened: Any,
    language: str,
    page: str,
    panel: str,
    ja: str,
    en: str,
) -> None:
    drawn = opened(page, lang=language, indicator="online_procedures")
    heading = {"ja": ja, "en": en}[language]
    expected = cells_of_page(drawn, heading)
    assert len(expected) > 1
    lines = lines_of(of(drawn, panel, "csv").content)
    if [] in lines:  # a panel's further tables follow
        lines = lines[: lines.index([])]
    assert [line[: len(expected[0])] for line in lines] == expected
    assert {line[len(expected[0])] for line in lines[1:]} == {"2026-11-20"}
    assert {line[len(expected[0]) + 1] for line in lines[1:]} == {
        "模擬データを含む" if language == "ja" else "holds simulated data"
    }
    assert list(sheet_of(of(drawn, panel, "xlsx").content)) == expected
    told = json.loads(of(drawn, panel, "json").content)
    assert [told["tables"][0]["columns"], *told["tables"][0]["rows"]] == expected
    assert (told["as_of"], bool(told["data"])) == ("2026-11-20", True)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_link_to_a_file_has_its_file(published: Any, opened: Any, language: str) -> None:
    names = set()
    for page, query in PAGES:
        for link in links(opened(page, lang=language, **query)):
            found = saved(link)
            assert found, link
            assert "2026-11-20" in found.name or found.name.startswith("要確認_")
            assert not re.search(r'[\\/:*?"<>|\s]', found.name)
            names.add(found.name)
            if found.name.endswith(".csv"):
                assert len(lines_of(found.content)) > 1, link
            elif found.name.endswith(".xlsx"):
                assert openpyxl.load_workbook(io.BytesIO(found.content)).worksheets[0].max_row > 1
            elif found.name.endswith(".svg"):
                assert found.content.startswith(b"<svg")
    assert len(names) > 40


def test_a_file_is_named_by_its_indicator_and_day(published: Any, opened: Any) -> None:
    page = opened("indicator", indicator="training_participants")
    assert (
        of(page, "indicator_judgements", "xlsx").name
        == "研修の受講者_達成状況の判定_2026-11-20.xlsx"
    )
    assert of(opened(), "overview_tiles", "csv").name == "全体_指標の一覧_2026-11-20.csv"


def test_figures_are_figures_in_a_workbook(published: Any, opened: Any) -> None:
    content = of(
        opened("indicator", indicator="visualisation_usage_rate"), "indicator_months", "xlsx"
    ).content
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    assert (sheet["A6"].value, sheet["B6"].value, sheet["B6"].number_format) == (
        "2026年10月",
        0.66,
        "#,##0.0%",
    )
    assert sheet["C6"].value == "35 / 53"
    assert "模擬データを含む" in sheet["A2"].value


def test_the_overview_is_a_row_an_indicator(published: Any, opened: Any) -> None:
    lines = lines_of(of(opened(), "overview_tiles", "csv").content)
    assert len(lines) == 10
    rate = next(line for line in lines if "データ可視化環境の利用状況" in line)
    assert rate[:2] == ["順調 1指標", "経営課題3"]
    assert "66% 目標 70%以上(令和8年度末)" in rate


def test_what_is_no_longer_kept_is_not_replaced(published: Any, opened: Any) -> None:
    link = next(each for each in links(opened("health")) if "health_sources.csv" in each)
    assert saved(link)
    for version in ("20261119-20261124T034500Z", "../../etc/passwd", "", "x"):
        assert (
            saved(
                link.replace(VERSION, version).replace("of=", "of=x")
                if not version
                else link.replace(VERSION, version)
            )
            is None
        )
    published.publish("20261121-20261125T034500Z")
    assert saved(link), "a version that is kept is read, though another is published by now"
    for wrong in (
        "nothing.csv",
        "health_heading.csv",
        "health_sources.exe",
        "health_sources.svg",
        "owner.xlsx",
    ):
        assert saved(link.replace("health_sources.csv", wrong)) is None


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t=", " =", "＝", "＋", "－", "＠", "\r="])
def test_a_text_that_looks_like_a_formula_stays_a_text(
    published: Any, opened: Any, change: Any, sign: str
) -> None:
    planted = f'{sign}HYPERLINK("http://planted")'
    change(
        published,
        f"update marts.fct_quarantined_rows set item_key = '{planted}', detail = '{planted}'",
    )
    page = opened("health")
    lines = lines_of(of(page, "quarantine_rows", "csv").content)
    found = [cell for line in lines for cell in line if "HYPERLINK" in cell]
    assert found
    assert all(cell.startswith("'") for cell in found)
    for link in [
        each for each in links(page) if "quarantine_rows.xlsx" in each or "owner.xlsx" in each
    ]:
        whole = saved(link)
        assert whole
        cells = [
            cell
            for row in openpyxl.load_workbook(io.BytesIO(whole.content)).worksheets[0].iter_rows()
            for cell in row
        ]
        planted_cells = [cell for cell in cells if "HYPERLINK" in str(cell.value)]
        assert planted_cells
        assert {(cell.data_type, cell.hyperlink) for cell in planted_cells} == {("s", None)}


def test_an_owners_workbook_is_the_one_of_the_command_line(
    published: Any, opened: Any, tmp_path: Any
) -> None:
    import settings as configuration
    from flows.errors import UsageError
    from flows.reading import quarantine

    exported = {
        path.name: path.read_bytes()
        for path in quarantine.export(configuration.settings(), tmp_path)
    }
    (tmp_path / "a file").touch()
    with pytest.raises(UsageError, match="a file is no folder"):
        quarantine.export(configuration.settings(), tmp_path / "a file")
    found = [saved(each) for each in links(opened("health")) if "owner.xlsx" in each]
    assert {each.name for each in found if each} == set(exported)
    for each in found:
        assert each
        ours, theirs = (
            openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
            for content in (each.content, exported[each.name])
        )
        rows = [
            [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]
            for sheet in (ours, theirs)
        ]
        assert rows[0] == rows[1]
        assert "模擬データを含む" in ours["A3"].value


def test_no_inner_rows_of_another_owner_are_in_a_workbook(published: Any, opened: Any) -> None:
    link = next(each for each in links(opened("health")) if "owner.xlsx" in each)
    whole = saved(link)
    assert whole
    text = str(
        [
            [cell.value for cell in row]
            for row in openpyxl.load_workbook(io.BytesIO(whole.content)).worksheets[0].iter_rows()
        ]
    )
    assert "596582.html" in text
    assert "受講日" not in text


def test_a_drawing_stands_alone(published: Any, opened: Any) -> None:
    from xml.etree import ElementTree

    for scheme, paper in (("light", "#fff"), ("dark", "#172232")):
        page = opened("indicator", indicator="visualisation_usage_rate", scheme=scheme)
        drawn = of(page, "indicator_months", "svg").content.decode()
        ElementTree.fromstring(drawn)
        assert "データ可視化環境の利用状況(月別)" in drawn
        assert "2026-11-20 模擬データを含む" in drawn
        assert "prefers-color-scheme" not in drawn
        assert re.findall(r"--paper: (#\w+)", drawn)[-1] == paper


def test_planted_text_is_inert_in_a_drawing(published: Any, opened: Any, change: Any) -> None:
    change(
        published,
        "update marts.dim_indicators set name_ja = '<script>planted</script>' where kind = 'ratio'",
    )
    drawn = of(
        opened("indicator", indicator="visualisation_usage_rate"), "indicator_months", "svg"
    ).content.decode()
    assert "&lt;script&gt;planted" in drawn
    assert "<script" not in drawn
