"""The registry of source systems: explicit, so that one search finds every source."""

from flows.sources.access_log import AccessLog
from flows.sources.base import Source
from flows.sources.milestones import Milestones
from flows.sources.nocode_apps import NocodeApps
from flows.sources.policy_pages import PolicyPages
from flows.sources.procedures import Procedures
from flows.sources.specialists import Specialists
from flows.sources.staff_roster import StaffRoster
from flows.sources.training_rosters import TrainingRosters

SOURCES: tuple[Source, ...] = (
    PolicyPages(),
    AccessLog(),
    StaffRoster(),
    Procedures(),
    NocodeApps(),
    TrainingRosters(),
    Specialists(),
    Milestones(),
)
