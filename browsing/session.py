"""A reader's session without a browser: the messages that a browser exchanges with the app's
server, and nothing drawn.

It costs its own side little, so that many can ask at once and what is measured is the server.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect
from websockets.sync.connection import Connection

_SECONDS = 60
_MOST_BYTES = 64 * 2**20


@dataclass(frozen=True)
class Shown:
    """What one run of the script showed: the HTML that it wrote, the kinds of all its elements, and
    how many bytes came.
    """

    html: str
    kinds: tuple[str, ...]
    byte_count: int
    is_whole: bool


class Session:
    """A session of a server, open for one page after another."""

    def __init__(self, url: str, socket: Connection) -> None:
        self._url = url
        self._socket = socket

    def ask(self, address: str = "") -> Shown:
        """Ask for a page by its address below the server's, and return what is shown when it is
        there.
        """
        split = urlsplit(address)
        asked = BackMsg()
        asked.rerun_script.query_string = split.query
        asked.rerun_script.page_name = split.path.strip("/")
        asked.rerun_script.context_info.url = f"{self._url}/{address}"
        asked.rerun_script.context_info.locale = "ja"
        asked.rerun_script.context_info.timezone = "Asia/Tokyo"
        self._socket.send(asked.SerializeToString())
        return self._shown()

    def _shown(self) -> Shown:
        html: list[str] = []
        kinds: list[str] = []
        byte_count = 0
        while True:
            data = self._socket.recv(timeout=_SECONDS)
            byte_count += len(data)
            message = ForwardMsg()
            message.ParseFromString(data if isinstance(data, bytes) else data.encode())
            kind = message.WhichOneof("type")
            if kind == "delta" and message.delta.WhichOneof("type") == "new_element":
                element = message.delta.new_element
                kinds.append(str(element.WhichOneof("type")))
                if kinds[-1] == "html":
                    html.append(element.html.body)
            elif kind == "script_finished":
                is_whole = message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
                return Shown("\n".join(html), tuple(kinds), byte_count, is_whole)


@contextmanager
def session(url: str) -> Iterator[Session]:
    """Open a session of the server at an address, and close it."""
    stream = f"ws{url.removeprefix('http')}/_stcore/stream"
    with connect(
        stream,
        subprotocols=["streamlit"],  # type: ignore[list-item]
        max_size=_MOST_BYTES,
        open_timeout=_SECONDS,
        compression=None,
        proxy=None,
    ) as socket:
        yield Session(url, socket)
