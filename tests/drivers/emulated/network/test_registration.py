"""Registration by operator, card and handset; USSD; one seed, one history."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from drivers.emulated.air import Camp
from drivers.emulated.hlr import Subscriber
from drivers.emulated.network import Network
from interop.engine.clock import run_virtual

if TYPE_CHECKING:
    from tests.drivers.emulated.network.conftest import Town


@pytest.mark.parametrize(
    ("sim", "volte", "stats", "plmn"),
    [
        ("cmcc-bj", True, (1, 1, 1), "46000"),
        ("cmcc-bj", False, (1, 1, 0), "46000"),
        ("mi-1709", True, (1, 1, 1), "46001"),
        ("suning-1705", False, (1, 1, 0), "46000"),
        ("hna-1700", True, (0, 1, 1), "46011"),
        ("hna-1700", False, (0, 1, 0), "46011"),  # Telecom has neither GSM nor UMTS to fall back to
    ],
)
def test_domains(town: type[Town], sim: str, volte: bool, stats: tuple[int, int, int], plmn: str) -> None:
    async def scenario() -> None:
        here = town()
        handset = here[sim]
        assert here.network.camp(handset).cs == 0
        here.network.power_on(handset, volte=volte)
        searching = here.network.camp(handset)
        assert (searching.cs, searching.plmn) == (2, "")
        await asyncio.sleep(5)
        camp: Camp = handset.saw("camped")[-1]
        assert camp == here.network.camp(handset)
        assert ((camp.cs, camp.eps, camp.ims), camp.plmn) == (stats, plmn)
        assert 1 <= handset.when("camped") <= 3
        here.network.power_off(handset)
        assert here.network.camp(handset).eps == 0

    run_virtual(scenario())


def test_a_telecom_handset_without_volte_neither_speaks_nor_texts(town: type[Town]) -> None:
    async def scenario() -> None:
        here = await town().settle(volte=False)
        here["hna-1700"].dial("18600001234")
        here["hna-1700"].send("18600001234", "x")
        here["cucc-bj"].dial("17000001234")
        await asyncio.sleep(30)
        assert here["hna-1700"].saw("released") == [38]
        assert here["hna-1700"].submitted[0].cause == 331
        assert here["cucc-bj"].saw("released") == [20]

    run_virtual(scenario())


@pytest.mark.parametrize(
    ("imsi", "ehplmn", "stat"),
    [
        ("460011718001234", (), 1),
        ("460091718001234", (), 5),
        ("460091718001234", ("46001",), 1),
        ("460091718001234", ("46009",), 5),
        ("460061718001234", ("46001", "46009"), 1),
    ],
)
def test_the_46009_trap(imsi: str, ehplmn: tuple[str, ...], stat: int) -> None:
    subscriber = Subscriber("17180001234", imsi, "CUCC", "蜗牛移动", "上海", ehplmn=ehplmn)

    async def scenario() -> None:
        network = Network([subscriber], seed=1, epoch=0)
        assert network._camp(subscriber, volte=True).cs == stat

    run_virtual(scenario())
    assert replace(subscriber, operator="CMCC").at_home is False


def test_ussd(town: type[Town]) -> None:
    async def scenario() -> None:
        here = await town().settle()
        handset = here["mi-1709"]
        here.network.ussd(handset, "*100#")
        here.network.ussd(handset, "*999#")
        await asyncio.sleep(5)
        (text, mode, dcs), other = sorted(handset.saw("ussd"), reverse=True)
        assert "余额" in text and mode == 0 and dcs == 72 and other[:2] == ("", 4)

    run_virtual(scenario())


def test_ussd_menu(town: type[Town]) -> None:
    async def scenario() -> None:
        here = await town().settle()
        handset = here["mi-1709"]
        for text in ("*121#", "9", "2", "2"):
            here.network.ussd(handset, text)
            await asyncio.sleep(5)
        menu, again, answer, after = handset.saw("ussd")
        assert menu[1] == 1 and again == menu, "an unknown reply is asked again"
        assert "套餐" in answer[0] and answer[1] == 0
        assert after[1] == 4, "the dialogue is over"
        here.network.ussd(handset, "*121#")
        await asyncio.sleep(5)
        here.network.ussd_end(handset)
        here.network.ussd(handset, "2")
        await asyncio.sleep(5)
        here.network.ussd(handset, "*100#")
        here.network.ussd_end(handset)
        await asyncio.sleep(5)
        assert [mode for _, mode, _ in handset.saw("ussd")[4:]] == [1, 4], "who left is told nothing"

    run_virtual(scenario())


def _history(town: type[Town], seed: int) -> list[object]:
    async def scenario() -> list[object]:
        here = await town(seed=seed).settle()
        await here.call("mi-1709", "cmcc-bj")
        here["mi-1709"].send("13900001234", "x")
        await asyncio.sleep(30)
        return [handset.log for handset in here.handsets.values()]

    return run_virtual(scenario())


def test_one_seed_one_history(town: type[Town]) -> None:
    assert _history(town, 1) == _history(town, 1)
    assert _history(town, 1) != _history(town, 2)


def test_ones_traffic_does_not_move_anothers(town: type[Town]) -> None:
    """Latencies are drawn per subscriber: more cases in a run must not change the others."""

    async def scenario(crowd: bool) -> Any:
        here = await town().settle()
        if crowd:
            here["ctcc-gz"].dial("18600001234")
            here["ctcc-gz"].send("18600001234", "y")
        await here.call("mi-1709", "cmcc-bj")
        return here["cmcc-bj"].log

    assert run_virtual(scenario(False)) == run_virtual(scenario(True))
