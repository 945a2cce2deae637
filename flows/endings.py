"""Endings: what the last line of a command that failed may say. Only what is checked for it is
said.
"""

import os

from flows.machine.disks import disk_trouble, with_full_place
from flows.versions import check_published, linked_version
from settings import settings

# Some libraries say all that they were given: the ledger keeps a line of it.
_LONGEST = 4_000


def unexpected(error: Exception) -> str:
    """Say what an error says and where it came from, or which disk is its cause."""
    said = f"{type(error).__name__} in {_innermost(error)}: {one_line(error)}"
    if trouble := disk_trouble(error, settings()):
        return f"{trouble}; it failed with: {said}"
    return with_full_place(said, settings())


def compared() -> str:
    """Say what comparing the published version with the ledger finds, now."""
    try:
        verdict = check_published(settings())
    except Exception as error:  # the line that says why a command failed must not fail itself
        return f"what is published was not checked ({type(error).__name__})"
    return str(verdict) if verdict else "nothing is published"


def linked() -> str:
    """Say which version the link names. Whoever ends a command waits for no checksum."""
    try:
        version, wrong = linked_version(settings())
    except Exception as error:
        return f"what is published was not checked ({type(error).__name__})"
    if version and not wrong:
        return f"the link names version {version}, whose file was not checked"
    return wrong or "nothing is published"


def one_line(error: BaseException) -> str:
    """Return what an error says, without its line breaks; of a long one its beginning."""
    said = " ".join(str(error).split())
    return said if len(said) <= _LONGEST else f"{said[:_LONGEST]} …"


def _innermost(error: BaseException) -> str:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    if trace is None:
        return "?"
    return f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}"  # noqa: PTH119
