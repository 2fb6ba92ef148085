"""`interop sim auth`: does the card have these keys? A challenge by Milenage, as a network sends one."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Final

import typer

from interop.cli.sim import keys
from interop.cli.sim.cards import (
    DONE,
    NOT_DONE,
    USAGE,
    Cards,
    ExpectedIccid,
    InLab,
    Json,
    Opened,
    Pin,
    Place,
    ReaderName,
    Refused,
    complain,
    opened,
    perform,
    show_json,
)

if TYPE_CHECKING:
    from interop.protocols.card import CardDriver
    from interop.uicc.milenage import Milenage
    from interop.uicc.session import Session

_RANDOM: Final = 16
_STEP: Final = 1 << 5
"""one of SEQ: the five bits below are its index (33.102 C.3.2)"""
_NEVER_FRESH: Final = 0
"""by which a card that checks tells its own SQN"""
_WRONG_MAC: Final = 0x9862
_SQN_BITS: Final = 48


@dataclass(frozen=True, slots=True)
class Proof:
    """`right`: the card has these keys. `sqn`: the highest that it had accepted before, where it told;
    `accepted`: that of the challenge that it answered, None of RUN GSM.
    """

    right: bool
    words: str
    sqn: int | None = None
    accepted: int | None = None


def auth(
    ki: Annotated[str, typer.Option(metavar="REF", help="env:NAME or file:PATH [default: asked].")] = "",
    opc: Annotated[str, typer.Option(metavar="REF", help="env:NAME or file:PATH [default: asked].")] = "",
    op: Annotated[str, typer.Option(metavar="REF", help="The operator's OP instead of OPc.")] = "",
    sqn: Annotated[
        int | None, typer.Option(metavar="N", min=0, help="To begin with [default: one above the card's].")
    ] = None,
    gsm: Annotated[bool, typer.Option("--gsm", help="As a GSM network asks: SRES; changes nothing.")] = False,
    cards: Cards = None,
    lab: InLab = "",
    reader: ReaderName = "",
    iccid: ExpectedIccid = "",
    pin: Pin = "",
    as_json: Json = False,
) -> None:
    """Prove that the card has these keys.

    Sends a challenge made with them (Milenage) and compares what comes back; 32 hex digits each, asked on the
    terminal where no place is given. No key is ever shown. The card's SQN moves on by one, as with every
    registration; with --gsm nothing moves. Exit code 1 where the keys are wrong.
    """
    try:
        milenage = _milenage(ki, opc, op)
    except Refused as error:
        raise typer.Exit(complain("auth", str(error), USAGE, as_json=as_json)) from None
    place = Place(cards, lab, reader, iccid, pin)

    async def prove(driver: CardDriver) -> int:
        async with opened(driver, place) as card:
            proof = await _proof(card, milenage, sqn, gsm=gsm)
        if as_json:
            show_json({"reader": card.reader.name, "iccid": card.iccid, **asdict(proof)})
        else:
            typer.echo(f"{card.reader.name}: card {card.iccid or 'without ICCID'}: {proof.words}")
        return DONE if proof.right else NOT_DONE

    perform("auth", place, prove, as_json=as_json)


def _milenage(ki: str, opc: str, op: str) -> Milenage:
    """Raises Refused."""
    from interop.uicc.milenage import Milenage

    if opc and op:
        raise Refused("--opc or --op, not both: OPc is made of Ki and OP")
    k = keys.key("ki", ki)
    return Milenage.of_op(k, keys.key("op", op)) if op else Milenage(k, keys.key("opc", opc))


async def _proof(card: Opened, milenage: Milenage, sqn: int | None, *, gsm: bool) -> Proof:
    """Raises CardRefused, and NotAvailable where the card wants PIN1 first."""
    from interop.protocols.errors import NotAvailable
    from interop.uicc.session import CardRefused
    from interop.uicc.statuswords import LOCKED

    try:
        return await (_gsm(card.session, milenage) if gsm else _umts(card.session, milenage, sqn))
    except CardRefused as refused:
        if refused.sw not in LOCKED:
            raise
        raise NotAvailable(card.reader.name, "the card answers no challenge before PIN1: --pin REF") from None


async def _gsm(session: Session, milenage: Milenage) -> Proof:
    """Raises CardRefused."""
    rand = secrets.token_bytes(_RANDOM)
    sres, kc = await session.run_gsm(rand)
    if (sres, kc) == milenage.triplet(rand):
        return Proof(True, "SRES and Kc are right: it has these keys")
    return Proof(False, "SRES or Kc is wrong: it has other keys, or another algorithm than Milenage")


async def _umts(session: Session, milenage: Milenage, sqn: int | None) -> Proof:
    """Twice where the card asks to synchronise, which tells its own SQN. Raises CardRefused."""
    from interop.uicc.milenage import WrongMac
    from interop.uicc.session import CardRefused

    own = None
    sent = _NEVER_FRESH if sqn is None else sqn
    for _ in range(2):
        challenge = milenage.challenge(secrets.token_bytes(_RANDOM), sent)
        try:
            answer = await session.authenticate(challenge.rand, challenge.autn)
        except CardRefused as refused:
            if refused.sw != _WRONG_MAC:
                raise
            return Proof(False, "wrong MAC: it has other keys, or another algorithm than Milenage")
        if not answer.auts:
            if (answer.res, answer.ck, answer.ik) == (challenge.xres, challenge.ck, challenge.ik):
                return Proof(True, _right(own, sent), own, sent)
            return Proof(False, "RES, CK or IK is wrong, though it took our MAC: not Milenage", own, sent)
        try:
            own = milenage.resynchronise(challenge.rand, answer.auts)
        except WrongMac:
            return Proof(False, "it asks to synchronise, but its MAC is wrong: not Milenage")
        if sqn is not None:
            words = f"it has these keys (its MAC is right), and SQN {sqn} is not fresh to it: it has {own}"
            return Proof(True, words, own)
        sent = own + _STEP & (1 << _SQN_BITS) - 1
    return Proof(False, f"it asks to synchronise again, with its own SQN {own} above which we were", own)


def _right(own: int | None, accepted: int) -> str:
    before = "" if own is None else f"its SQN was {own} (told by asking to synchronise), and "
    return f"RES is right: it has these keys; {before}SQN {accepted} was accepted"
