"""TCP of the emulated country: order, rate, and both ways of ending."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING

from drivers.emulated.air import Pipe, PipeEnd
from drivers.emulated.hlr import Subscriber
from drivers.emulated.mms.internet import RATE, Internet, Reach
from drivers.emulated.timers import Timers
from interop.engine.clock import run_virtual

if TYPE_CHECKING:
    from tests.drivers.emulated.mms.conftest import Wire

CALLER = Subscriber("17090001234", "460011709001234", "CUCC", "小米移动", "北京")


class Echo:
    """Implements `Listener` and its own `PipeEnd`."""

    def __init__(self) -> None:
        self.pipe: Pipe | None = None
        self.ended = 0

    def reach(self, caller: Subscriber) -> Reach:
        assert caller is CALLER
        return Reach.LISTENS

    def accept(self, pipe: Pipe, caller: Subscriber) -> PipeEnd:
        assert caller is CALLER
        self.pipe = pipe
        return self

    def received(self, data: bytes) -> None:
        assert self.pipe is not None
        self.pipe.write(data)

    def closed(self) -> None:
        self.ended += 1


async def connected(wire: Wire) -> tuple[Internet, Echo]:
    echo, internet = Echo(), Internet(Timers(1))
    internet.listen("CUCC", "10.0.0.1", 7, echo)
    done: asyncio.Future[Pipe | None] = asyncio.get_running_loop().create_future()
    internet.connect(CALLER, "10.0.0.1", 7, wire, done.set_result)
    wire.pipe = await done
    assert wire.pipe is not None
    return internet, echo


def test_octets_come_in_order_and_take_their_time(wire: Callable[[], Wire]) -> None:
    async def scenario() -> None:
        end = wire()
        await connected(end)
        chance, data, loop = Random("octets"), b"", asyncio.get_running_loop()
        begun = loop.time()
        while len(data) < 300_000:
            piece = chance.randbytes(chance.choice((0, 1, 100, 5000, 70_000)))
            end.say(piece)
            data += piece
        while len(end.heard) < len(data):
            await end.more()
        assert end.heard == data
        assert len(data) / RATE < loop.time() - begun < len(data) / RATE + 1

    run_virtual(scenario())


def test_what_was_written_before_the_end_still_comes(wire: Callable[[], Wire]) -> None:
    async def scenario() -> None:
        end = wire()
        _, echo = await connected(end)
        assert echo.pipe is not None and end.pipe is not None
        echo.pipe.write(bytes(50_000))
        echo.pipe.close()
        echo.pipe.write(b"never")
        await end.end()
        assert end.heard == bytes(50_000)
        end.say(b"into the void")
        end.pipe.close()
        await asyncio.sleep(10)
        assert echo.ended == 0, "who closed it is not told"

    run_virtual(scenario())


def test_a_cut_is_noticed_at_both_ends_and_loses_what_is_underway(wire: Callable[[], Wire]) -> None:
    async def scenario() -> None:
        end = wire()
        internet, echo = await connected(end)
        other = wire()
        done: asyncio.Future[Pipe | None] = asyncio.get_running_loop().create_future()
        connection = internet.connect(CALLER, "10.0.0.1", 7, other, done.set_result)
        assert not connection.over
        other.pipe = await done
        other.say(b"lost")
        connection.cut()
        connection.cut()
        await asyncio.sleep(10)
        assert connection.over and other.ended and other.heard == b"" and echo.ended == 1
        assert not end.ended

    run_virtual(scenario())


def test_the_private_addresses_of_one_operator_are_not_those_of_the_other(wire: Callable[[], Wire]) -> None:
    async def scenario() -> None:
        internet, _ = await connected(wire())
        stranger = Subscriber("13900001234", "460001390001234", "CMCC", "中国移动", "北京")
        assert internet.reach(stranger, "10.0.0.1", 7) is Reach.SILENT
        assert internet.reach(CALLER, "10.0.0.1", 8) is Reach.SILENT

    run_virtual(scenario())
