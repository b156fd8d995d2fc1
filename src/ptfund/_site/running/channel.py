"""Messages between the build and a chapter's process, over a pair of connected sockets."""

import json
import select
import socket
import struct
from typing import Any

__all__ = ["READY", "Channel"]

READY = b"ready"

_LENGTH = struct.Struct("!Q")


class Channel:
    """One end of the connection; messages are what JSON can hold."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def fileno(self) -> int:
        """Return the number by which the system knows this end."""
        return self._connection.fileno()

    def send(self, message: Any) -> None:
        """Send a message.

        Raises:
            OSError: If nobody is at the other end any more.
        """
        content = json.dumps(message).encode()
        self._connection.sendall(_LENGTH.pack(len(content)) + content)

    def wait(self, seconds: float) -> bool:
        """Wait for a message, or for the other end's end; return whether there is one."""
        return bool(select.select([self._connection], [], [], seconds)[0])

    def receive(self) -> Any:
        """Return the next message.

        Raises:
            EOFError: If the other end is gone.
        """
        (length,) = _LENGTH.unpack(self._read(_LENGTH.size))
        return json.loads(self._read(length))

    def _read(self, count: int) -> bytearray:
        content = bytearray()
        while len(content) < count:
            try:
                piece = self._connection.recv(min(count - len(content), 1 << 20))
            except ConnectionError:
                piece = b""
            if not piece:
                raise EOFError("the other end is gone")
            content += piece
        return content

    def end(self) -> None:
        """Tell the other end to end, wait until it has, and close the connection."""
        try:
            self._connection.shutdown(socket.SHUT_WR)
            while self._connection.recv(1 << 20):
                pass
        except OSError:  # it had gone before
            pass
        self._connection.close()
