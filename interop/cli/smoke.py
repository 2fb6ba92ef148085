"""Does the emulated lab work on this machine? Two of its modems, one message, on the virtual clock."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from interop.engine.clock import run_virtual
from interop.lab.budget import Purse
from interop.lab.equipment import Equipment
from interop.lab.load import load
from interop.lab.model import Lab
from interop.protocols.equipment import Setting
from interop.protocols.link import NoJournal
from interop.protocols.modem import Stat
from interop.record.events import MessageReceived, RegistrationSeen

TEXT = "interop doctor"
EPOCH = 1_767_225_600.0
"""2026-01-01: what the time stamps of the emulated network begin with"""


def smoke() -> str:
    """What went wrong, "" when nothing did. Raises whatever a broken installation raises."""
    whole = load("small")
    modems = whole.modems[:2]
    sims = tuple(sim for sim in whole.sims if sim.name in {modem.sim for modem in modems})
    alone = dict.fromkeys(("forms", "labels", "gateways", "originators"), ())
    lab = whole.model_copy(update={"modems": modems, "sims": sims, **alone})
    with TemporaryDirectory(prefix="interop-") as scratch:
        return run_virtual(_message(lab, Path(scratch)))


async def _message(lab: Lab, scratch: Path) -> str:
    setting = Setting(lab, 1, (), (), scratch=scratch, epoch=EPOCH, virtual=True)
    purse = Purse(lab, confirm=lambda _question: False, already={})
    async with Equipment(setting, purse=purse, journal=lambda _name: NoJournal()) as equipment:
        sender, receiver = (equipment.device(modem.name) for modem in lab.modems)
        for modem in (sender, receiver):
            mark = modem.events.mark()
            if (await modem.registration()).voice is not Stat.HOME and not await modem.events.wait(
                RegistrationSeen, within=60, since=mark, where=lambda seen: seen.stat == Stat.HOME
            ):
                return f"{modem.name} does not register"
        mark = receiver.events.mark()
        taken = await sender.send_message(lab.sims[1].msisdn, TEXT)
        if not taken.accepted:
            return f"its network refused a message: {taken.text}"
        came = await receiver.events.wait(MessageReceived, within=60, since=mark)
        return "" if came is not None and came.text == TEXT else "a message did not arrive"
