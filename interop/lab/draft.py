"""A lab file from what a scan found: what is known stands there, what is not is a comment to fill in.

`interop lab check` names every place that is still open, with its line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Sequence

from interop.numbering import (
    BaseOperator,
    NumberError,
    brand,
    iccid,
    luhn_ok,
    plmn,
    segment,
)
from interop.protocols.found import Found, FoundModem, FoundReader, FoundSim, Trouble
from interop.protocols.modem import SimState

_NO_PCSC = (Trouble.READER_WITHOUT_SERVICE, Trouble.READER_WITHOUT_LIBRARY)
_OPERATORS = frozenset({BaseOperator.CMCC, BaseOperator.CUCC, BaseOperator.CTCC})


def draft(found: Sequence[Found]) -> str:
    """YAML. Modems whose port is known, the SIMs in them, and card readers."""
    modems = _each_once([each for each in found if isinstance(each, FoundModem) and each.port is not None])
    names = _unique([_modem_name(modem) for modem in modems], always=True)
    sims = [modem.sim if modem.sim and _usable(modem.sim) else None for modem in modems]
    imeis = [modem.identity.imei for modem in modems if modem.identity]
    shared = [imei for imei in imeis if imeis.count(imei) > 1]
    sim_names = _unique([_sim_name(sim) if sim else "" for sim in sims], always=False)
    lines = [
        "# Written by `interop lab scan --write`. Fill in what is marked, then: interop lab check THIS-FILE",
        "",
        "name: my-lab",
        '# city: ""  # to fill in: where the equipment stands, as in 北京',
        "",
        "modems:" if modems else "modems: []",
    ]
    for modem, name, sim_name in zip(modems, names, sim_names, strict=True):
        lines += _indented(_modem(modem, name, sim_name, shared))
    readers = [each for each in found if isinstance(each, FoundReader)]
    lines += ["", "readers:"] if readers else []
    for number, reader in enumerate(readers, 1):
        lines += _indented(_reader(reader, f"reader-{number}"))
    lines += ["", "sims:" if any(sims) else "sims: []  # to fill in: no SIM could be read"]
    for sim, sim_name in zip(sims, sim_names, strict=True):
        if sim is not None:
            lines += _indented(_sim(sim, sim_name))
    return "\n".join(lines) + "\n"


def _each_once(modems: Sequence[FoundModem]) -> list[FoundModem]:
    """Two ports named by hand can be one modem: the same IMEI with the same card."""
    seen: dict[tuple[str, str], FoundModem] = {}
    for modem in modems:
        imei = modem.identity.imei if modem.identity else ""
        card = modem.sim.iccid if modem.sim else ""
        seen.setdefault((imei, card) if imei and card else (modem.device, ""), modem)
    return list(seen.values())


def _usable(sim: FoundSim) -> bool:
    """Is there a card at all? One that asks for its PIN is one, too."""
    return sim.state not in (SimState.MISSING, SimState.FAILED)


def _indented(lines: Iterator[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        yield ("    " if number else "  - ") + line


def _modem(modem: FoundModem, name: str, sim: str, shared: Collection[str]) -> Iterator[str]:
    port, identity = modem.port, modem.identity
    assert port is not None
    yield f"name: {name}"
    yield f"port: {_quoted(port.stable)}" + (f"  # {port.usb}" if port.usb else "")
    if sim:
        yield f"sim: {sim}"
    else:
        trouble = next((each.trouble for each in modem.problems), Trouble.SIM_MISSING)
        yield f"# sim: to fill in: {trouble} when this was written"
    yield f"dialect: {modem.dialect}" + (f"  # {identity.manufacturer} {identity.model}" if identity else "")
    if port.baudrate != 115200:
        yield f"baudrate: {port.baudrate}"
    if identity and identity.imei:
        # cheap modules carry numbers that are none, and twins share one: these would tell nobody apart
        own = len(identity.imei) == 15 and luhn_ok(identity.imei) and identity.imei not in shared
        yield f"imei: {_quoted(identity.imei)}" if own else f"# IMEI {identity.imei}"


def _reader(reader: FoundReader, name: str) -> Iterator[str]:
    """Without PC/SC it is not known what that calls it."""
    yield f"name: {name}"
    if any(problem.trouble in _NO_PCSC for problem in reader.problems):
        yield f'# reader: ""  # to fill in: its name in PC/SC, once that works; USB calls it {reader.name}'
    else:
        yield f"reader: {_quoted(reader.name)}" + (f"  # ATR {reader.atr}" if reader.atr else "")
    yield "# sim: a SIM of this lab whose card is in it, and in no modem"


def _sim(sim: FoundSim, name: str) -> Iterator[str]:
    operator = _operator(sim)
    yield f"name: {name}"
    yield from _number(sim)
    yield _known("imsi", sim.imsi, "15 digits, which the card tells once its PIN is given")
    yield _known("iccid", sim.iccid, "the number printed on the card")
    yield from _owner(sim, operator)
    yield _known("base_operator", operator or "", "CMCC, CUCC or CTCC: whose network it uses")
    yield f'# city: ""  # to fill in: home city of the number{_province(sim)}'
    if sim.spn:
        yield f"spn: {_quoted(sim.spn)}"
    if sim.smsc:
        yield f"smsc: {_quoted(sim.smsc)}"
    if sim.state is SimState.PIN:
        variable = "INTEROP_PIN_" + re.sub("[^A-Z0-9]", "_", name.upper())
        yield f"# pin: env:{variable}  # to fill in: it asks for one"
    yield "budget: {calls: 20, messages: 20}  # at most this much in one run"


def _number(sim: FoundSim) -> Iterator[str]:
    yield _known("msisdn", sim.msisdn, "its own number, 11 national digits in quotes")
    if sim.msisdn:
        yield "msisdn_on_card: true"


def _owner(sim: FoundSim, operator: str | None) -> Iterator[str]:
    """Kind and brand, as far as number and service provider name say."""
    seller = brand(sim.spn) if sim.spn else None
    try:
        resale = segment(sim.msisdn).resale if sim.msisdn else seller is not None or None
    except NumberError:
        resale = None
    kind = "" if resale is None else "mvno" if resale else "ordinary"
    yield _known("kind", kind, "mvno (is tested) or ordinary (the far end)")
    name = (
        seller.name if seller else BaseOperator(operator).chinese if kind == "ordinary" and operator else ""
    )
    yield _known("brand", name, "who sold it, as in 小米移动")


def _operator(sim: FoundSim) -> str | None:
    """By IMSI, else by the card's number; what the sources dispute is left open."""
    told = plmn(sim.imsi).operator if len(sim.imsi) == 15 else None
    if told is None and sim.iccid:
        try:
            told = iccid(sim.iccid).operator
        except NumberError:
            told = None
    return told.value if told in _OPERATORS else None


