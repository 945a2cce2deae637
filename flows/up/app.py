"""The app in a process of its own, which ends with its parent.

Run as `python -m flows.up.app PORT BASE_PATH`, by `shihyo up`.
"""

import os
import sys

from flows.children.process import die_with_parent
from settings import ROOT


def _serve(port: str, base_path: str) -> None:
    die_with_parent()
    os.chdir(ROOT)
    from streamlit.web.cli import main

    sys.argv = ["streamlit", "run", "app/streamlit_app.py", "--server.port", port]
    if base_path:
        sys.argv += ["--server.baseUrlPath", base_path]
    main(prog_name="streamlit")


if __name__ == "__main__":
    _serve(*sys.argv[1:3])
