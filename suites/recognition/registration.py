"""Registration: the number is at home in its base operator's network."""

from __future__ import annotations

from interop import numbering, uicc
from interop.engine import Bench, Contrast, Probe, case, role
from interop.lab.model import SimPart
from interop.protocols.modem import Modem, Registration, Stat
from interop.record import Cause, InconcReason, Layer
from interop.record.events import RegistrationSeen

SEARCH_S = 60.0
WEAKEST_DBM = -109
"""the same floor as the health probe's"""
SERVED = (Stat.HOME, Stat.ROAMING)
IMSI, EHPLMN = 0x6F07, 0x6FD9


@case(
    service="registration",
    standard="3GPP TS 51.010-1 26.7.4; GSMA IR.24 2.1.1",
    expected_s=3,
    contrast=Contrast.NEIGHBOUR,
    probe=Probe.ALIVE,
)
async def registers_at_home(bench: Bench, *, subject: Modem = role("modem")) -> None:
    """Registered, in the base operator's own network, and not as a roamer (the 46009 trap)."""
    registration = await _settled(subject)
    stat = registration.voice
    bench.require(
        "registration is not denied",
        expected="registered",
        actual=_told(registration),
        ok=stat is not Stat.DENIED,
        blame=(Layer.SUBSCRIPTION, Cause.REGISTRATION_DENIED),
    )
    if not registration.usable:
        await _our_side_of_the_air(bench, subject, registration)
    bench.require(
        "registered",
        expected="registered",
        actual=_told(registration),
        ok=registration.usable,
        # in the network for data and not for calls: what is missing is no radio
        blame=(Layer.CORE if registration.eps in SERVED else Layer.RADIO, Cause.NOT_REGISTERED),
    )
    if stat is Stat.ROAMING and not registration.plmn:
        # the card's fault and the network's differ by whose network it is
        bench.inconclusive(InconcReason.MODEM, f"{subject.name} roams and names no PLMN")
    bench.check(
        "at home, not roaming",
        expected="home",
        actual=_told(registration),
        ok=stat is Stat.HOME,
        blame=await _blame_of_roaming(subject, registration),
    )
    _check_network(bench, bench.sims["subject"], registration)


async def _our_side_of_the_air(bench: Bench, subject: Modem, registration: Registration) -> None:
    """A modem without antenna or without a word on IMS accuses nobody; the neighbour has another modem."""
    if registration.eps in SERVED and registration.ims is None:
        what = f"{subject.name} is registered for data and does not tell about IMS"
        bench.inconclusive(InconcReason.MODEM, what)
    dbm = await subject.signal_dbm()
    if registration.voice is not Stat.DENIED and (dbm is None or dbm < WEAKEST_DBM):
        signal = "no signal" if dbm is None else f"{dbm} dBm"
        bench.inconclusive(InconcReason.COVERAGE, f"{subject.name}: {_told(registration)}, {signal}")


async def _settled(subject: Modem) -> Registration:
    """The registration now, or after as much of a search as `SEARCH_S` allows."""
    mark = subject.events.mark()
    registration = await subject.registration()
    while not registration.usable and registration.voice is not Stat.DENIED:
        change = await subject.events.wait(RegistrationSeen, within=SEARCH_S, since=mark)
        if change is None:
            break
        mark = subject.events.mark()
        registration = await subject.registration()
    return registration


def _told(registration: Registration) -> str:
    domains = (("cs", registration.cs), ("eps", registration.eps), ("ims", registration.ims))
    seen = ", ".join(f"{name} {stat.name.lower()}" for name, stat in domains if stat is not None)
    return f"{seen or 'no answer'}, in {registration.plmn or 'no network'}"


async def _blame_of_roaming(subject: Modem, registration: Registration) -> tuple[Layer, Cause]:
    """The card, when its IMSI is of another PLMN than the network's and no EF_EHPLMN says they are one."""
    core = (Layer.CORE, Cause.ROAMING_AT_HOME)
    if registration.voice is not Stat.ROAMING:
        return core
    imsi = await subject.read_file(IMSI)
    if imsi is None:
        return core
    ehplmn = await subject.read_file(EHPLMN)
    try:
        home = uicc.Imsi.decode(imsi).digits[:5]
        equivalents = uicc.PlmnList.decode(ehplmn).plmns if ehplmn else ()
    except uicc.EfError:
        return (Layer.SIM, Cause.EHPLMN_MISSING)
    if home != registration.plmn and registration.plmn not in map(str, equivalents):
        return (Layer.SIM, Cause.EHPLMN_MISSING)
    return core


def _check_network(bench: Bench, sim: SimPart, registration: Registration) -> None:
    """The serving network is the base operator's, where nobody disputes whose PLMN that is."""
    try:
        serving = numbering.plmn(registration.plmn)
    except numbering.NumberError:
        bench.not_checked("serving network belongs to", "the modem names no PLMN")
        return
    if serving.operator is not None and serving.confidence is numbering.Confidence.HIGH:
        bench.check(
            "serving network belongs to",
            expected=sim.base_operator,
            actual=serving.operator,
            blame=(Layer.CORE, Cause.ROAMING_AT_HOME),
        )
    else:
        bench.not_checked("serving network belongs to", f"nobody knows for sure whose {registration.plmn} is")
