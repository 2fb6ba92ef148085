"""Whatever a stranger or a provider sends, a gateway answers, refuses or hangs up; nothing else."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interop.engine.clock import run_virtual
from interop.gateway import GatewayError
from interop.gateway.provider import Account
from interop.gateway.providers import PROVIDERS
from interop.gateway.session import Session
from interop.gateway.text import Piece

if TYPE_CHECKING:
    from tests.drivers.emulated.gateways.conftest import Hall

FEW = settings(
    max_examples=40, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
MI, MI_NUMBER = "mi-1709", "17090001234"
PART = bytes.fromhex("050003070201")
NAMES = ("cmpp2", "cmpp3", "sgip", "smgp", "smpp")


@st.composite
def frames(draw: st.DrawFn) -> bytes:
    """Well framed or nearly so: a known command, a body of any octets."""
    command = draw(st.sampled_from([1, 2, 3, 4, 5, 6, 8, 9, 0x15, 0x80000004, 0x80000005, 0x99]))
    body = draw(st.binary(max_size=12)) + draw(st.sampled_from([b"", bytes(8), bytes(127), bytes(200)]))
    body += draw(st.binary(max_size=30))
    length = 8 + len(body) + draw(st.sampled_from([0, 0, 0, 0, 1, -1]))
    return length.to_bytes(4, "big") + command.to_bytes(4, "big") + body


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("logged_in", [False, True])
@FEW
@given(sent=st.lists(frames() | st.binary(max_size=40), max_size=5))
def test_any_octets(hall: type[Hall], tmp_path: Path, name: str, logged_in: bool, sent: list[bytes]) -> None:
    complaints: list[dict[str, Any]] = []

    async def scenario() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: complaints.append(context))
        here = hall(tmp_path)
        await here.exchange.open()
        reader, writer = await asyncio.open_unix_connection(here.socket(name))
        if logged_in:
            part = next(part for part in here.lab.gateways if part.name == name)
            provider = PROVIDERS[part.driver](Account(part.account, "s3cret", part.number))
            session = Session(
                provider.dialect, provider.version, sequence=provider.sequence(here.network.now)
            )
            writer.write(session.request(provider.login(here.network.now()))[1])
            assert await reader.read(100)
        for octets in sent:
            writer.write(octets)
        await asyncio.sleep(600)
        writer.close()
        here.close()
        await asyncio.sleep(1)

    run_virtual(scenario())
    assert not complaints


PIECES = st.builds(
    Piece,
    coding=st.sampled_from([0, 1, 3, 4, 8, 9, 15, 0x10, 0x18, 0xC8, 0xF0, 0xF5]),
    header=st.booleans(),
    content=st.binary(max_size=140) | st.binary(max_size=134).map(lambda octets: PART + octets),
)


@pytest.mark.parametrize("name", NAMES)
@FEW
@given(sent=st.lists(PIECES, min_size=1, max_size=5))
def test_any_content(hall: type[Hall], tmp_path: Path, name: str, sent: list[Piece]) -> None:
    """Every submission is answered, and what was taken arrives as a TPDU that can be read."""
    complaints: list[dict[str, Any]] = []

    async def scenario() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: complaints.append(context))
        here = await hall(tmp_path).open()
        sp = await here.provider(name)
        try:
            handed = await sp.send_pieces(MI_NUMBER, sent, 60)
        except GatewayError:
            handed = []  # no provider can say this in its protocol
        taken = sum(answer.accepted for answer in handed)
        here.close()
        await asyncio.sleep(1)
        if handed:
            assert len(here[MI].delivers) >= taken == len(sp.reports)

    run_virtual(scenario())
    assert not complaints
