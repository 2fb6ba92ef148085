"""A card against what a profile, and its row of a batch, want of it: for `interop sim diff`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from interop.cli.sim.cards import Mistaken, Refused

if TYPE_CHECKING:
    from interop.cli.sim.cards import Opened
    from interop.personalise.order import Order, Wish
    from interop.personalise.present import Present
    from interop.personalise.profile import Profile
    from interop.uicc.differences import Difference


def loaded(profile: str, batch: str, *, giving: bool = False) -> tuple[Profile, list[Order]]:
    """The profile and the rows of the batch, none without one. `giving`: cards get keys, which have to be
    there. Raises Mistaken.
    """
    from interop.personalise.batch import load_batch
    from interop.personalise.profile import ProfileError, load_profile
    from interop.personalise.table import BatchError

    try:
        wanted = load_profile(profile)
        return wanted, load_batch(batch, wanted, giving=giving) if batch else []
    except (ProfileError, BatchError) as error:
        raise Mistaken(str(error)) from None


async def compare(card: Opened, profile: Profile, orders: list[Order]) -> list[Difference]:
    """What the card has on the left, what it should have on the right; without a batch, what all cards get.

    Leaves out what a card loses only when it gets another subscriber. Raises Refused where the batch has no
    row for it, and what the link raises.
    """
    from interop.personalise.present import Files

    await card.session.begin(profile.view)
    order = next((order for order in orders if card.iccid in (order.iccid, order.final_iccid)), None)
    if orders and order is None:
        raise Refused(f"the batch has no row for card {card.iccid or 'without ICCID'}, in {card.reader.name}")
    wishes = order.wishes if order else profile.wishes()
    files = Files(card.session)
    found = [_difference(await files.look(wish)) for wish in wishes if not wish.leftover]
    keys = await _keys(card, order) if order and order.milenage else None
    return [difference for difference in (*found, keys) if difference is not None]


def _difference(present: Present) -> Difference | None:
    from interop.uicc.differences import Aspect, Difference, words

    wish = present.wish
    if present.problem:
        if present.missing and wish.optional:
            return None
        return Difference(wish.path, _name(wish), Aspect.PRESENCE, present.problem, "wanted", wish.record)
    if present.now == present.after or (present.now is None and wish.secret):
        return None
    if wish.secret:
        here, there = "a key, not shown", "another key"
    else:
        locked = "not readable: a key has to be given first"
        here = locked if present.now is None else words(wish.path, present.now)
        there = words(wish.path, present.after)
    return Difference(wish.path, _name(wish), Aspect.CONTENT, here, there, wish.record, wish.secret)


async def _keys(card: Opened, order: Order) -> Difference | None:
    """Ki and OPc cannot be read: asked as a GSM network asks, which changes nothing."""
    from interop.personalise import proof
    from interop.personalise.steps import Keys
    from interop.uicc.differences import Aspect, Difference

    knows, _ = await proof.known(card.session, order.milenage, order.iccid)
    if knows is Keys.RIGHT:
        return None
    return Difference("", "Ki and OPc", Aspect.CONTENT, knows.value, "those of the row", secret=True)


def _name(wish: Wish) -> str:
    from interop.uicc.catalogue import at

    return str(at(wish.path) or "")
