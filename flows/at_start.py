"""At the start: whoever interrupts a command while its libraries are still being imported ends it
without a trace. Imported before all of them, by the command line alone. Where interrupts are
ignored, as in the background, they stay ignored.
"""

import signal


def heed_interrupts() -> None:
    """Take an interrupt as Python does, which `cli.main` says in one line."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)


if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
