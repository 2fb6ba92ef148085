"""A session of either side: each answer reaches its own request, or nobody."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from interop.gateway import Frame, GatewayError, cmpp, sgip, smpp
from interop.gateway.session import Answered, Asked, Garbled, Session, Stray, WindowFull, counting


def pair(window: int = 16) -> tuple[Session, Session]:
    return tuple(Session(cmpp.CMPP, 3, sequence=counting(), window=window) for _ in range(2))  # type: ignore[return-value]


def submit(text: bytes) -> cmpp.Submit:
    return cmpp.Submit(destinations=("8617012345678",), content=text)


def test_there_and_back() -> None:
    client, server = pair()
    request, data = client.request(submit(b"hello"))
    (asked,) = server.receive(data)
    assert asked == Asked(request)
    (answered,) = client.receive(server.answer(request, cmpp.SubmitResp(7, 13)))
    assert answered == Answered(request, Frame(cmpp.SubmitResp(7, 13), request.sequence))
    assert not client.outstanding


def test_a_late_answer_is_nobodys() -> None:
    client, server = pair()
    first, _ = client.request(submit(b"first"))
    client.give_up(first)
    second, _ = client.request(submit(b"second"))
    late = server.answer(first, cmpp.SubmitResp(1))
    (event,) = client.receive(late)
    assert isinstance(event, Stray)
    assert client.outstanding == [second]


def test_an_answer_to_something_else() -> None:
    client, server = pair()
    request, _ = client.request(submit(b"x"))
    (event,) = client.receive(server.answer(request, cmpp.ActiveTestResp()))
    assert isinstance(event, Stray)
    assert client.outstanding == [request]


def test_smpp_may_answer_anything_with_a_nack() -> None:
    client = Session(smpp.SMPP, 3, sequence=counting())
    request, _ = client.request(smpp.SubmitSm(destination="8617012345678"))
    data = smpp.SMPP.encode(Frame(smpp.GenericNack(), request.sequence, 3), 3)
    (event,) = client.receive(data)
    assert isinstance(event, Answered)
    assert event.frame.status == 3


def test_the_window() -> None:
    client, server = pair(window=2)
    first, _ = client.request(submit(b"1"))
    client.request(submit(b"2"))
    with pytest.raises(WindowFull):
        client.request(submit(b"3"))
    list(client.receive(server.answer(first, cmpp.SubmitResp())))
    client.request(submit(b"3"))


def test_what_cannot_be_sent_takes_no_place() -> None:
    client, _ = pair(window=1)
    with pytest.raises(GatewayError):
        client.request(cmpp.Submit())
    assert client.room


def test_a_garbled_request_can_be_refused() -> None:
    _, server = pair()
    whole = cmpp.CMPP.encode(Frame(submit(b"x"), 44), 3)
    broken = (len(whole) - 3).to_bytes(4, "big") + whole[4:-3]
    good = cmpp.CMPP.encode(Frame(cmpp.ActiveTest(), 45), 3)
    garbled, asked = server.receive(broken + good)
    assert isinstance(garbled, Garbled)
    assert (garbled.command, garbled.sequence) == (4, 44)
    assert isinstance(asked, Asked)


def test_sgip_numbers_in_three_parts() -> None:
    client = Session(sgip.SGIP, 2, sequence=lambda: (3010012345, 105090000, 1))
    request, data = client.request(sgip.Submit(destinations=("8617012345678",)))
    assert data[8:20] == b"".join(part.to_bytes(4, "big") for part in (3010012345, 105090000, 1))
    (event,) = client.receive(client.answer(request, sgip.SubmitResp(23)))
    assert isinstance(event, Answered)


def test_counting_begins_anew() -> None:
    take = counting(1, 3)
    assert [take() for _ in range(5)] == [1, 2, 3, 1, 2]


class Connection(RuleBasedStateMachine):
    """A peer that answers in any order, twice, late, or never."""

    def __init__(self) -> None:
        super().__init__()
        self.client, self.server = pair(window=4)
        self.open: list[Frame] = []
        self.given_up: list[Frame] = []
        self.done: list[Frame] = []

    @rule(text=st.binary(max_size=5))
    def ask(self, text: bytes) -> None:
        if self.client.room:
            self.open.append(self.client.request(submit(text))[0])

    @rule(data=st.data())
    def answer(self, data: Any) -> None:
        frames = self.open + self.given_up + self.done
        if not frames:
            return
        frame = data.draw(st.sampled_from(frames))
        (event,) = self.client.receive(self.server.answer(frame, cmpp.SubmitResp(frame.sequence)))
        if frame in self.open:
            assert event == Answered(frame, Frame(cmpp.SubmitResp(frame.sequence), frame.sequence))
            self.open.remove(frame)
            self.done.append(frame)
        else:
            assert isinstance(event, Stray)

    @rule(data=st.data())
    def give_up(self, data: Any) -> None:
        if self.open:
            frame = data.draw(st.sampled_from(self.open))
            self.client.give_up(frame)
            self.open.remove(frame)
            self.given_up.append(frame)

    @invariant()
    def the_same_are_open(self) -> None:
        assert self.client.outstanding == self.open


Connection.TestCase.settings = settings(max_examples=50, stateful_step_count=30, deadline=None)
test_any_order = Connection.TestCase
