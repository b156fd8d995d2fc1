"""Messages between the build and a chapter arrive whole, or not at all."""

import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from ptfund._site.running.channel import Channel


def test_a_message_of_any_length_arrives() -> None:
    """In order, also where the system takes only a part of it at a time."""
    messages = [{"a": "●" * 1_000_000, "b": [None, 1.5]}, [], "last"]
    ours, theirs = socket.socketpair()

    def send() -> None:
        for message in messages:
            Channel(ours).send(message)

    with ThreadPoolExecutor(1) as pool, ours, theirs:
        sending = pool.submit(send)
        assert [Channel(theirs).receive() for _ in messages] == messages
        sending.result()


@pytest.mark.parametrize("begun", [b"", b"\0\0", b"\0\0\0\0\0\0\0\x05", b"\0\0\0\0\0\0\0\x0512"])
def test_what_ends_in_the_middle_is_no_message(begun: bytes) -> None:
    """The other end has died while it was sending."""
    ours, theirs = socket.socketpair()
    with ours:
        theirs.sendall(begun)
        theirs.close()
        with pytest.raises(EOFError, match="the other end is gone"):
            Channel(ours).receive()


def test_whether_there_is_something_is_known() -> None:
    """A message, or the other end's end; and both ends can be closed twice over."""
    ours, theirs = map(Channel, socket.socketpair())
    assert not ours.wait(0)
    theirs.send(1)
    assert ours.wait(0)
    assert ours.receive() == 1
    with ThreadPoolExecutor(1) as pool:
        ending = pool.submit(theirs.end)
        assert ours.wait(60)
        ours.end()
        ending.result()
