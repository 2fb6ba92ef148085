"""`interop modem info`: the modem, its SIM and where it is registered."""

from __future__ import annotations

from dataclasses import asdict

from drivers.at.answers import Unreadable, fields
from drivers.at.probe import Interview, Look
from drivers.handwork.target import DONE, Handwork
from interop.protocols.errors import EquipmentError
from interop.protocols.modem import Registration, SimState, Stat


async def info(hand: Handwork) -> int:
    look = await Interview(hand.modem.channel).look()
    ready = look.sim.state is SimState.READY
    seen = await hand.registered() if ready else None
    memories = await _memories(hand) if ready else {}
    dialect = hand.part.dialect
    hand.data |= {"target": hand.part.name, "port": hand.part.port, "dialect": dialect}
    hand.data |= {"identity": asdict(look.identity), "sim": asdict(look.sim), "signal_dbm": look.signal_dbm}
    hand.data["registration"] = asdict(seen) | {"usable": seen.usable} if seen else None
    hand.data["memories"] = memories
    rows = _rows(look, dialect, seen) + [
        (f"memory {name}", f"{used} of {size} messages") for name, (used, size) in memories.items()
    ]
    for name, value in rows:
        hand.say(f"{name:<14}{value or '-'}")
    return DONE


def _rows(look: Look, dialect: str, seen: Registration | None) -> list[tuple[str, str]]:
    identity, sim = look.identity, look.sim
    fits = "" if look.dialect == dialect else f" (its maker's is {look.dialect})"
    rows = [
        ("modem", f"{identity.manufacturer} {identity.model}, firmware {identity.revision}"),
        ("IMEI", identity.imei),
        ("dialect", dialect + fits),
        ("SIM", sim.state.value),
    ]
    if seen is None:
        return rows
    signal = look.signal_dbm
    return [
        *rows,
        ("  ICCID", sim.iccid),
        ("  IMSI", sim.imsi),
        ("  number", sim.msisdn),
        ("  SPN", sim.spn),
        ("  SMSC", sim.smsc),
        ("registration", _words(seen)),
        ("network", seen.plmn),
        ("signal", "unknown" if signal is None else f"{signal} dBm"),
    ]


def _words(seen: Registration) -> str:
    domains = (("circuit-switched", seen.cs), ("LTE", seen.eps), ("IMS", seen.ims))
    told = (
        f"{name} {Stat(stat).name.lower().replace('_', ' ')}" for name, stat in domains if stat is not None
    )
    return ", ".join(told)


async def _memories(hand: Handwork) -> dict[str, tuple[int, int]]:
    """Memory -> messages in it, room (27.005 3.2.2)."""
    try:
        values = fields(await hand.modem.channel.ask("AT+CPMS?"))
        triples = zip(values[::3], values[1::3], values[2::3], strict=False)
        return {name.strip('"'): (int(used), int(size)) for name, used, size in triples}
    except (EquipmentError, Unreadable, ValueError):
        return {}
