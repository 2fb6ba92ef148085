"""A plan for one card, made by reads only: what is to be written where, and why it cannot be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from interop.personalise import proof, rights
from interop.personalise.cardtypes import of_atr
from interop.personalise.order import Order, Wish
from interop.personalise.present import Files, Present
from interop.personalise.rights import Column, fewest, lacking
from interop.personalise.steps import CardIdentity, Keys, Plan, Step
from interop.uicc import Operation
from interop.uicc.paths import EF_ICCID
from interop.uicc.session import CardRefused, Session, Tries


async def plan(
    session: Session,
    identity: CardIdentity,
    order: Order,
    *,
    allow_tries: int | None = None,
    torn: bool = False,
    written: Collection[str] = (),
) -> Plan:
    """What `order` takes on the card that was just identified (`identify`) with this session. Gives no key,
    and changes nothing.

    `allow_tries`: how many tries of a key have to be left at least, if not all of them; 0 also consents to
    a card that does not tell (the ADM of a SIM). `torn`: the caller knows whose card it is although its ICCID
    was torn while it was written (`identify.torn`). `written`: paths of files with keys that were written
    last for this order, and proved then.

    Whatever speaks against it is a problem of the plan, a sentence without a value. Raises what the link
    raises.
    """
    if problems := (*_wrong_card(identity, order, torn), *_twice(order)):
        return Plan(identity, problems=problems)
    knows, locked = await proof.known(session, order.milenage, order.iccid)
    files = Files(session)
    draft = _Draft(order, files, await files.unlocked())
    looked = [await files.look(wish) for wish in order.wishes if not wish.leftover]
    proved = _proved(looked, order, written) if knows is Keys.RIGHT else ()
    draft.steps = [step for present in looked for step in await draft.consider(present, proved)]
    if any(step.before is not None for step in draft.steps) or (draft.steps and knows is not Keys.RIGHT):
        # first, so that a run that was cut off in between still has other files to write, and clears the rest
        leftovers = [await files.look(wish) for wish in order.wishes if wish.leftover]
        draft.steps = [step for one in leftovers for step in await draft.consider(one)] + draft.steps
    if locked:
        draft.unlock_for_proof()
    if knows is Keys.OTHER and not any(_is_key(wish, order) for wish in order.wishes):
        draft.problems.append("the card has other keys than the row, and the order writes none")
    tries = {column: await draft.tries(session, column, allow_tries) for column in Column}
    return Plan(
        identity,
        steps=tuple(sorted(draft.steps, key=lambda step: step.path == EF_ICCID)),
        same=tuple(draft.same),
        absent=tuple(draft.absent),
        problems=tuple(draft.against()),
        warnings=tuple(draft.warnings),
        verify=_to_give(tries[Column.ADM]),
        pin=_to_give(tries[Column.PIN]),
        tries=tries[Column.ADM],
        pin_tries=tries[Column.PIN],
        keys=knows,
    )


def _to_give(tries: Tries | None) -> bool:
    return tries is not None and not tries.verified


def _wrong_card(identity: CardIdentity, order: Order, torn: bool) -> Iterator[str]:
    if order.atr and identity.atr and identity.atr != order.atr:
        yield f"its ATR is {identity.atr.hex().upper()}, the order is for {order.atr.hex().upper()}"
    known = of_atr(identity.atr)
    if known and order.card_type and known.name != order.card_type:
        yield f"its ATR is one of {known.name}, the order is for {order.card_type}"
    if order.view and identity.view is not order.view:
        shown = f"the card shows its {identity.view.value} view"
        yield f"{shown}, the order is for files of the {order.view.value} view"
    if torn:
        if all(wish.path != EF_ICCID for wish in order.wishes):
            yield "its ICCID is torn, and the order does not write it"
    elif identity.iccid not in (order.iccid, order.final_iccid):
        yield f"its ICCID is {identity.iccid or 'unreadable'}, the order is for {order.iccid}"


def _twice(order: Order) -> Iterator[str]:
    places = Counter((wish.path, wish.record, wish.offset) for wish in order.wishes)
    for (path, record, _), times in places.items():
        if times > 1:
            yield f"{path}{f' record {record}' if record else ''} is ordered {times} times"


def _is_key(wish: Wish, order: Order) -> bool:
    """Ki or OPc, whatever stands before and behind it."""
    own, octets = order.milenage, wish.content
    if own is None or not wish.secret or not isinstance(octets, bytes):
        return False
    return own.k in octets or own.opc in octets


def _proved(looked: Collection[Present], order: Order, written: Collection[str]) -> Collection[str]:
    """Files with keys that need not be written, as the card answers with these keys. Where it keeps them in
    several directories, the answer tells of one only, and nobody knows of which: unless they were all
    `written` together, they all are now.
    """
    paths = {present.wish.path for present in looked if _is_key(present.wish, order) and not present.missing}
    directories = {path.rpartition("/")[0] for path in paths}
    return paths if len(directories) == 1 or paths <= set(written) else ()


@dataclass(slots=True)
class _Draft:
    """A plan in the making. `free`: references of keys that nobody has to give."""

    order: Order
    files: Files
    free: frozenset[int]
    steps: list[Step] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    forbidden: dict[str, list[str]] = field(default_factory=dict)
    """paths by what stands against writing them: often it is the same for many"""
    needed: frozenset[Column] = frozenset()

    async def consider(self, present: Present, proved: Collection[str] = ()) -> list[Step]:
        """The step that it takes, if any. `proved`: paths of keys that are there already."""
        wish = present.wish
        self.warnings += [present.warning] if present.warning else []
        if present.missing and wish.optional:
            self.absent.append(wish.path)
        elif present.missing:
            self.problems.append(f"{wish.path}: the card has no such file")
        elif present.problem:
            self.problems.append(present.problem)
        elif present.now == present.after or (present.now is None and wish.path in proved):
            self.same.append(wish.path)
        else:
            return await self._write(present)
        return []

    async def _write(self, present: Present) -> list[Step]:
        wish = present.wish
        writing = await self.files.needed(wish.path, Operation.UPDATE)
        to_write = fewest(writing, self.order, self.free)
        reading = await self.files.needed(wish.path, Operation.READ)
        # what is free by the rules was not enough where it was refused
        to_read = fewest(reading, self.order) if present.now is None else frozenset()
        if to_write is None:
            self.forbidden.setdefault(lacking(writing, self.order, "written"), []).append(wish.path)
            return []
        if to_read is None and not wish.secret:
            self.forbidden.setdefault(lacking(reading, self.order, "read"), []).append(wish.path)
            return []
        self.needed |= to_write | (to_read or frozenset())
        rule = "" if writing is None else str(writing)
        readable = to_read is not None
        return [
            Step(wish.path, present.after, present.now, wish.record, wish.offset, rule, wish.secret, readable)
        ]

    def unlock_for_proof(self) -> None:
        """The card answers no challenge without PIN1."""
        if self.order.pin is None:
            self.problems.append("its keys can only be proved with PIN1, and the row has no pin")
        self.needed |= {Column.PIN}

    def against(self) -> Iterator[str]:
        for why, paths in self.forbidden.items():
            yield f"{', '.join(dict.fromkeys(paths))}: {why}"
        yield from self.problems

    async def tries(self, session: Session, column: Column, allow: int | None) -> Tries | None:
        """Asked of a key that is needed; too few are a problem."""
        key = rights.key_of(self.order, column)
        if key is None or column not in self.needed:
            return None
        try:
            tries = await session.tries(key.reference)
        except CardRefused as refused:
            self.problems.append(str(refused))
            return None
        if problem := rights.refused(column, key, tries, allow):
            self.problems.append(problem)
        return tries
