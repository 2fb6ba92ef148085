"""What one run does to a card and writes down of it, and everything that ends it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import asynccontextmanager, nullcontext
from dataclasses import asdict, replace
from typing import Any, cast

import pytest

from drivers.card.memory import MemoryCards, MemoryLink
from drivers.emulated.uicc.tree import Directory
from interop.engine.clock import run_virtual
from interop.personalise import proof
from interop.personalise.entries import Ended, Entry, Proved, Stop, Verified, Verifying, Writing, Written
from interop.personalise.execution import execute
from interop.personalise.identify import identify
from interop.personalise.order import Order, SecretKey, Wish
from interop.personalise.planning import plan
from interop.personalise.steps import Plan
from interop.protocols.card import CardLost, CardReset
from interop.protocols.errors import EquipmentError, NotAnswering
from interop.uicc import Iccid, Imsi, Spn
from interop.uicc.milenage import Milenage
from interop.uicc.paths import EF_ICCID
from interop.uicc.session import Authentication, CardRefused, Session, View
from tests.personalise.bench import (
    ADM,
    KEYS,
    NEW,
    OLD,
    OTHER_KEYS,
    PIN,
    READER,
    SCRAMBLED,
    WANTED,
    Desk,
    Watched,
    dump,
    holds,
    order,
    put,
    scrambled,
    with_isim_key,
)

SPN, IMSI, KI, OPC = "3F00/7FFF/6F46", "3F00/7FFF/6F07", "3F00/7F20/00FF", "3F00/7F20/00F7"


def done(card: Watched, made: Order, **options: Any) -> tuple[Ended, list[Entry]]:
    async def main() -> tuple[Ended, list[Entry]]:
        desk = Desk.of(card)
        return await desk.run(made, **options), desk.journal

    ended, journal = run_virtual(main())
    assert journal[-1] == ended and sum(isinstance(entry, Ended) for entry in journal) == 1
    return ended, journal


def simple(*wishes: Wish, **differences: Any) -> Order:
    return order(**{"wishes": wishes, "milenage": None, "new_iccid": "", **differences})


def writings(journal: list[Entry]) -> list[Writing]:
    return [entry for entry in journal if isinstance(entry, Writing)]


# What is written down


def test_the_journal_of_a_run() -> None:
    ended, journal = done(scrambled(), order(msisdn="17090001234"))
    assert ended == Ended(
        run="1",
        job="batch.csv:2",
        card=OLD,
        time="2026-11-22T14:00:00Z",
        result="done",
        why="",
        iccid=NEW,
        imsi="460011709001234",
        msisdn="17090001234",
    )
    assert isinstance(journal[0], Verifying) and (journal[0].reference, journal[0].left) == (0x0A, 3)
    assert isinstance(journal[1], Verified) and journal[1].sw == "9000"
    lines = {line.path: line for line in writings(journal) if line.path not in (KI, OPC)}
    for path, line in lines.items():
        assert line.before is not None and line.after is not None
        assert SCRAMBLED[path].upper().startswith(line.before) and len(line.before) == len(line.after)
        assert WANTED[path].upper().startswith(line.after)
    assert [(line.path, line.offset, line.before, line.after) for line in writings(journal)][-4:-1] == [
        (KI, None, None, None),
        (OPC, 0, None, None),
        (OPC, 1, None, None),
    ]
    kinds = [type(entry) for entry in journal]
    assert kinds[2:-4] == [Writing, Written] * 16  # the twin of EF_SPN is the same file: written once
    assert kinds[-4:] == [Proved, Writing, Written, Ended]  # a new ICCID is the sign of a finished card
    assert {line.sw for line in journal if isinstance(line, Written)} == {"9000"}
    assert {(line.run, line.job, line.card) for line in journal} == {("1", "batch.csv:2", OLD)}


def test_nothing_is_written_to_a_card_that_is_so_already_and_no_key_is_given() -> None:
    card = put(scrambled(), WANTED)
    ended, journal = done(card, order())
    assert ended.result == "done" and [type(entry) for entry in journal] == [Proved, Ended]
    assert card.changes == card.verifies == 0


def test_a_card_in_use_is_done_whatever_its_handset_wrote() -> None:
    used = {path: SCRAMBLED[path] for path in ("3F00/7FFF/6F7B", "3F00/7FFF/6F7E")}
    card = put(scrambled(), WANTED | used)
    ended, journal = done(card, order())
    assert ended.result == "done" and not writings(journal)
    holds(card, WANTED | used)
    put(card, {SPN: SCRAMBLED[SPN]})
    done(card, order())
    holds(card)


def test_secrets_stand_nowhere() -> None:
    made = order(pin=PIN)
    card = scrambled(pin="1234")
    card.keys[0x0A].tries = card.keys[0x0A].left = 3
    desk = Desk.of(card)
    run_virtual(desk.run(made))
    assert desk.plan is not None and desk.plan.pin and desk.plan.verify
    told = json.dumps([asdict(entry) for entry in desk.journal]) + repr((desk.journal, desk.plan, made))
    for secret in (KEYS.k, KEYS.opc, OTHER_KEYS.k, OTHER_KEYS.opc, ADM.octets, PIN.octets):
        for form in (secret.hex(), secret.hex().upper(), repr(secret)[2:-1], secret.decode("latin1")):
            assert form not in told


def test_a_memory_that_wears_out_is_written_down() -> None:
    card = scrambled()
    card.arm("status.wrong@ins=D6,sw=63C4,executed=yes")
    ended, journal = done(card, order())
    assert ended.result == "done"
    assert [line.sw for line in journal if isinstance(line, Written)].count("63C4") == 1


def test_what_only_the_adm_can_read_is_compared_before_it_is_written() -> None:
    card = scrambled()
    made = simple(Wish(SPN, Spn("alt")), Wish("3F00/7FFF/6FAD", b"\0\0\0\2"))
    for path in (SPN, "3F00/7FFF/6FAD"):
        file = card.tree.file(path)
        assert file is not None
        file.access = bytes.fromhex("8B032F0607")
    put(card, {SPN: "00616c74" + "ff" * 13})
    ended, journal = done(card, made)
    assert ended.result == "done"
    assert [(line.path, line.before) for line in writings(journal)] == [("3F00/7FFF/6FAD", "00000003")]


def test_files_longer_than_one_command() -> None:
    card = scrambled()
    file, directory = card.tree.file("3F00/2F05"), card.tree.root
    assert file is not None
    directory.children[0x2F50] = replace(file, id=0x2F50, octets=bytearray(600), sfi=0)
    wanted = bytes(range(256)) * 2 + bytes(range(88))
    assert done(card, simple(Wish("3F00/2F50", wanted)))[0].result == "done"
    assert card.tree.file("3F00/2F50").octets == wanted  # type: ignore[union-attr]


def test_each_file_is_selected_anew_right_before_it_is_written() -> None:
    card = scrambled()
    sent: list[bytes] = []
    answer = card.answer

    def watched(octets: bytes) -> Any:
        sent.append(octets)
        return answer(octets)

    card.answer = watched  # type: ignore[method-assign]
    _, journal = done(card, order())
    updates = [at for at, octets in enumerate(sent) if octets[1] in (0xD6, 0xDC)]
    assert len(updates) == len(writings(journal))
    for at, line in zip(updates, writings(journal), strict=True):
        assert [octets[1] for octets in sent[at - 2 : at]] == [0xA4, 0xC0]
        assert sent[at - 2][5:].hex().upper() == "".join(line.path.split("/")[1:])


def test_a_step_changes_its_own_octets_alone() -> None:
    card = scrambled()
    before = dump(card)
    assert done(card, simple(Wish("3F00/7F10/6F40", b"\x55" * 34, record=2)))[0].result == "done"
    before["3F00/7F10/6F40"]["records"][1] = "55" * 34
    assert dump(card) == before


# Keys


def test_pin1_and_adm_are_given_once_each() -> None:
    card = scrambled(pin="1234")
    ended, journal = done(card, order(pin=PIN))
    assert ended.result == "done"
    holds(card)
    assert [line.reference for line in journal if isinstance(line, Verifying)] == [0x01, 0x0A]
    assert card.verifies == 2


def test_a_wrong_pin_ends_the_run_before_the_adm_is_given() -> None:
    card = scrambled(pin="4321")
    before = dump(card)
    ended, journal = done(card, order(pin=PIN))
    assert (ended.result, ended.why) == (
        "stopped",
        "PIN1 was answered 63C2 (2 tries left), and is not given again",
    )
    assert [type(entry) for entry in journal] == [Verifying, Verified, Ended]
    assert card.verifies == 1 and dump(card) == before and card.keys[0x0A].left == 3


def test_a_counter_that_changed_since_it_was_planned() -> None:
    card = scrambled()
    ended, journal = done(card, order(), between=lambda link: setattr(card.keys[0x0A], "left", 2))
    assert ended.result == "refused" and card.verifies == 0
    assert ended.why == "ADM1 has other tries left than when it was planned: 2"
    assert len(journal) == 1


def test_a_key_that_was_given_meanwhile_is_not_given_again() -> None:
    card = scrambled(card_type="tells-verified")
    ended, _ = done(card, order(), between=lambda link: setattr(card.keys[0x0A], "verified", True))
    assert ended.result == "done" and card.verifies == 0


def test_each_key_is_given_within_the_gate() -> None:
    card = scrambled(pin="1234")
    seen: list[int] = []

    @asynccontextmanager
    async def gate() -> Any:
        seen.append(card.verifies)
        yield
        seen.append(card.verifies)

    class Gate:
        """Entered again and again, as that of a batch."""

        async def __aenter__(self) -> None:
            self.one = gate()
            await self.one.__aenter__()

        async def __aexit__(self, *error: Any) -> None:
            await self.one.__aexit__(*error)

    ended, _ = done(card, order(pin=PIN), gate=Gate())
    assert ended.result == "done"
    assert seen == [0, 1, 1, 2]


def test_no_key_is_given_where_the_gate_is_closed() -> None:
    class Closed:
        async def __aenter__(self) -> None:
            raise Stop("the key for another card was wrong")

        async def __aexit__(self, *error: Any) -> None: ...

    card = scrambled()
    ended, journal = done(card, order(), gate=Closed())
    assert (ended.result, ended.why) == ("refused", "the key for another card was wrong")
    assert len(journal) == 1 and card.verifies == card.changes == 0


@pytest.mark.parametrize(("kind", "result"), [(Verifying, "refused"), (Writing, "stopped")])
def test_the_batch_stops_a_card_before_its_next_step(kind: type[Entry], result: str) -> None:
    card = scrambled()
    journal: list[Entry] = []

    def note(entry: Entry) -> None:
        if isinstance(entry, kind) and len(journal) >= 8 * (kind is Writing):
            raise Stop("enough")
        journal.append(entry)

    before = dump(card)
    ended = run_virtual(Desk.of(card).run(order(), note=note))
    assert (ended.result, ended.why) == (result, "enough") and journal[-1] == ended
    assert card.changes == len(writings(journal)) == (3 if kind is Writing else 0)
    assert (dump(card) == before) is (kind is Verifying)


# What ends it


def test_a_plan_with_problems_is_refused() -> None:
    card = scrambled()
    ended, journal = done(card, order(adm=None))
    assert ended.result == "refused" and len(journal) == 1
    assert ended.why.endswith(f"{OPC}, {EF_ICCID}: written with ADM1 only, and the row has no adm")
    assert ended.iccid == OLD and ended.imsi == ""
    assert card.changes == card.verifies == 0


def test_an_order_that_was_only_to_be_looked_at_is_not_carried_out() -> None:
    card = scrambled()
    absent = SecretKey(0x0A, b"", missing="env:ADM_1: this environment variable is not set")
    ended, journal = done(card, order(adm=absent))
    assert (ended.result, ended.why, len(journal)) == ("refused", absent.missing, 1)
    assert card.changes == card.verifies == 0


def test_a_card_that_others_use_too_is_not_written_to() -> None:
    card = scrambled()
    ended, _ = done(card, order(), between=lambda link: setattr(link, "alone", False))
    assert (ended.result, ended.why) == ("refused", "others share this card: it can only be read here")
    assert card.changes == card.verifies == 0


@pytest.mark.parametrize("what", ["iccid", "atr"])
def test_a_card_that_changed_since_it_was_planned(what: str) -> None:
    """However that may be, with a link that notices nothing."""
    card, other = scrambled(), scrambled()
    if what == "iccid":
        put(other, {EF_ICCID: WANTED[EF_ICCID]})

    def swap(link: MemoryLink) -> None:
        other.power_on()
        link._card = link._cards[READER] = other  # type: ignore[index]
        if what == "atr":
            link.atr = b"\x3b\x00"

    ended, journal = done(card, order(), between=swap)
    assert ended.result == "refused" and "not the card of the plan any more" in ended.why
    assert other.number > 0 and other.changes == other.verifies == 0 and len(journal) == 1


@pytest.mark.parametrize(
    "error", [CardReset(READER, "somebody"), CardLost(READER, "gone"), NotAnswering(READER, "hung")]
)
def test_after_an_error_of_the_link_nothing_is_sent(error: EquipmentError) -> None:
    class Troubled:
        """Fails once, and would go on."""

        name, alone = READER, True

        def __init__(self, link: MemoryLink, at: int) -> None:
            self.link, self.left, self.atr = link, at, link.atr
            self.after = 0

        async def transmit(self, apdu: bytes) -> tuple[bytes, int]:
            self.left -= 1
            self.after += self.left < 0
            if self.left == 0:
                raise error
            return await self.link.transmit(apdu)

        async def reset(self) -> bytes:
            raise AssertionError("the card is not to be reset")

        close = reset

    async def never() -> Plan:
        raise AssertionError("no PIN1 was given")

    async def main() -> None:
        for at in range(1, 190, 9):
            card = scrambled()
            inner = await MemoryCards({READER: card}).open(READER, write=True)
            journal: list[Entry] = []
            link = Troubled(inner, -1)
            session = Session(link.transmit)
            made = order()
            found = await plan(session, await identify(cast(Any, link), session), made)
            link.left, link.after = at, 0
            ended = await execute(
                cast(Any, link),
                session,
                made,
                found,
                journal.append,
                anew=never,
                gate=nullcontext(),
                run="1",
                now=str,
            )
            assert ended.result in ("refused", "stopped") and ended.why == str(error)
            assert link.left == 0 and journal[-1] == ended
            assert (ended.result == "refused") is (len(journal) == 1)

    run_virtual(main())


LIES: dict[str, tuple[str, str]] = {
    "files": (
        "status.wrong@ins=D6,sw=9000,executed=no,times=1000",
        "3F00/7FFF/6F7B was answered 9000 and does not hold what was written",
    ),
    "records": (
        "status.wrong@ins=DC,sw=9000,executed=no",
        "3F00/7F10/6F42 was answered 9000 and does not hold what was written",
    ),
    "worn": ("file.worn@file=7FFF/6F07", f"UPDATE BINARY of {IMSI} at 0: the card answered 6581"),
    "worn of a key": ("file.worn@file=00FF", f"UPDATE BINARY of {KI} at 0: the card answered 6581"),
    "the adm": ("status.wrong@ins=20,sw=6F00", "ADM1 was answered 6F00 (technical problem), and"),
}  # fmt: skip


@pytest.mark.parametrize("lie", LIES)
def test_what_the_card_says_or_does_wrongly(lie: str) -> None:
    fault, why = LIES[lie]
    card = scrambled()
    journal: list[Entry] = []

    def note(entry: Entry) -> None:
        if not journal:
            card.arm(fault)
        journal.append(entry)

    ended = run_virtual(Desk.of(card).run(order(), note=note))
    assert ended.result == "stopped" and ended.why.startswith(why), ended.why
    assert card.keys[0x0A].left == 3 and card.verifies == 1
    assert journal[-1] == ended and not isinstance(journal[-2], Written)
    assert EF_ICCID not in [line.path for line in writings(journal)] and ended.iccid == OLD


def test_stopped_and_not_refused_once_a_file_was_written_without_any_key() -> None:
    card = scrambled()
    card.arm("file.worn@after=1")
    made = simple(*(wish for wish in order().wishes if wish.path in ("3F00/7F20/6F30", "3F00/7F10/6F42")))
    ended, journal = done(card, made)
    assert ended.result == "stopped" and "6581" in ended.why and len(writings(journal)) == 2
    assert card.verifies == 0


def test_a_key_file_that_takes_nothing_is_found_out_by_a_challenge() -> None:
    """It says 9000, and cannot be read: pySim-prog said "Programming successful" (sims.md 13)."""
    for path in (KI, OPC):
        card = scrambled()
        write = card.write

        def lying(file: Any, offset: int, data: bytes, write: Any = write, path: str = path) -> int:
            return 0x9000 if file.path == path else int(write(file, offset, data))

        card.write = lying  # type: ignore[method-assign]
        ended, journal = done(card, order())
        assert ended.result == "stopped" and "has other keys" in ended.why and "9862" in ended.why
        assert not any(isinstance(entry, Proved) for entry in journal)
        assert EF_ICCID not in [line.path for line in writings(journal)]


def test_what_changes_after_it_was_written_is_found_out_in_the_end() -> None:
    """The file of the USIM is that of DF.GSM, and the order wants them different."""
    ended, _ = done(scrambled(), simple(Wish(SPN, Spn("a")), Wish("3F00/7F20/6F46", Spn("b"))))
    assert (ended.result, ended.why) == ("stopped", f"{SPN} is not as ordered")


def test_whose_card_it_is_nobody_knows_while_its_iccid_is_written() -> None:
    card = scrambled()
    card.arm("write.torn@at=17,octets=3")
    ended, journal = done(card, order())
    assert ended.result == "stopped" and ended.iccid == ""
    assert [line.path for line in writings(journal)][-1] == EF_ICCID


def test_an_optional_file_that_was_hidden_is_found_in_the_end() -> None:
    card = scrambled()
    directory = card.tree.at("3F00/7F20")
    assert isinstance(directory, Directory)
    hidden = directory.children.pop(0x6F30)
    ended, _ = done(card, order(), between=lambda link: directory.children.__setitem__(0x6F30, hidden))
    assert (ended.result, ended.why) == ("stopped", "3F00/7F20/6F30 was not found before, and is there now")


def test_an_optional_file_that_vanished_is_missed_in_the_end() -> None:
    card = put(scrambled(), WANTED)
    directory = card.tree.at("3F00/7F20")
    assert isinstance(directory, Directory)
    ended, _ = done(card, order(), between=lambda link: directory.children.pop(0x6F30))
    assert (
        ended.result == "refused"
        and ended.why == "SELECT 3F00/7F20/6F30: the card answered 6A82 (no such file)"
    )


def test_what_cannot_be_read_again_in_the_end_is_not_done() -> None:
    card = put(scrambled(), WANTED)
    arm = "status.wrong@ins=B2,sw=6982,times=1000"
    ended, _ = done(card, order(), between=lambda link: card.arm(arm))
    assert ended.result == "refused"
    assert ended.why == "3F00/7F10/6F42 cannot be read again; 3F00/7F10/6F40 cannot be read again"


# Ctrl-C


def test_interrupted_at_any_time_the_step_that_it_is_at_ends_first() -> None:
    """Every answer takes a second, so that the moment of Ctrl-C is between any two APDUs."""

    async def main() -> None:
        made = order()
        results = set()
        for at in range(2, 290, 7):
            card = scrambled()
            card.arm("answer.late@by=1")
            desk = Desk.of(card)
            running = asyncio.ensure_future(desk.run(made))
            await asyncio.sleep(at + 0.5)
            running.cancel()
            await asyncio.sleep(0)
            running.cancel()  # who is impatient must not tear a write
            with pytest.raises(asyncio.CancelledError):
                await running
            if desk.journal:
                last = desk.journal[-1]
                assert isinstance(last, Ended) and last.why == "interrupted by hand"
                results.add(last.result)
                kinds = [type(entry) for entry in desk.journal]
                assert kinds.count(Writing) == kinds.count(Written)
                assert kinds.count(Verifying) == kinds.count(Verified) == card.verifies
                assert card.changes == kinds.count(Writing)
            card.cure()
            assert (await desk.run(made)).result == "done"
            holds(card)
        assert results == {"refused", "stopped"}

    run_virtual(main())


def test_interrupted_while_a_key_is_given_its_answer_is_written_down() -> None:
    async def main() -> None:
        card = scrambled()
        card.arm("answer.late@by=1")
        journal: list[Entry] = []

        def note(entry: Entry) -> None:
            journal.append(entry)
            if isinstance(entry, Verifying):
                running.cancel()

        running = asyncio.ensure_future(Desk.of(card).run(order(), note=note))
        with pytest.raises(asyncio.CancelledError):
            await running
        assert [type(entry) for entry in journal] == [Verifying, Verified, Ended]
        assert journal[-1] == replace(cast(Ended, journal[-1]), result="stopped", why="interrupted by hand")

    run_virtual(main())


def test_interrupted_while_the_card_is_lost() -> None:
    async def main() -> None:
        card = scrambled()
        journal: list[Entry] = []

        def note(entry: Entry) -> None:
            journal.append(entry)
            if isinstance(entry, Writing):
                card.armed = {card.number + 1: "card.removed"}
                running.cancel()

        running = asyncio.ensure_future(Desk.of(card).run(order(), note=note))
        with pytest.raises(asyncio.CancelledError):
            await running
        last = journal[-1]
        assert isinstance(last, Ended) and last.result == "stopped"
        assert last.why == f"interrupted by hand, and {READER}: it was pulled out"

    run_virtual(main())


def test_interrupted_while_it_waits_for_its_turn() -> None:
    class Busy:
        async def __aenter__(self) -> None:
            await asyncio.sleep(3600)

        async def __aexit__(self, *error: Any) -> None: ...

    async def main() -> None:
        card = scrambled()
        desk = Desk.of(card)
        running = asyncio.ensure_future(desk.run(order(), gate=Busy()))
        await asyncio.sleep(1)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert [getattr(entry, "result", "") for entry in desk.journal] == ["refused"]
        assert card.verifies == card.changes == 0

    run_virtual(main())


# Cards of other kinds


def test_a_2g_card_is_written_in_its_own_class_and_proved_by_run_gsm() -> None:
    wishes = (
        Wish("3F00/7F20/6F46", Spn("小米移动", show_plmn=True, hide_abroad=True)),
        Wish("3F00/7F10/6F40", bytes.fromhex(WANTED["3F00/7F10/6F40"])[:34], record=1),
        Wish("3F00/7F20/6F07", Imsi("460011709001234")),
        Wish(KI, KEYS.k, secret=True),
        Wish(OPC, b"\x01" + KEYS.opc, secret=True),
        Wish(EF_ICCID, Iccid(NEW)),
    )
    made = order(wishes=wishes, view=View.SIM)
    card = scrambled()
    classes: set[int] = set()
    answer = card.answer

    def watched(octets: bytes) -> Any:
        classes.add(octets[0])
        return answer(octets)

    card.answer = watched  # type: ignore[method-assign]
    ended, journal = done(card, made, allow_tries=0)
    assert (ended.result, ended.why) == ("done", "")
    assert classes == {0xA0}
    assert [line.left for line in journal if isinstance(line, Verifying)] == [None]
    paths = [EF_ICCID, IMSI, SPN, "3F00/7F10/6F40", KI, OPC]
    holds(card, {path: WANTED[path] for path in paths})
    wrong = put(scrambled(), {path: WANTED[path] for path in paths} | {KI: "00" * 16})
    ended, _ = done(wrong, replace(made, wishes=wishes[:3] + wishes[4:]), allow_tries=0)
    assert (ended.result, ended.why) == ("stopped", "RUN GSM ALGORITHM is answered as other keys do")


def test_a_card_with_its_key_files_in_the_usim() -> None:
    card = Watched.blank(ki=OTHER_KEYS.k, opc=OTHER_KEYS.opc, layout="OpenCells")
    put(card, {EF_ICCID: SCRAMBLED[EF_ICCID]})
    made = order(
        wishes=(
            Wish(IMSI, Imsi("460011709001234")),
            Wish("3F00/7FFF/FF02", KEYS.k, secret=True),
            Wish("3F00/7FFF/FF01", KEYS.opc, secret=True),
            Wish(EF_ICCID, Iccid(NEW)),
        )
    )
    ended, _ = done(card, made)
    assert (ended.result, ended.why) == ("done", "")
    assert card.algorithm() == KEYS


@pytest.mark.parametrize("sw", ["6F00", "6E00", "6A82"])
def test_one_odd_answer_makes_no_sim_of_a_usim(sw: str) -> None:
    async def main() -> None:
        card = scrambled()
        link = await MemoryCards({READER: card}).open(READER, write=True)
        card.arm(f"status.wrong@ins=A4,sw={sw}")
        assert (await identify(link, Session(link.transmit))).view is View.UICC

        async def old(apdu: bytes) -> tuple[bytes, int]:
            return await link.transmit(apdu) if apdu[0] == 0xA0 else (b"", int(sw, 16))

        assert (await identify(link, Session(old))).view is View.SIM

    run_virtual(main())


# The proof


class Answering:
    """A card that answers challenges as it is told."""

    view = View.UICC

    def __init__(self, answer: Callable[[bytes, bytes], Authentication]) -> None:
        self.answer = answer

    async def authenticate(self, rand: bytes, autn: bytes, *, path: str) -> Authentication:
        return self.answer(rand, autn)


def right(rand: bytes, autn: bytes) -> Authentication:
    found = KEYS.answer(rand, autn)
    return Authentication(found.res, found.ck, found.ik, found.kc)


PROOFS: dict[str, tuple[Callable[[bytes, bytes], Authentication], str]] = {
    "right": (right, ""),
    "without Kc": (lambda rand, autn: replace(right(rand, autn), kc=b""), ""),
    "another RES": (lambda rand, autn: replace(right(rand, autn), res=bytes(8)), "as other keys do"),
    "another CK": (lambda rand, autn: replace(right(rand, autn), ck=bytes(16)), "as other keys do"),
    "another IK": (lambda rand, autn: replace(right(rand, autn), ik=bytes(16)), "as other keys do"),
    "AUTS": (lambda rand, autn: Authentication(auts=KEYS.auts(rand, 4711)), ""),
    "AUTS of others": (lambda rand, autn: Authentication(auts=OTHER_KEYS.auts(rand, 0)), "AUTS of other"),
    "another RAND": (lambda rand, autn: Authentication(auts=KEYS.auts(bytes(16), 0)), "AUTS of other keys"),
    "AUTS of nothing": (lambda rand, autn: Authentication(auts=bytes(14)), "AUTS of other keys"),
    "AUTS too short": (lambda rand, autn: Authentication(auts=bytes(3)), "AUTS of other keys"),
}  # fmt: skip


@pytest.mark.parametrize("name", PROOFS)
def test_what_proves_keys(name: str) -> None:
    answer, why = PROOFS[name]
    proving = proof.prove(cast(Session, Answering(answer)), KEYS, "1")
    if not why:
        run_virtual(proving)
        return
    with pytest.raises(proof.NotProved, match=why):
        run_virtual(proving)


def test_a_proof_moves_no_counter_on_the_card_and_asks_each_run_something_else() -> None:
    card = scrambled()
    asked: list[bytes] = []
    answer = card.answer

    def watched(octets: bytes) -> Any:
        if octets[1] == 0x88 and octets[3] == 0x81:
            asked.append(octets[6:22])
        return answer(octets)

    card.answer = watched  # type: ignore[method-assign]
    before = list(card.counter.seen)

    async def main() -> None:
        desk = Desk.of(card)
        for _ in range(2):
            assert (await desk.run(order())).result == "done"

    run_virtual(main())
    assert card.counter.seen == before
    assert len(asked) == len(set(asked)) == 2
    assert all(isinstance(Milenage(KEYS.k, KEYS.opc).f2(rand), bytes) for rand in asked)


def test_the_isim_is_asked_too_where_it_has_keys_of_its_own() -> None:
    card = with_isim_key(scrambled())
    isim_key = Wish("3F00/ADF.ISIM/AF20", KEYS.k + KEYS.opc, offset=1, secret=True, optional=True)
    made = order(wishes=(*order().wishes, isim_key))
    asked: list[int] = []
    answer = card.answer

    def watched(octets: bytes) -> Any:
        channel = card.channels[0].application
        if octets[1] == 0x88 and octets[3] == 0x81 and channel is not None:
            asked.append(channel.aid[6])
        return answer(octets)

    card.answer = watched  # type: ignore[method-assign]
    ended, _ = done(card, made)
    assert (ended.result, ended.why) == ("done", "")
    assert asked == [0x02, 0x04]
    used = {path: SCRAMBLED[path] for path in ("3F00/7FFF/6F7B", "3F00/7FFF/6F7E")}
    ended, journal = done(put(card, used), made)  # its keys cannot be seen, and are written again
    assert ended.result == "done" and [line.path for line in writings(journal)] == [
        KI,
        OPC,
        OPC,
        isim_key.path,
    ]
    holds(card, used)
    lacking = scrambled()
    lacking.tree.applications.pop("ADF.ISIM")
    ended, _ = done(lacking, made)
    assert (ended.result, ended.why) == ("done", "")


def test_a_challenge_that_is_refused_otherwise_is_no_proof() -> None:
    async def main() -> None:
        link = await MemoryCards({READER: put(scrambled(), {KI: "ff" * 16})}).open(READER, write=True)
        session = Session(link.transmit)
        await session.begin()
        with pytest.raises(CardRefused, match="9864"):
            await proof.prove(session, KEYS, "1")

    run_virtual(main())