def _province(sim: FoundSim) -> str:
    try:
        provinces = iccid(sim.iccid).provinces if sim.iccid else ()
    except NumberError:
        provinces = ()
    return f" (the card's number says {' or '.join(provinces)})" if provinces else ""


def _known(key: str, value: str, what: str) -> str:
    return f"{key}: {_quoted(value)}" if value else f'# {key}: ""  # to fill in: {what}'


def _quoted(text: str) -> str:
    """Digits must be quoted, paths and names need not; JSON's quotes are YAML's."""
    plain = re.fullmatch(r"/[\w./:+@-]+|[A-Za-z\u4e00-\u9fff][\w-]*", text)
    return text if plain else json.dumps(text, ensure_ascii=False)


# Names


def _modem_name(modem: FoundModem) -> str:
    model = modem.identity.model if modem.identity else ""
    return _slug(model or modem.product) or "modem"


def _sim_name(sim: FoundSim) -> str:
    operator = (_operator(sim) or "sim").lower()
    tail = sim.msisdn or sim.iccid
    return "-".join(part for part in (operator, sim.msisdn[:4], tail[-4:]) if part)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:30]


def _unique(names: Sequence[str], *, always: bool) -> list[str]:
    """With a number behind those that come twice, or behind all."""
    unique = []
    for place, name in enumerate(names):
        number = names[: place + 1].count(name)
        needed = always or (name and names.count(name) > 1)
        unique.append(f"{name}-{number}" if needed else name)
    return unique
