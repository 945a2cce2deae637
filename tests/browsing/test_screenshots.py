"""What `make screenshots` takes: every page as readers have it, under a name that says which."""

from app.address import CHOICES, PAGES
from app.drawing.words import LANGUAGES
from browsing import screenshots
from browsing.screenshots import Picture, pictures


def test_every_page_is_taken_in_each_language_width_and_scheme_and_on_paper() -> None:
    names = [each.name for each in pictures()]
    assert len(names) == len(set(names)) == len(screenshots.PAGES) * 2 * (3 * 2 + 1)
    assert {name.partition("-")[0] for name in screenshots.PAGES} == set(PAGES)
    for expected in (
        "overview.ja.390.light.png",
        "indicator-training_participants.en.1920.dark.png",
        "usage.ja.A4.pdf",
        "definitions.en.1280.light.png",
    ):
        assert expected in names


def test_languages_and_schemes_are_the_apps() -> None:
    assert screenshots.LANGUAGES == LANGUAGES
    assert set(screenshots.SCHEMES) == set(CHOICES["scheme"]) - {"auto"}


def test_a_picture_asks_for_what_its_name_says() -> None:
    dark = Picture("indicator-training_participants", "en", 390, "dark")
    assert dark.address == "indicator?indicator=training_participants&lang=en&scheme=dark"
    assert Picture("overview", "ja").address == "?lang=ja&scheme=light"
