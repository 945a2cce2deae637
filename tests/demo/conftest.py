"""The whole demonstration's sources, generated once for all workers."""

from pathlib import Path

import pytest
from harness.once import once

from demo.generation import generate


@pytest.fixture(scope="session")
def demo_sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the demonstration's sources; copy it, never change it."""

    def make(folder: Path) -> None:
        assert generate(folder / "demo_sources") is not None

    return once(tmp_path_factory, "demo_sources", make) / "demo_sources"
