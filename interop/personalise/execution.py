"""A plan carried out on its card: each step written down before it is done, read back after it.

What goes wrong ends the run; nothing is tried again, least of all a key. The next run plans anew from what
the card then holds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Literal

from interop.personalise import proof
from interop.personalise.entries import Ended, Entry, Proved, Stop, Verified, Verifying, Writing, Written
from interop.personalise.identify import identify
from interop.personalise.order import Order, SecretKey
from interop.personalise.present import read
from interop.personalise.steps import Plan, Step
from interop.protocols.card import CardLink
from interop.protocols.errors import EquipmentError
from interop.uicc import EfError
from interop.uicc.paths import ADF_ISIM, EF_ICCID
from interop.uicc.session import CardRefused, Session, Tries
from interop.uicc.statuswords import LOCKED, OK, meaning

Note = Callable[[Entry], None]
"""The line is on the disk when it returns. Raises Stop for what must not be done, and was not noted."""
Gate = AbstractAsyncContextManager[object]
"""Around each VERIFY. Raises Stop where no key may be given any more."""


class _Halt(Exception):
    """Ends the run, with a sentence."""


async def execute(
    link: CardLink,
    session: Session,
    order: Order,
    plan: Plan,
    note: Note,
    *,
    anew: Callable[[], Awaitable[Plan]],
    gate: Gate,
    run: str,
    now: Callable[[], str],
) -> Ended:
    """Carry out `plan`, of this order, on the card in `link`, which `session` talks to; `run` and `now` (ISO
    8601, UTC) go into every line. The caller has noted `Began`; the last line is the `Ended` returned. `anew`
    plans again, after PIN1 was given: what was locked may be as ordered, and then takes no ADM.

    "done" only if every wish was read again and is as ordered, and the keys are proved; before that a new
    ICCID is not written, so that it is a sign of a finished card. "refused": no key was given, and nothing
    written.

    Each key is given once at most. After an error of the link nothing is sent any more. Cancelled, it ends
    the step that it is at, notes so, and lets itself be cancelled. Raises what `note` raises but Stop, and
    then nothing more was sent, either.
    """
    execution = _Execution(link, session, order, plan, note, anew, gate, run, now)
    try:
        await execution.all()
    except Stop as stop:
        return execution.ended(stop.why)
    except (_Halt, proof.NotProved, EquipmentError, CardRefused, EfError) as error:
        return execution.ended(str(error))
    except asyncio.CancelledError as cancelled:
        after = f", and {cancelled.__cause__}" if cancelled.__cause__ else ""
        execution.ended(f"interrupted by hand{after}")
        raise
    return execution.ended("")


@dataclass(slots=True)
class _Execution:
    link: CardLink
    session: Session
    order: Order
    plan: Plan
    note: Note
    anew: Callable[[], Awaitable[Plan]]
    gate: Gate
    run: str
    now: Callable[[], str]
    begun: bool = False
    """a key was given, or a file written"""
    iccid: str = ""

    async def all(self) -> None:
        plan, order = self.plan, self.order
        self.iccid = plan.identity.iccid
        if plan.problems:
            raise _Halt("; ".join(plan.problems))
        if absent := [key.missing for key in (order.adm, order.pin) if key and key.missing]:
            raise _Halt("; ".join(absent))
        if not self.link.alone:
            raise _Halt("others share this card: it can only be read here")
        await self._same_card()
        if plan.pin and order.pin:
            await self._give(order.pin, plan.pin_tries)
            plan = self.plan = await self.anew()
            if plan.problems:
                raise _Halt("; ".join(plan.problems))
        if plan.verify and order.adm:
            await self._give(order.adm, plan.tries)
        last = [step for step in plan.steps if step.path == EF_ICCID]
        for step in plan.steps:
            if step not in last:
                await _unbroken(self._write(step))
        await self._as_ordered(but=EF_ICCID if last else "")
        await self._prove()
        for step in last:
            self.iccid = ""  # nobody knows it until it is read again
            await _unbroken(self._write(step))
        await self._named()

    async def _same_card(self) -> None:
        """Raises _Halt where another one is in the reader than was planned for."""
        found = await identify(self.link, self.session, self.plan.identity.view)
        if (found.atr, found.octets) != (self.plan.identity.atr, self.plan.identity.octets):
            raise _Halt("this is not the card of the plan any more: ATR or ICCID is another one")

    async def _named(self) -> None:
        found = await identify(self.link, self.session, self.plan.identity.view)
        self.iccid = found.iccid
        if found.atr != self.plan.identity.atr or found.iccid != self.order.final_iccid:
            raise _Halt(f"its ICCID is {found.iccid or 'unreadable'} in the end")

    async def _give(self, key: SecretKey, planned: Tries | None) -> None:
        """VERIFY, once. Raises _Halt unless it was right."""
        async with self.gate:
            tries = await self.session.tries(key.reference)
            if tries.verified:
                return
            if planned is None or tries.left != planned.left:
                raise _Halt(f"{key} has other tries left than when it was planned: {tries.left}")
            await _unbroken(self._verify(key, tries.left))

    async def _verify(self, key: SecretKey, left: int | None) -> None:
        self.note(Verifying(reference=key.reference, left=left, **self._line()))
        self.begun = True
        sw = await self.session.verify(key.reference, key.octets)
        self.note(Verified(reference=key.reference, sw=f"{sw:04X}", **self._line()))
        if sw != OK:
            words = f" ({meaning(sw)})" if meaning(sw) else ""
            raise _Halt(f"{key} was answered {sw:04X}{words}, and is not given again")

    async def _write(self, step: Step) -> None:
        """Unless it is so by now: its twin may be the same file, or it was read with a key only."""
        before = await self._read(step)
        if before == step.after:
            return
        shown = not step.secret
        self.note(
            Writing(
                path=step.path,
                record=step.record,
                offset=step.offset,
                before=before.hex().upper() if shown and before is not None else None,
                after=step.after.hex().upper() if shown else None,
                **self._line(),
            )
        )
        self.begun = True
        sw = await self.session.update(step.path, step.after, record=step.record, offset=step.offset)
        there = await self._read(step)
        if there is not None and there != step.after:
            raise _Halt(f"{step.path} was answered {sw:04X} and does not hold what was written")
        self.note(Written(path=step.path, record=step.record, sw=f"{sw:04X}", **self._line()))

    async def _read(self, step: Step) -> bytes | None:
        """None for a secret that the card does not give away."""
        if not step.readable:
            return None
        try:
            return await read(self.session, step.path, len(step.after), step.record, step.offset)
        except CardRefused as refused:
            if step.secret and refused.sw in LOCKED:
                return None
            raise

    async def _as_ordered(self, but: str) -> None:
        """All of it, read again, but for leftovers that the plan left alone."""
        plan = self.plan
        planned = {*plan.same, *plan.absent, *(step.path for step in plan.steps)}
        left_out = [wish.path for wish in self.order.wishes if wish.leftover and wish.path not in planned]
        found = await proof.differences(self.session, self.order, absent=plan.absent, but=(but, *left_out))
        if found:
            raise _Halt("; ".join(found))

    async def _prove(self) -> None:
        if self.order.milenage is None:
            return
        secrets = [wish.path for wish in self.order.wishes if wish.secret]
        of_isim = any(path.startswith(ADF_ISIM) and path not in self.plan.absent for path in secrets)
        await proof.prove(self.session, self.order.milenage, self.run, multimedia=of_isim)
        self.note(Proved(**self._line()))

    def ended(self, why: str) -> Ended:
        result: Literal["done", "refused", "stopped"] = "done"
        if why:
            result = "stopped" if self.begun else "refused"
        imsi, msisdn = ("", "") if why else (self.order.imsi, self.order.msisdn)
        end = Ended(result=result, why=why, iccid=self.iccid, imsi=imsi, msisdn=msisdn, **self._line())
        self.note(end)
        return end

    def _line(self) -> dict[str, str]:
        return {"run": self.run, "job": self.order.job, "card": self.order.iccid, "time": self.now()}


async def _unbroken(work: Coroutine[Any, Any, None]) -> None:
    """To its end also when we are cancelled, which comes after it then."""
    task = asyncio.ensure_future(work)
    cancelled = False
    while not task.done():
        try:
            await asyncio.wait((task,))
        except asyncio.CancelledError:
            cancelled = True
    if cancelled:
        raise asyncio.CancelledError from task.exception()
    task.result()
