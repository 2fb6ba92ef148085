"""The modem's packet connection to the MMSC, by the standard's commands (3GPP TS 27.007 10.1)."""

from __future__ import annotations

from drivers.at.answers import fields
from drivers.mms.commands import Commands
from interop.protocols.errors import NotAvailable
from interop.protocols.mms import MmsService, MmsStage

_DOWN_S = 40.0


class Packet:
    """One that is up already for this access point is used as it is: whoever set it up keeps it."""

    def __init__(self, commands: Commands) -> None:
        self._commands = commands
        self._ours = False
        self._there: str | None = None
        """<cid> of one that somebody else has set up"""

    async def is_there(self) -> bool:
        """Does the modem have the commands?"""
        return await self._commands.has("+CGDCONT", "+CGACT")

    async def up(self, service: MmsService) -> str:
        """Its address, "" where the modem does not tell. Raises Refused at stage BEARER."""
        commands, cid = self._commands, self._commands.mms.cid
        there = self._there = await self._leading_to(service.apn)
        if there is None:
            await commands.say(f'AT+CGDCONT={cid},"IP",{commands.quote(service.apn)}')
            if service.user:
                name, password = commands.quote(service.user), commands.quote(service.password)
                await commands.say(f"AT+CGAUTH={cid},1,{name},{password}", secret=True)
            self._ours = True
            await commands.say(f"AT+CGACT=1,{cid}", MmsStage.BEARER, deadline=commands.mms.bearer_s)
        rows = await commands.read(f"AT+CGPADDR={there or cid}", "+CGPADDR:")
        return fields(rows[0])[-1] if rows and "," in rows[0] else ""

    async def is_up(self) -> bool:
        cid = self._there or str(self._commands.mms.cid)
        return cid in await self._active()

    async def down(self) -> None:
        if self._ours:
            await self._commands.try_to(f"AT+CGACT=0,{self._commands.mms.cid}", deadline=_DOWN_S)
            self._ours = False

    async def _leading_to(self, apn: str) -> str | None:
        """<cid> of one that is up. Raises NotAvailable where ours leads elsewhere: it is somebody's."""
        if not (up := await self._active()):
            return None
        rows = [fields(row) for row in await self._commands.read("AT+CGDCONT?", "+CGDCONT:")]
        names = {row[0]: row[2] for row in rows if len(row) > 2}
        found = next((cid for cid in up if names.get(cid, "").casefold() == apn.casefold()), None)
        ours = str(self._commands.mms.cid)
        if found is None and ours in up:
            what = f"packet connection {ours} is up for {names.get(ours) or 'somebody'}, not for {apn}"
            raise NotAvailable(self._commands.device, what)
        return found

    async def _active(self) -> list[str]:
        states = [fields(row)[:2] for row in await self._commands.read("AT+CGACT?", "+CGACT:")]
        return [cid for cid, *state in states if state == ["1"]]
