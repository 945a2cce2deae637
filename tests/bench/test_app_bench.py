"""The app's benchmarks compare like with like: the bare page shows the figures that the app shows."""

import re
from pathlib import Path
from typing import Any

import pytest

from bench.app import BARE_PAGE
from browsing.server import APP, ServerError, serve
from browsing.session import session


@pytest.fixture
def published_house(tmp_path: Path) -> Any:
    from tests.app.conftest import House

    house = House(tmp_path)
    house.publish()
    return house


def test_the_bare_page_shows_nine_figures_and_a_chart_of_the_same_warehouse(
    published_house: Any, tmp_path: Path
) -> None:
    with (
        serve(BARE_PAGE, published_house.environment, tmp_path / "bare") as server,
        session(server.url) as reader,
    ):
        bare = reader.ask()
    assert bare.is_whole
    assert bare.kinds.count("metric") == 9
    assert bare.kinds.count("vega_lite_chart") == 1
    with (
        serve(APP, published_house.environment, tmp_path / "app") as server,
        session(server.url) as reader,
    ):
        ours = reader.ask()
        english = reader.ask("usage?lang=en")
        lost = reader.ask("nowhere")
    assert ours.is_whole
    assert set(ours.kinds) == {"html"}
    assert ours.html.count("<article") == 9
    assert ours.html.count('<img class="chart wide"') == 1
    assert 'lang="en" data-scheme="auto" data-page="usage"' in english.html
    assert (
        "nowhere"
        in re.findall(r'<section class="notice unknown".*?</section>', lost.html, re.DOTALL)[0]
    )


def test_a_server_that_does_not_start_says_what_it_logged(tmp_path: Path) -> None:
    with (
        pytest.raises(ServerError, match="nowhere"),
        serve(tmp_path / "nowhere.py", {}, tmp_path / "log"),
    ):
        pass


def test_a_session_takes_processor_time_and_memory(published_house: Any, tmp_path: Path) -> None:
    with serve(APP, published_house.environment, tmp_path / "app") as server:
        before = server.cpu_seconds
        with session(server.url) as reader:
            reader.ask()
        assert server.cpu_seconds > before
        assert 50 * 2**20 < server.resident_bytes < 2**30
