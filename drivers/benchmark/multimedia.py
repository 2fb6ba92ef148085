"""A process in which each way of MMS carries one large message: `python -m drivers.benchmark.multimedia N`.

N: octets of its picture. Two emulated modems a way: one sends, one fetches, through our driver, on the
virtual clock, with a journal of every byte as in `interop run`.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, Final

from drivers.emulated.mms.mmsc import LARGEST
from interop import mms
from interop.engine import clock
from interop.engine.session import EPOCH
from interop.lab.budget import Purse
from interop.lab.equipment import Equipment
from interop.lab.model import Lab, MmsWay, ModemPart, SimPart
from interop.numbering import luhn_digit
from interop.protocols.equipment import Setting
from interop.protocols.errors import EquipmentError
from interop.protocols.mms import MmsOutcome
from interop.protocols.modem import Stat
from interop.record.events import MmsNotified, RegistrationSeen
from interop.record.writer import RunWriter

MOST: Final = LARGEST - 2048
"""octets of a picture in the largest message that the MMSCs of the emulated country take"""

WAYS: Final = {
    "SIMCom 2G": ModemPart(name="sim800", port="emulated", dialect="sim800"),
    "SIMCom 3G/4G": ModemPart(name="simcom", port="emulated", dialect="simcom"),
    "Quectel, its client": ModemPart(name="quectel-native", port="emulated", dialect="quectel-native"),
    "Quectel, its sockets": ModemPart(name="quectel", port="emulated", dialect="quectel"),
    "host": ModemPart(name="host", port="emulated", mms=MmsWay(way="host", interface="emulated")),
}

_PATIENCE_S: Final = 300.0


def lab() -> Lab:
    """Of every way a sender and a receiver, all with SIMs of one operator."""
    sims = [_sim(number) for number in range(2 * len(WAYS))]
    modems = [
        way.model_copy(update={"name": f"{way.name}-{what}", "sim": sims[2 * row + column].name})
        for row, way in enumerate(WAYS.values())
        for column, what in enumerate(("sends", "fetches"))
    ]
    return Lab(name="mms", city="北京", modems=tuple(modems), sims=tuple(sims))


def _sim(number: int) -> SimPart:
    digits = f"1390000{number:04d}"
    iccid = f"89860009012{digits[-8:]}"
    return SimPart(
        name=f"sim{number}",
        msisdn=digits,
        imsi=f"46000{digits[1:]}",
        iccid=iccid + luhn_digit(iccid),
        kind="ordinary",
        brand="中国移动",
        base_operator="CMCC",
        city="北京",
    )


def measured(octets: int, folder: Path) -> list[dict[str, Any]]:
    """A row for each way. Raises RuntimeError naming the way that did not bring the message as it was."""
    return clock.run(_measured(octets, folder), virtual=True)


async def _measured(octets: int, folder: Path) -> list[dict[str, Any]]:
    made, writer = lab(), RunWriter(folder / "run")
    purse = Purse(made, confirm=lambda _question: False, already={})
    setting = Setting(made, 1, (), (), folder, EPOCH, virtual=True)
    try:
        async with Equipment(setting, purse=purse, journal=writer.journal) as equipment:
            rows = []
            for name, way in WAYS.items():
                sender, receiver = (equipment.device(f"{way.name}-{what}") for what in ("sends", "fetches"))
                try:
                    rows.append({"way": name, **await _carried(made, sender, receiver, octets)})
                except (EquipmentError, mms.MmsError, RuntimeError) as error:
                    raise RuntimeError(f"{name}: {error}") from None
            return rows
    finally:
        writer.close()


async def _carried(made: Lab, sender: Any, receiver: Any, octets: int) -> dict[str, float]:
    loop = asyncio.get_running_loop()
    number = next(sim.msisdn for sim in made.sims if sim.name == receiver.sim)
    picture = mms.Part("image/jpeg", Random(1).randbytes(octets), name="a.jpg")
    message = mms.SendReq("T1", (mms.of_number(number),), mms.slides([picture]), subject="benchmark")
    await asyncio.gather(*(_ready(modem) for modem in (sender, receiver)))
    mark, simulated, began = receiver.events.mark(), loop.time(), time.perf_counter()
    sent = await sender.mms.send(message)
    sending_s = time.perf_counter() - began
    if sent.outcome is not MmsOutcome.ACCEPTED:
        raise RuntimeError(f"not sent: {sent.stage}: {sent.text}")
    if await receiver.events.wait(MmsNotified, within=_PATIENCE_S, since=mark) is None:
        raise RuntimeError("not announced")
    began = time.perf_counter()
    fetched = await receiver.mms.fetch(receiver.mms.notifications(mark)[0])
    fetching_s = time.perf_counter() - began
    if fetched.message is None or [part.data for part in fetched.message.body.media] != [picture.data]:
        raise RuntimeError(f"not fetched as it was sent: {fetched.stage}: {fetched.text}")
    return {"sending_s": sending_s, "fetching_s": fetching_s, "simulated_s": loop.time() - simulated}


async def _ready(modem: Any) -> None:
    if not (await modem.registration()).usable:
        await modem.events.wait(RegistrationSeen, within=_PATIENCE_S, since=0, where=_serves)
    await modem.mms.capabilities()


def _serves(seen: RegistrationSeen) -> bool:
    return seen.stat in (Stat.HOME, Stat.ROAMING)


def main() -> None:
    try:
        with TemporaryDirectory(prefix="interop-") as folder:
            rows = measured(int(sys.argv[1]), Path(folder))
    except (OSError, RuntimeError) as error:
        sys.exit(f"interop benchmark: {error}")
    print(json.dumps(rows), flush=True)


if __name__ == "__main__":
    main()
