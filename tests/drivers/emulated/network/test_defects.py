"""Each defect, by hand: what becomes of every call and message between seven SIMs, and what stays as it was.

Every row names all that the defect touches; whatever it does not name must be "ok". The caller identities
are judged by `interop.numbering.cli_form`, which knows nothing of defects.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from drivers.emulated.defect_kind import Scope
from drivers.emulated.defect_kinds import KINDS
from interop.engine.clock import run_virtual
from interop.numbering import CliForm, Msisdn, cli_form

if TYPE_CHECKING:
    from tests.drivers.emulated.network.conftest import Town

MI, SNAIL, HNA, SUNING = "mi-1709", "snail-1718", "hna-1700", "suning-1705"
CMCC, CUCC, CTCC = "cmcc-bj", "cucc-bj", "ctcc-gz"
SIMS = (MI, SNAIL, HNA, SUNING, CMCC, CUCC, CTCC)
ON_CMCC, ON_CUCC, ON_CTCC = (SUNING, CMCC), (MI, SNAIL, CUCC), (HNA, CTCC)
CHINESE = "验证码 123"

Pair = tuple[str, str]
Outcome = dict[Pair, str]


def into(subject: str, what: str, peers: Iterable[str] = SIMS) -> Outcome:
    return {(peer, subject): what for peer in peers if peer != subject}


def out_of(subject: str, what: str, peers: Iterable[str] = SIMS) -> Outcome:
    return {(subject, peer): what for peer in peers if peer != subject}


@dataclass(frozen=True)
class Touched:
    """Pairs (origin, destination), and (caller, number) for services."""

    calls: Outcome = field(default_factory=dict)
    refused_calls: Outcome = field(default_factory=dict)
    messages: Outcome = field(default_factory=dict)
    services: Outcome = field(default_factory=dict)
    stats: dict[str, tuple[int, int, int]] = field(default_factory=dict)


def unreached(cause: int, calls: Outcome) -> Touched:
    """Calls end with a cause whether or not the other side would have taken them."""
    told = dict.fromkeys(calls, f"released {cause}")
    return Touched(calls=told, refused_calls=told)


OF_GATEWAYS = tuple(name for name, kind in KINDS.items() if kind.scope is Scope.GATEWAY)
OF_CALL_CONTROL = tuple(
    name
    for name in KINDS
    if name.split(".")[0]
    in ("hold", "retrieve", "mpty", "media", "notices", "transfer", "waiting", "forwarding")
)
OF_MULTIMEDIA = tuple(name for name in KINDS if name.startswith("mms."))
OF_CHARGING = tuple(name for name in KINDS if name.startswith(("charging.", "balance.")))

TABLE: dict[str, Touched] = {
    "route.missing@segment=171,from=CMCC": Touched(
        into(SNAIL, "released 3", ON_CMCC),
        into(SNAIL, "released 3", ON_CMCC),
        into(SNAIL, "not delivered, report 43", ON_CMCC),
    ),
    "route.missing@msisdn=+86 170 9000 1234,from=CTCC,service=voice": unreached(3, into(MI, "", ON_CTCC)),
    "route.missing@msisdn=17090001234,to=CTCC,service=sms": Touched(
        messages=out_of(MI, "not delivered, report 43", ON_CTCC)
    ),
    "route.missing@segment=1709,direction=both,service=voice": unreached(3, into(MI, "") | out_of(MI, "")),
    "route.missing@operator=CUCC,city=上海,from=海航通信,service=voice": unreached(3, {(HNA, SNAIL): ""}),
    "route.missing@mvno=小米移动,service=sms": Touched(messages=into(MI, "not delivered, report 43")),
    "route.unassigned@segment=1705,from=CUCC": Touched(
        into(SUNING, "released 1", ON_CUCC),
        into(SUNING, "released 1", ON_CUCC),
        into(SUNING, "not delivered, report 49", ON_CUCC),
    ),
    "clip.missing@segment=1709": Touched(out_of(MI, "cli unavailable")),
    "clip.missing@segment=1709,from=CMCC": Touched(into(MI, "cli unavailable", ON_CMCC)),
    "clip.wrong@segment=171,to=CUCC": Touched(out_of(SNAIL, "cli other_number", ON_CUCC)),
    "clip.wrong@segment=171,number=+8613912345678,to=CMCC": Touched(
        out_of(SNAIL, "cli other_number", ON_CMCC)
    ),
    "clip.doubled86@city=广州,to=CMCC": Touched(
        out_of(HNA, "cli doubled_country_code", ON_CMCC) | out_of(CTCC, "cli doubled_country_code", ON_CMCC)
    ),
    "clip.type@segment=1700": Touched(out_of(HNA, "cli wrong_type")),
    "release.masked@segment=171,from=CTCC": Touched(refused_calls=into(SNAIL, "released 31", ON_CTCC)),
    "release.masked@segment=171,to=CTCC,cause=1": Touched(refused_calls=out_of(SNAIL, "released 1", ON_CTCC)),
    "call.silent@segment=1709,from=CMCC": Touched(
        into(MI, "never rang", ON_CMCC), into(MI, "never rang", ON_CMCC)
    ),
    "call.dropped@segment=1709,from=CMCC": Touched(into(MI, "cut 3", ON_CMCC)),
    "call.dropped@segment=1709,after=7": Touched(into(MI, "cut 7") | out_of(MI, "cut 7")),
    "call.barred@segment=1709": Touched(
        out_of(MI, "released 8"),
        out_of(MI, "released 8"),
        services={(MI, number): "released 8" for number in ("10086", "10010", "10000", "10046", "10040")},
    ),
    "report.dropped@segment=1709": Touched(messages=out_of(MI, "no report")),
    "report.dropped@segment=1709,from=CTCC": Touched(messages=into(MI, "no report", ON_CTCC)),
    "report.false@segment=171,from=CMCC": Touched(messages=into(SNAIL, "not delivered, report 00", ON_CMCC)),
    "sms.lost@segment=171,from=CMCC": Touched(messages=into(SNAIL, "lost", ON_CMCC)),
    "sms.refused@segment=1709,to=CMCC": Touched(messages=out_of(MI, "refused 21", ON_CMCC)),
    "sms.refused@segment=1709,direction=in,cause=50": Touched(messages=into(MI, "refused 50")),
    "sms.sender@segment=1709,to=CMCC": Touched(messages=out_of(MI, "from 106550109988", ON_CMCC)),
    "sms.text@segment=1709,to=CMCC": Touched(messages=out_of(MI, "reads ??? 123", ON_CMCC)),
    "sms.barred@operator=CTCC": Touched(messages=out_of(HNA, "refused 8") | out_of(CTCC, "refused 8")),
    "plmn.foreign@segment=1709": Touched(stats={MI: (5, 5, 5)}),
    "plmn.foreign@operator=CTCC": Touched(stats={HNA: (0, 5, 5), CTCC: (0, 5, 5)}),
    "registration.barred@segment=1709": Touched(
        into(MI, "released 20") | out_of(MI, "released 38"),
        into(MI, "released 20") | out_of(MI, "released 38"),
        into(MI, "waits") | out_of(MI, "refused 331"),
        {(MI, number): "released 38" for number in ("10086", "10010", "10000", "10046", "10040", "120")},
        {MI: (3, 3, 0)},
    ),
    # empty for its own customers of the segment and for strangers, whoever they are
    "hotline.empty@segment=1709": Touched(services={(sim, "10046"): "released 1" for sim in SIMS}),
    "free.unreachable@segment=1709,number=10086": Touched(services={(MI, "10086"): "released 3"}),
    "free.unreachable@segment=171,cause=1": Touched(
        services={(SNAIL, number): "released 1" for number in ("10086", "10010", "10000")}
    ),
    # these touch cards and sites only
    "plmn.foreign@segment=171,mode=card": Touched(),
    "site.format@segment=171": Touched(),
    "site.policy@segment=171": Touched(),
    "site.opaque@segment=171": Touched(),
    "site.down": Touched(),
    "label.marked@segment=171": Touched(),
    "site.code_elsewhere": Touched(),
    "site.code_wrong": Touched(),
    "site.code_not_sent": Touched(),
    "site.code_late": Touched(),
    "sim.imsi": Touched(),
    "sim.iccid": Touched(),
    "sim.msisdn": Touched(),
    "sim.spn": Touched(),
    "sim.smsc": Touched(),
}


async def call(here: Town, caller: str, called: str, refuses: bool) -> str:
    a, b = here[caller], here[called]
    a.log, b.log, b.offers = [], [], []
    b.refuses = 17 if refuses else None
    leg = a.dial(b.msisdn)
    await asyncio.sleep(10)
    answered = asyncio.get_running_loop().time()
    if b.offers and not refuses:
        here.network.answer(b.offers[0][0])
    await asyncio.sleep(10)
    try:
        if not b.offers:
            return "never rang" if a.saw("progressed") == [3] else f"released {a.saw('released')[0]}"
        if refuses:
            return "ok" if a.saw("released") == [17] else f"released {a.saw('released')[0]}"
        cli = b.offers[0][1]
        form = cli_form(cli.number, cli.toa, Msisdn(a.msisdn), cli.validity)
        if form is not CliForm.EXACT:
            return f"cli {form}"
        if a.saw("released"):
            assert a.saw("released") == b.saw("released") == [41]
            return f"cut {a.when('released') - answered:.0f}"
        return "ok" if a.saw("progressed") == [3, 0] else "?"
    finally:
        here.network.hang_up(leg)
        await asyncio.sleep(1)


async def message(here: Town, sender: str, recipient: str) -> str:
    a, b = here[sender], here[recipient]
    a.log, b.log, a.submitted = [], [], []
    a.send(b.msisdn, CHINESE)
    await asyncio.sleep(15)
    if a.submitted[0].cause is not None:
        assert not b.texts and not a.statuses
        return f"refused {a.submitted[0].cause}"
    if not b.texts:
        if a.statuses:
            return f"not delivered, report {a.statuses[0]:02x}"
        return "waits" if here.network.camp(b).cs not in (1, 5) and not here.network.camp(b).ims else "lost"
    if b.texts != [CHINESE]:
        return f"reads {b.texts[0]}"
    if str(b.deliver.originator) != f"+86{a.msisdn}":
        return f"from {b.deliver.originator}"
    return "ok" if a.statuses == [0] else "no report"


async def service(here: Town, caller: str, number: str) -> str:
    a = here[caller]
    a.log = []
    leg = a.dial(number)
    await asyncio.sleep(20)
    here.network.hang_up(leg)
    return f"released {a.saw('released')[0]}" if a.saw("released") else "ok"


async def observe(here: Town) -> Touched:
    camps = {sim: here.network.camp(here[sim]) for sim in SIMS}
    stats = {sim: (camp.cs, camp.eps, camp.ims) for sim, camp in camps.items()}
    pairs = [(a, b) for a in SIMS for b in SIMS if a != b]
    calls = {pair: await call(here, *pair, refuses=False) for pair in pairs}
    refused = {pair: await call(here, *pair, refuses=True) for pair in pairs}
    messages = {pair: await message(here, *pair) for pair in pairs}
    numbers = ("10086", "10010", "10000", "10046", "10040", "120")
    services = {(sim, number): await service(here, sim, number) for sim in SIMS for number in numbers}
    return Touched(
        not_ok(calls),
        not_ok(refused),
        not_ok(messages),
        not_ok(services),
        {sim: got for sim, got in stats.items() if got != ((0, 1, 1) if sim in ON_CTCC else (1, 1, 1))},
    )


def not_ok(seen: Outcome) -> Outcome:
    return {pair: what for pair, what in seen.items() if what != "ok"}


@pytest.mark.parametrize(
    "defects",
    [OF_GATEWAYS, OF_CALL_CONTROL, OF_MULTIMEDIA, OF_CHARGING],
    ids=["gateways", "call control", "multimedia", "charging"],
)
def test_others_touch_nothing_between_two_handsets(town: type[Town], defects: tuple[str, ...]) -> None:
    async def scenario() -> Touched:
        return await observe(await town(*defects).settle())

    assert run_virtual(scenario()) == Touched()


@pytest.mark.parametrize("defect", TABLE)
def test_a_defect_touches_exactly_this(town: type[Town], defect: str) -> None:
    async def scenario() -> Touched:
        return await observe(await town(defect).settle())

    assert run_virtual(scenario()) == TABLE[defect]


def test_without_defects_nothing_is_touched(town: type[Town]) -> None:
    async def scenario() -> Touched:
        return await observe(await town().settle())

    assert run_virtual(scenario()) == Touched()


def test_repeated_defects_combine(town: type[Town]) -> None:
    async def scenario() -> Touched:
        here = town("clip.missing@segment=171,to=CMCC", "clip.missing@segment=1709,to=CTCC")
        return await observe(await here.settle())

    assert run_virtual(scenario()).calls == (
        out_of(SNAIL, "cli unavailable", ON_CMCC) | out_of(MI, "cli unavailable", ON_CTCC)
    )


@pytest.mark.parametrize(("handset_is", "cause"), [("off", 20), ("silent", 19)])
def test_absence_and_silence_are_masked_too(town: type[Town], handset_is: str, cause: int) -> None:
    async def scenario(*defects: str) -> list[int]:
        here = await town(*defects).settle()
        if handset_is == "off":
            here.network.power_off(here[MI])
        here[CMCC].dial("17090001234")
        await asyncio.sleep(100)
        return here[CMCC].saw("released")

    assert run_virtual(scenario()) == [cause]
    assert run_virtual(scenario("release.masked@segment=1709,cause=1")) == [1]


def test_every_defect_has_a_row() -> None:
    """Those of gateways, call control, MMS and charging have tables of their own."""
    elsewhere = {*OF_GATEWAYS, *OF_CALL_CONTROL, *OF_MULTIMEDIA, *OF_CHARGING}
    assert {text.partition("@")[0] for text in TABLE} | elsewhere == set(KINDS)


def test_a_hotline_that_is_empty_for_one_customer_rings_for_another_of_the_brand(town: type[Town]) -> None:
    async def observe() -> list[list[int]]:
        here = await town("hotline.empty@msisdn=13900001234").settle()
        callers = [here[sim] for sim in ("cmcc-bj", "cmcc-gz", "mi-1709")]
        for caller in callers:
            caller.dial("10086")
        await asyncio.sleep(30)
        return [caller.saw("released") for caller in callers]

    assert run_virtual(observe()) == [[1], [], [1]], "a stranger finds it empty"
