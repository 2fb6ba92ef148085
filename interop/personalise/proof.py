"""That a card is exactly as ordered: every wish read again, and the keys proved by a challenge.

A challenge changes nothing: that of GSM context (31.102 7.1.2.1) and RUN GSM ALGORITHM (51.011 8.16) count
nothing, and the one of UMTS context has SQN 0, which is fresh for no card: it answers with AUTS, made with
the same keys (33.102 6.3.3, C.2.2), and its own counter stays.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import Final

from interop.personalise.order import Order
from interop.personalise.present import Files, Present
from interop.personalise.steps import Keys
from interop.uicc import EfError
from interop.uicc.milenage import Milenage
from interop.uicc.paths import ADF_ISIM, ADF_USIM
from interop.uicc.session import CardRefused, Session, View
from interop.uicc.statuswords import LOCKED

_WRONG_MAC: Final = 0x9862
_NEVER_FRESH: Final = 0


class NotProved(Exception):
    """The card did not answer as these keys do, in words."""


async def known(session: Session, keys: Milenage | None, seed: str) -> tuple[Keys, bool]:
    """What the card knows of `keys` (None: nobody ordered any), and whether it wants PIN1 before it says.

    `seed`: makes the challenge, so that the same run asks the same. Raises what the link raises.
    """
    if keys is None:
        return Keys.NONE, False
    rand = _rand(seed)
    try:
        answer = await session.run_gsm(rand)
    except CardRefused as refused:
        return Keys.UNKNOWN, refused.sw in LOCKED
    except EfError:
        return Keys.UNKNOWN, False
    return (Keys.RIGHT if answer == keys.triplet(rand) else Keys.OTHER), False


async def prove(session: Session, keys: Milenage, seed: str, *, multimedia: bool = False) -> None:
    """Raises NotProved, CardRefused for another refusal than 9862, and what the link raises.

    `multimedia`: the ISIM has keys of its own, which are asked too.
    """
    if session.view is View.SIM:
        rand = _rand(seed)
        if await session.run_gsm(rand) != keys.triplet(rand):
            raise NotProved("RUN GSM ALGORITHM is answered as other keys do")
        return
    for path in (ADF_USIM, ADF_ISIM) if multimedia else (ADF_USIM,):
        await _challenge(session, keys, _rand(f"{seed} {path}"), path)


async def _challenge(session: Session, keys: Milenage, rand: bytes, path: str) -> None:
    challenge = keys.challenge(rand, _NEVER_FRESH)
    try:
        answer = await session.authenticate(challenge.rand, challenge.autn, path=path)
    except CardRefused as refused:
        if refused.sw == _WRONG_MAC:
            raise NotProved(f"{path} has other keys: {refused}") from None
        raise
    if not answer.auts:
        if (answer.res, answer.ck, answer.ik) != (challenge.xres, challenge.ck, challenge.ik):
            raise NotProved(f"{path} answers a challenge as other keys do")
        return
    try:
        keys.resynchronise(rand, answer.auts)
    except ValueError:
        raise NotProved(f"{path} answers a challenge with an AUTS of other keys") from None


def _rand(seed: str) -> bytes:
    return hashlib.sha256(f"personalise {seed}".encode()).digest()[:16]


async def differences(
    session: Session, order: Order, *, absent: Collection[str] = (), but: Collection[str] = ()
) -> list[str]:
    """A sentence for each wish that the card does not hold now, without its value; paths in `but` are not
    looked at. `absent`: optional files that the plan did not find, which still must not be there.

    What nobody can read is no difference: keys are proved otherwise. Raises what the link raises.
    """
    files = Files(session)
    looked = [await files.look(wish) for wish in order.wishes if wish.path not in but]
    return [sentence for present in looked if (sentence := _difference(present, absent))]


def _difference(present: Present, absent: Collection[str]) -> str:
    wish = present.wish
    if present.missing and wish.optional and wish.path in absent:
        return ""
    if present.problem:
        return present.problem
    if wish.path in absent:
        return f"{wish.path} was not found before, and is there now"
    if present.now is None:
        return "" if wish.secret else f"{wish.path} cannot be read again"
    place = f"{wish.path} record {wish.record}" if wish.record else wish.path
    return "" if present.now == present.after else f"{place} is not as ordered"
