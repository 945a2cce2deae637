"""The configuration: what overrides what, what is refused, and that no secret is shown."""

from pathlib import Path

import pytest

from settings import ConfigurationError, mask_secrets, settings

TOML = """
pseudonym_key = "a key for the tests alone"
[sources.policy_pages]
location = "pages"
[sources.access_log]
location = "logs"
enabled = false
"""


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "shihyo.toml").write_text(TOML, encoding="utf-8")
    monkeypatch.setenv("SHIHYO_CONFIG", str(tmp_path / "shihyo.toml"))
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()


def test_relative_location_is_relative_to_the_file_that_says_it(configured: Path) -> None:
    assert settings().sources["policy_pages"].location == str(configured / "pages")
    assert not settings().sources["access_log"].enabled
    assert not settings().sources["staff_roster"].enabled, (
        "a source that the file does not name is not read"
    )


def test_environment_overrides_one_field_relative_to_the_working_directory(
    configured: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(configured.parent)
    monkeypatch.setenv("SHIHYO_SOURCES__ACCESS_LOG__ENABLED", "true")
    monkeypatch.setenv("SHIHYO_SOURCES__POLICY_PAGES__LOCATION", "elsewhere/page.txt")
    monkeypatch.setenv("SHIHYO_DATA_DIR", "warehouse")
    assert settings().sources["access_log"].enabled
    assert settings().sources["access_log"].location == str(configured / "logs")
    assert settings().sources["policy_pages"].location == str(
        configured.parent / "elsewhere" / "page.txt"
    )
    assert settings().data_dir == configured.parent / "warehouse"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SHIHYO_KEEP_VERSION", "3"),
        ("SHIHYO_SOURCES__POLICY_PAGE__LOCATION", "x"),
        ("SHIHYO_SOURCES__POLICY_PAGES__PLACE", "x"),
    ],
)
def test_unknown_variable_is_refused_by_name(
    configured: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigurationError, match=variable):
        settings()


def test_unknown_source_and_damaged_file_are_refused(configured: Path) -> None:
    (configured / "shihyo.toml").write_text(
        TOML + "[sources.procedure]\nlocation = 'x'\n", encoding="utf-8"
    )
    with pytest.raises(ConfigurationError, match="procedure"):
        settings()
    (configured / "shihyo.toml").write_text("pseudonym_key = ", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"shihyo\.toml"):
        settings()


def test_secrets_are_masked_wherever_a_location_is_shown(
    configured: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(
        "SHIHYO_SOURCES__POLICY_PAGES__LOCATION",
        "https://user:hunter2@example.org/page?token=hunter3",
    )
    shown = repr(settings()) + str(settings().sources["policy_pages"])
    assert "hunter" not in shown
    assert "a key for the tests alone" not in shown
    assert mask_secrets("postgresql://user:hunter2@db/x") == "postgresql://***@db/x"
