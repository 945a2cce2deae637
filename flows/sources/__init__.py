"""The registry of source systems: explicit, so that one search finds every source."""

from flows.sources.access_log import AccessLog
from flows.sources.base import Source
from flows.sources.policy_pages import PolicyPages
from flows.sources.procedures import Procedures
from flows.sources.staff_roster import StaffRoster

SOURCES: tuple[Source, ...] = (PolicyPages(), AccessLog(), StaffRoster(), Procedures())
