"""Every way a night can end badly, and the exit code each one carries.

    ShihyoError            1   anything else that went wrong, said in one line
    ├── UsageError         2   wrong usage or configuration
    ├── AuditFailed        3   the audit refused the candidate; nothing was published
    ├── SourceUnavailable  4   a source could not be reached; may pass by itself, so it is retried
    │   └── StoreUnavailable   the engine's store, likewise
    ├── WarehouseBusy      5   another run holds the warehouse
    └── HeldForApproval    6   what is surprising waits for a person; nothing was published yet

A message says what, where, expected, found and what to do next, and never quotes a source row: a
row may name a person.
"""


class ShihyoError(Exception):
    """A night, or a command, that could not do its work."""

    exit_code = 1

    def __init__(self, message: str, details: str = "") -> None:
        """Keep the one line, and what may be printed below it where a person is looking (never by a
        night).
        """
        super().__init__(message)
        self.details = details


class UsageError(ShihyoError):
    """The command line, the TOML file or the environment asks for something that is not there."""

    exit_code = 2


class AuditFailed(ShihyoError):
    """A critical expectation or a dbt test did not hold."""

    exit_code = 3


class SourceUnavailable(ShihyoError):
    """A source system could not be reached."""

    exit_code = 4


class StoreUnavailable(SourceUnavailable):
    """The store over which executors hand on what they made could not be reached."""


class WarehouseBusy(ShihyoError):
    """Another run holds the warehouse."""

    exit_code = 5


class HeldForApproval(ShihyoError):
    """A version would surprise its readers, and a person has to approve it first."""

    exit_code = 6
