"""Packet connections: who gets one, what it reaches, and what ends it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from drivers.emulated.air import Access, NoBearer
from interop.engine.clock import run_virtual

if TYPE_CHECKING:
    from tests.drivers.emulated.mms.conftest import Town, Wire

ASK = b"GET http://mmsc.myuni.com.cn/nothing HTTP/1.1\r\nHost: mmsc.myuni.com.cn\r\n\r\n"


@pytest.mark.parametrize(
    ("sim", "access", "cause"),
    [
        ("mi-1709", Access("3gwap"), None),
        ("mi-1709", Access("3GWAP", "anybody", "anything"), None),
        ("mi-1709", Access("3gnet"), None),
        ("mi-1709", Access(""), None),
        ("mi-1709", Access("ims"), None),
        ("mi-1709", Access("cmwap"), NoBearer.UNKNOWN_APN),
        ("mi-1709", Access("wap.mi.example"), NoBearer.UNKNOWN_APN),
        ("cmcc-bj", Access("cmwap"), None),
        ("cmcc-bj", Access("3gwap"), NoBearer.UNKNOWN_APN),
        ("hna-1700", Access("ctwap", "ctwap@mycdma.cn", "vnet.mobi"), None),
        ("hna-1700", Access("ctwap"), NoBearer.AUTHENTICATION_FAILED),
        ("hna-1700", Access("ctwap", "ctwap@mycdma.cn", "secret"), NoBearer.AUTHENTICATION_FAILED),
        ("hna-1700", Access("ctlte", "ctlte@mycdma.cn", "vnet.mobi"), None),
    ],
)
def test_the_access_points_are_those_of_the_base_operator(
    town: type[Town], sim: str, access: Access, cause: NoBearer | None
) -> None:
    async def scenario() -> None:
        here = await town().settle()
        bearer = await here[sim].bearer(access)
        assert bearer == cause if cause is not None else not isinstance(bearer, int)

    run_virtual(scenario())


@pytest.mark.parametrize(
    ("access", "host", "port", "reached"),
    [
        ("3gwap", "10.0.0.172", 80, True),
        ("3gwap", "mmsc.myuni.com.cn", 80, True),
        ("3gwap", "MMSC.myuni.com.cn", 80, True),
        ("3gwap", "10.0.0.172", 9201, False),
        ("3gwap", "10.0.0.200", 80, False),
        ("3gwap", "mmsc.monternet.com", 80, False),
        ("3gnet", "10.0.0.172", 80, False),
        ("3gnet", "mmsc.myuni.com.cn", 80, False),
        ("", "10.0.0.172", 80, False),
        ("ims", "10.0.0.172", 80, False),
    ],
)
def test_what_a_connection_reaches(
    town: type[Town], wire: Callable[[], Wire], access: str, host: str, port: int, *, reached: bool
) -> None:
    async def scenario() -> None:
        here = await town().settle()
        bearer = await here["mi-1709"].bearer(Access(access))
        assert not isinstance(bearer, int)
        assert (await wire().open(bearer, host, port) is not None) is reached

    run_virtual(scenario())


def test_each_has_an_address_of_its_own(town: type[Town]) -> None:
    async def scenario() -> None:
        here = await town().settle()
        bearers = [await here[sim].data() for sim in ("mi-1709", "cmcc-bj", "hna-1700", "mi-1709")]
        addresses = [bearer.address for bearer in bearers]
        assert len(set(addresses)) == 4 and all(address.startswith("10.") for address in addresses)

    run_virtual(scenario())


@pytest.mark.parametrize("sim", ["mi-1709", "hna-1700"])
def test_no_connection_off_the_air_or_without_service(town: type[Town], sim: str) -> None:
    async def scenario() -> None:
        off = await town().settle(sim)
        assert await off[sim].bearer() == NoBearer.FAILURE
        barred = await town(f"registration.barred@msisdn={off[sim].msisdn}").settle()
        assert await barred[sim].bearer() == NoBearer.FAILURE

    run_virtual(scenario())


def test_who_leaves_loses_his_connections_and_all_that_goes_over_them(
    town: type[Town], wire: Callable[[], Wire]
) -> None:
    async def scenario() -> None:
        here = await town().settle()
        handset = here["mi-1709"]
        await handset.data()
        bearer = await handset.data()
        open_one = await wire().open(bearer, "10.0.0.172")
        assert open_one is not None
        open_one.say(ASK)
        trying: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        bearer.connect("10.0.0.173", 80, wire(), trying.set_result)
        here.network.power_off(handset)
        assert handset.lost == 2 and open_one.ended and open_one.heard == b""
        assert await trying is None, "an attempt ends with it too, and at once"
        late: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        bearer.connect("10.0.0.172", 80, wire(), late.set_result)
        assert await late is None
        await asyncio.sleep(1000)
        assert open_one.heard == b"" and handset.lost == 2

    run_virtual(scenario())


def test_whoever_closes_it_is_not_told_but_its_pipes_are(town: type[Town], wire: Callable[[], Wire]) -> None:
    async def scenario() -> None:
        here = await town().settle()
        handset = here["mi-1709"]
        bearer, other = await handset.data(), await handset.data()
        one, two = await wire().open(bearer, "10.0.0.172"), await wire().open(other, "10.0.0.172")
        assert one is not None and two is not None
        bearer.close()
        bearer.close()
        assert one.ended and not two.ended
        assert handset.lost == 0
        two.say(ASK)
        assert (await two.answer())[0] == 404, "the other connection is still there"
        here.network.power_off(handset)
        lost: int = handset.lost
        assert lost == 1

    run_virtual(scenario())


@pytest.mark.parametrize(
    ("defect", "cause"),
    [("mms.apn", NoBearer.UNKNOWN_APN), ("mms.unsubscribed@as=bearer", NoBearer.NOT_SUBSCRIBED)],
)
def test_defects_of_the_access_point_touch_only_that_one(
    town: type[Town], defect: str, cause: NoBearer
) -> None:
    async def scenario() -> None:
        where = f"{defect}{',' if '@' in defect else '@'}segment=1709"
        here = await town(where).settle()
        assert await here["mi-1709"].bearer() == cause
        assert not isinstance(await here["mi-1709"].bearer(Access("3gnet")), int)
        assert not isinstance(await here["cucc-bj"].bearer(), int)

    run_virtual(scenario())
