"""Two hundred nights of one city (2 × N): late files, corrections, sources out of reach, held versions,
approvals, refusals, rollbacks. They end as one load of the same deliveries does.

The nights are bare (no Prefect, no expectations); what holds and approves is the night's own code.
"""

import os
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from harness.bare_nights import BareNights, bare_nights, copy_project, settings_of
from harness.histories import History
from harness.invariants import check_no_orphan_files, export_marts, first_difference
from small_city import City, new_city

from flows.errors import HeldForApproval
from flows.landing.land import land_source
from flows.night import publish, write
from flows.night.approval import approve, hold_surprises, reject
from flows.run import Run, recorded
from flows.sources import SOURCES
from published import kept_files, published_version, version_of
from settings import Settings

N = int(os.environ.get("N", "20"))
NIGHTS = 2 * N
SEED = int(os.environ.get("SEED") or random.randrange(10**6))
BY = ("情報 太郎", "確かめた")


@dataclass
class LongHistory(History):
    """A history of many nights: one a day, now and then none, or two."""

    def __post_init__(self) -> None:
        super().__post_init__()
        while len(self.days) < NIGHTS:
            self.days.append(self.days[-1] + timedelta(days=self.chance.choice((0, 1, 1, 1, 1, 2))))
        del self.days[NIGHTS:]


@dataclass
class Nights:
    """Runs a history's nights, and lands for a twin what they land; `count` says what happened."""

    bare: BareNights
    history: LongHistory
    settings: Settings
    twin: Settings
    chance: random.Random
    out_of_reach: dict[str, int] = field(default_factory=dict)
    count: Counter[str] = field(default_factory=Counter)

    def night(self, number: int, as_of: date) -> None:
        """Land, build, and publish or hold; then a person may decide, or roll back."""
        if number:  # a source that never was within reach has landed nothing, not even its contract
            self._lose_sources()
        for settings in (self.settings, self.twin):
            for source in SOURCES:
                if source.name not in self.out_of_reach:
                    land_source(settings, source, [as_of], self.bare.reader)
        self.count["sources out of reach"] += len(self.out_of_reach)
        run = self._run(number, as_of)
        try:
            with recorded(self.settings, run):
                publish.clear_leftovers(self.settings)
                write.write_candidate(self.settings, run)
                hold_surprises(self.settings, run)
                publish.publish_candidate(self.settings, run)
            self.count["published"] += 1
        except HeldForApproval:
            self.count["held"] += 1
            self._decide(str(run.version))
        if self.chance.random() < 0.05:
            self._roll_back()

    def _run(self, number: int, as_of: date) -> Run:
        run = Run("run", as_of, version=f"{as_of:%Y%m%d}-20990101T{number:06d}Z")
        run.published_before = published_version(self.settings)
        return run

    def _lose_sources(self) -> None:
        left = {name: nights - 1 for name, nights in self.out_of_reach.items() if nights > 1}
        self.out_of_reach = left
        if self.chance.random() < 0.2:
            self.out_of_reach[self.chance.choice(SOURCES).name] = self.chance.randint(1, 5)

    def _decide(self, version: str) -> None:
        decision = self.chance.choice(("approved", "approved", "rejected", "left to later nights"))
        self.count[decision] += 1
        if decision == "approved":
            approve(self.settings, version, *BY)
        elif decision == "rejected":
            reject(self.settings, version, *BY)

    def _roll_back(self) -> None:
        """Publish the version before again; a night may only follow a version of its own day or
        an earlier one.
        """
        kept = [version_of(file) for file in kept_files(self.settings)]
        earlier = kept[kept.index(str(published_version(self.settings))) + 1 :]
        if earlier:
            publish.rollback(self.settings, earlier[0])
            self.count["rolled back"] += 1

    def end(self) -> None:
        """Publish what has landed in the last night, whatever it changes."""
        settings = self.settings.model_copy(update={"holds_for_approval": False})
        run = self._run(NIGHTS, self.history.last_day)
        with recorded(settings, run):
            write.write_candidate(settings, run)
            publish.publish_candidate(settings, run)

    def load_twin(self) -> None:
        """Build once, from nothing, all that has landed."""
        run = Run("backfill", self.history.last_day, version="20991231-20991231T000000Z")
        self.bare.with_tests = True
        with recorded(self.twin, run):
            write.write_candidate(self.twin, run, full_refresh=True)
            publish.publish_candidate(self.twin, run)
        self.bare.with_tests = False


def test_two_hundred_nights_end_as_one_load_of_the_same_deliveries(tmp_path: Path) -> None:
    print(f"SEED={SEED} NIGHTS={NIGHTS}")
    project = copy_project(tmp_path / "dbt_project")
    city = new_city(tmp_path / "city")
    twin = City(tmp_path / "twin")
    history = LongHistory(city, SEED)
    history.draw_seeds(project)
    own = {"keep_versions": 5, "holds_for_approval": True}
    settings = settings_of(city, procedures=history.catalogue).model_copy(update=own)
    for each in (settings.published_dir, twin.data / "published"):
        each.mkdir(parents=True)
    with bare_nights(project, tmp_path / "dbt") as bare:
        nights = Nights(
            bare,
            history,
            settings,
            settings.model_copy(update={"data_dir": twin.data}),
            random.Random(SEED),
        )
        for number, as_of in enumerate(history.days):
            history.deliver_until(as_of, is_first=number == 0)
            nights.night(number, as_of)
        nights.end()
        nights.load_twin()
    print(f"{NIGHTS} nights, {history.days[0]} to {history.last_day}: {dict(nights.count)}")
    check_no_orphan_files(city)
    marts = export_marts(city)
    assert first_difference(marts, export_marts(twin)) is None
    print(f"{sum(map(len, marts.values())) - len(marts)} rows of {len(marts)} marts compared")
    if NIGHTS >= 50:
        assert all(nights.count[each] for each in ("published", "held", "approved", "rejected"))
