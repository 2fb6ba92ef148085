"""Whatever happens to a card while it is written, it ends exactly as ordered, or can still be brought there.

The power goes at every single APDU of a run, everything that `interop list faults` knows of cards happens at
each stage of it, cards are pulled and swapped; then somebody begins anew. What counts is what is in the card.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import pytest

from drivers.emulated.uicc import Card
from drivers.emulated.uicc.faults import KINDS
from interop.engine.clock import run_virtual
from interop.personalise.entries import Ended, Verifying, Writing, Written
from interop.personalise.order import Order, Wish
from interop.protocols.errors import EquipmentError
from interop.uicc import EfError
from interop.uicc.paths import EF_ICCID
from interop.uicc.session import CardRefused
from tests.personalise.bench import (
    KEYS,
    PIN,
    READER,
    Desk,
    Watched,
    dump,
    holds,
    order,
    scrambled,
    with_isim_key,
)

UPDATES: Final = 17
"""of a run that nothing disturbs; one of the eighteen wishes is the same file as another"""


async def uncut(made: Order, pin: str | None = None) -> tuple[dict[str, dict[str, Any]], int]:
    """What such a card holds in the end, and how many APDUs that takes."""
    card = scrambled(pin=pin)
    ended = await Desk.of(card).run(made)
    assert (ended.result, ended.why) == ("done", "")
    holds(card)
    return dump(card), card.number


async def disturbed(desk: Desk, made: Order, card: Watched, **options: Any) -> str:
    """How one run ends; what may never happen did not."""
    noted, changes = len(desk.journal), card.changes
    card.given.clear()
    result: str
    try:
        ended = await desk.run(made, **options)
        result = ended.result
        assert ended.why if result != "done" else not ended.why
    except (EquipmentError, CardRefused, EfError):  # in identify or plan
        result = "lost"
        assert card.changes == changes and not card.given
    new = desk.journal[noted:]
    announced = [entry.reference for entry in new if isinstance(entry, Verifying)]
    assert card.given == announced[: card.verifies] and len(set(announced)) == len(announced)
    assert [entry for entry in new if isinstance(entry, Ended)] == new[-1:]
    if result == "refused":
        assert card.changes == changes and not card.given
    return result


async def survives(
    made: Order,
    wanted: dict[str, dict[str, Any]],
    events: dict[int, str],
    *,
    cured: bool = True,
    pin: str | None = None,
) -> str:
    """A card to which `events` happen, at these APDUs, is as wanted after the next run."""
    card = scrambled(pin=pin)
    card.armed = dict(events)
    desk = Desk.of(card)
    result = await disturbed(desk, made, card)
    if result == "done":
        assert dump(card) == wanted, events
    card.armed.clear()
    if cured:
        card.cure()
    card.insert()
    again = await disturbed(desk, made, card)
    assert again == "done", (events, result, desk.plan and desk.plan.problems, desk.journal[-1])
    assert dump(card) == wanted, events
    assert card.keys[0x0A].left == 3 and (pin is None or card.pin.left == 3)
    return result


# Power


@pytest.mark.parametrize("when", ["before", "after"])
def test_the_power_goes_at_every_apdu(when: str) -> None:
    async def main() -> None:
        made = order()
        wanted, apdus = await uncut(made)
        results = {}
        for at in range(1, apdus + 1):
            results[at] = await survives(made, wanted, {at: f"power.cut@when={when}"}, cured=False)
        assert set(results.values()) == {"lost", "refused", "stopped"}

    run_virtual(main())


def test_the_power_goes_on_a_card_that_asks_for_pin1() -> None:
    """Two keys to give, and nothing that can be read before: at every seventh APDU."""

    async def main() -> None:
        made = order(pin=PIN)
        wanted, apdus = await uncut(made, "1234")
        for at in range(1, apdus + 1, 7):
            await survives(made, wanted, {at: "power.cut@when=after"}, cured=False, pin="1234")

    run_virtual(main())


def test_the_power_goes_on_a_card_with_keys_in_two_places() -> None:
    """Where the first answers rightly already, and nobody can ask the second; the ICCID stays."""

    async def main() -> None:
        isim_key = Wish("3F00/ADF.ISIM/AF20", KEYS.k + KEYS.opc, offset=1, secret=True)
        wishes = tuple(wish for wish in order().wishes if wish.path != EF_ICCID)
        made = order(wishes=(*wishes, isim_key), new_iccid="")
        card = with_isim_key(scrambled())
        assert (await Desk.of(card).run(made)).result == "done"
        wanted = dump(card)
        for at in range(1, card.number + 1, 7):
            card = with_isim_key(scrambled())
            card.armed = {at: "power.cut@when=after"}
            desk = Desk.of(card)
            await disturbed(desk, made, card)
            assert await disturbed(desk, made, card) == "done"
            assert dump(card) == wanted

    run_virtual(main())


def test_the_power_goes_at_every_update_with_any_part_of_it_written() -> None:
    async def main() -> None:
        made = order()
        wanted, _ = await uncut(made)
        for at in range(1, UPDATES + 1):
            for octets in (0, 1, 2, 5, 9, 15, 33):
                torn = {1: f"write.torn@at={at},octets={octets}"}
                assert await survives(made, wanted, torn, cured=False) == "stopped"
        assert await survives(made, wanted, {1: f"write.torn@at={UPDATES + 1}"}, cured=False) == "done"

    run_virtual(main())


def test_and_in_the_run_that_was_to_mend_it() -> None:
    """Torn ICCID over torn ICCID: each time the journal tells whose card it is."""

    async def main() -> None:
        made = order()
        wanted, _ = await uncut(made)
        for first, second in itertools.product((UPDATES - 2, UPDATES - 1, UPDATES), range(1, 4)):
            for octets in (1, 3, 8):
                card = scrambled()
                desk = Desk.of(card)
                for at, part in ((first, octets), (second, 9 - octets)):
                    card.cure()
                    card.arm(f"write.torn@at={at},octets={part}")
                    await disturbed(desk, made, card)
                assert await disturbed(desk, made, card) == "done"
                assert dump(card) == wanted

    run_virtual(main())


@pytest.mark.soak
@pytest.mark.parametrize("first", range(1, UPDATES + 1))
def test_the_power_goes_at_every_apdu_of_a_run_that_was_to_mend_a_card(first: int) -> None:
    async def main() -> None:
        made = order()
        wanted, apdus = await uncut(made)
        for at, when in itertools.product(range(1, apdus + 1), ("before", "after")):
            card = scrambled()
            desk = Desk.of(card)
            card.arm(f"write.torn@at={first},octets={at % 16}")
            assert await disturbed(desk, made, card) == "stopped"
            card.cure()
            card.armed = {card.number + at: f"power.cut@when={when}"}
            await disturbed(desk, made, card)
            card.armed.clear()
            assert await disturbed(desk, made, card) == "done"
            assert dump(card) == wanted and card.keys[0x0A].left == 3

    run_virtual(main())


# Everything else


COMMANDS: Final = ("A4", "B0", "B2", "C0", "D6", "DC", "20", "88")
WORDS: Final = (
    "6F00", "9000", "6A82", "6982", "6983", "6581", "63C1", "9862", "6283", "6700", "9804", "6A83",
)  # fmt: skip


def status_words() -> Iterator[str]:
    """Each command of a run answered wrongly: done nevertheless or not, once or again and again."""
    shapes = itertools.product(COMMANDS, WORDS, ("no", "yes"), (1, 2, 1000))
    for ins, sw, executed, times in shapes:
        yield f"status.wrong@ins={ins},sw={sw},executed={executed},times={times}"


def other_faults() -> Iterator[str]:
    for after in (0, 1, 3):
        yield f"file.worn@after={after}"
        for file in ("2FE2", "7FFF/6F07", "7F10/6F40", "7F20/00FF", "7F20/00F7"):
            yield f"file.worn@file={file},after={after}"
    for by, times in itertools.product((3, 16), (1, 2, 1000)):
        yield f"answer.late@by={by},times={times}"
    yield from ("answer.never", "card.removed", "power.cut@when=before", "power.cut@when=after")
    for octets in (0, 1, 7):
        yield f"write.torn@octets={octets}"
    for octets in (1, 5, 16):
        yield f"response.pieces@octets={octets}"
    yield from ("response.detour", "length.off", "atr.changed@resets=1", "counter.low@key=01,tries=1")


def test_no_fault_is_left_out() -> None:
    assert {fault.partition("@")[0] for fault in (*other_faults(), *status_words())} == set(KINDS)


async def all_of(cases: Iterable[tuple[int, str]]) -> dict[str, set[str]]:
    """How the runs ended, by fault; each began when the run was at that APDU."""
    made = order()
    wanted, _ = await uncut(made)
    results: dict[str, set[str]] = {}
    for at, fault in cases:
        result = await survives(made, wanted, {at: fault})
        results.setdefault(fault, set()).add(result)
    return results


HARMLESS: Final = ("response.", "length.off", "answer.late@by=3", "counter.low@key=01", "atr.changed")
"""none of these is in the way of a run that is under way"""
APDUS: Final = range(1, 330)


def test_everything_happens_somewhere_in_a_run() -> None:
    """Other faults at three places each, wrong status words at one each, in all their shapes by turns."""
    one_each = [words[at % len(words)] for at, words in enumerate(_by_word())]
    cases = [(37 * at % APDUS.stop + 1, fault) for at, fault in enumerate([*other_faults()] * 3 + one_each)]
    results = run_virtual(all_of(cases))
    for fault, ended in results.items():
        if fault.startswith(HARMLESS):
            assert ended == {"done"}, fault
    assert set().union(*results.values()) == {"done", "lost", "refused", "stopped"}


def _by_word() -> Iterator[list[str]]:
    for _, words in itertools.groupby(status_words(), key=lambda fault: fault.partition(",executed")[0]):
        yield list(words)


@pytest.mark.soak
@pytest.mark.parametrize("part", range(4))
def test_everything_happens_everywhere(part: int) -> None:
    """All shapes, each at every sixteenth APDU, so that each APDU has one in sixteen of them."""
    faults = [*other_faults(), *status_words()][part::4]
    run_virtual(all_of((at, fault) for turn, fault in enumerate(faults) for at in APDUS[turn % 16 :: 16]))


def test_an_atr_that_changes_is_another_card() -> None:
    async def main() -> None:
        card = scrambled()
        made = order(atr=card.atr)
        wanted, apdus = await uncut(made)
        desk = Desk.of(card)
        for at in (apdus // 2, 40):
            card.armed = {card.number + at: "power.cut"}
            assert await disturbed(desk, made, card) in ("stopped", "lost")
            card.arm("atr.changed")
            assert await disturbed(desk, made, card) == "refused"
            assert "its ATR is 3B021450, the order is for 3B9F96801FC7" in desk.journal[-1].why  # type: ignore[union-attr]
            card.cure()
        assert await disturbed(desk, made, card) == "done"
        assert dump(card) == wanted

    run_virtual(main())


# Keys with few tries


def test_tries_that_somebody_spent_are_not_spent_on() -> None:
    async def main() -> None:
        made = order()
        wanted, apdus = await uncut(made)
        for at in range(1, apdus, 7):
            card = scrambled()
            card.armed = {at: "counter.low@tries=2"}
            desk = Desk.of(card)
            result = await disturbed(desk, made, card)
            # after the VERIFY, the counter is nobody's concern; between question and VERIFY nobody can know
            assert result in ("refused", "done")
            assert (dump(card) == wanted) is (result == "done")
            if result == "refused":
                card.armed.clear()
                assert await disturbed(desk, made, card) == "refused" and not card.verifies
                assert card.keys[0x0A].left == 2
                assert await disturbed(desk, made, card, allow_tries=2) == "done"
                assert dump(card) == wanted

    run_virtual(main())


def test_a_wrong_key_costs_one_try_and_no_second() -> None:
    async def main() -> None:
        made = order()
        card = scrambled()
        before = dump(card)
        card.keys[0x0A].value = b"00000000"
        desk = Desk.of(card)
        assert await disturbed(desk, made, card) == "stopped"
        assert "63C2" in desk.journal[-1].why  # type: ignore[union-attr]
        for _ in range(3):
            assert await disturbed(desk, made, card) == "refused"
        assert card.keys[0x0A].left == 2
        assert dump(card) == before

    run_virtual(main())


# Another card


def test_a_card_that_is_put_in_instead_is_never_written_to() -> None:
    """At every seventh APDU of a run, with another one in the next reader all the time."""

    async def main() -> None:
        made = order()
        wanted, apdus = await uncut(made)
        for at in range(1, apdus + 1, 7):
            card, other, neighbour = scrambled(), scrambled(), scrambled()
            other.identity.rewrite("iccid", "89860120811000099999")
            before, beside = dump(other), dump(neighbour)
            desk = Desk({READER: card, "Lab Reader 1": neighbour})
            swap(desk, card, other, at)
            assert await disturbed(desk, made, card) in ("lost", "refused", "stopped")
            assert await disturbed(desk, made, other) == "refused"
            assert "the order is for 89860012345678901234" in desk.journal[-1].why  # type: ignore[union-attr]
            assert dump(other) == before and other.changes == other.verifies == 0
            desk.cards[READER] = card
            card.insert()
            assert await disturbed(desk, made, card) == "done"
            assert dump(card) == wanted
            assert dump(neighbour) == beside and neighbour.changes == neighbour.verifies == 0

    run_virtual(main())


def swap(desk: Desk, card: Watched, other: Card, at: int) -> None:
    def now() -> None:
        card.remove()
        desk.cards[READER] = other

    card.armed = {at: now}


# The journal


def test_what_was_written_stands_in_the_journal_before() -> None:
    """At each UPDATE that the card carries out, its path is in the last line, and what is in it now."""

    async def main() -> None:
        card = scrambled()
        desk = Desk.of(card)
        seen: list[tuple[Writing, bytes]] = []
        write = card.write

        def watched(file: Any, offset: int, data: bytes) -> int:
            line = desk.journal[-1]
            assert isinstance(line, Writing) and line.path.endswith(f"{file.id:04X}")
            seen.append((line, bytes(file.octets)))
            return write(file, offset, data)

        card.write = watched  # type: ignore[method-assign]
        assert (await desk.run(order())).result == "done"
        assert len(seen) == UPDATES
        for line, octets in seen:
            assert line.before is None or line.before == octets[: len(line.before) // 2].hex().upper()
        written = [entry for entry in desk.journal if isinstance(entry, Written)]
        assert [entry.path for entry in written] == [line.path for line, _ in seen]
        assert [line.path for line, _ in seen][-1] == "3F00/2FE2"

    run_virtual(main())


def test_what_cannot_be_written_down_is_not_done() -> None:
    async def main() -> None:
        made, lines = order(), 2 * UPDATES + 4
        for number in range(lines):
            card = scrambled()
            desk = Desk.of(card)
            after: Sequence[int] = ()

            def note(entry: Any, card: Watched = card, desk: Desk = desk, number: int = number) -> None:
                if len(desk.journal) == number:
                    nonlocal after
                    after = card.changes, card.verifies, card.number
                    raise OSError("no space left on device")
                desk.journal.append(entry)

            with pytest.raises(OSError, match="no space"):
                await desk.run(made, note=note)
            assert after == (card.changes, card.verifies, card.number)
            assert await disturbed(desk, made, card) == "done"
            holds(card)
        card = scrambled()
        assert (await Desk.of(card).run(made)).result == "done"

    run_virtual(main())
