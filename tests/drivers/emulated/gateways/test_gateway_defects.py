"""Each defect of a gateway, by hand: what the provider is told and what two handsets get.

Two subscribers, the one whom the defect selects and one whom it does not; two texts, a short one in the
default alphabet and a long Chinese one of four parts.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from drivers.emulated.defect_kind import Scope
from drivers.emulated.defect_kinds import KINDS
from interop.engine.clock import run_virtual
from interop.gateway.text import pieces

if TYPE_CHECKING:
    from tests.drivers.emulated.gateways.conftest import Hall

SNAIL, SNAIL_NUMBER = "snail-1718", "17180001234"
CUCC, CUCC_NUMBER = "cucc-bj", "18600001234"
SENDERS = {"cmpp3": "10657955880", "sgip": "10655955990", "smgp": "10659955330", "smpp": "95588"}
SHORT = "Your code is 135790"
LONG = "尊敬的客户，" + "您的验证码是246801。" * 20
PARTS = len(pieces(LONG, reference=0))
WAIT_S = 200.0
ALL = tuple(SENDERS)
DELIVERED = ("DELIVRD",)


@dataclass(frozen=True)
class Seen:
    """`code`: the answer's; `texts`: what arrives, () nothing; `states`: reports about short and long text.

    `parts`: of the long text, in the order in which they came; `sender`: that of the handset.
    """

    code: int | None = None
    texts: tuple[str, ...] = (SHORT, LONG)
    states: tuple[tuple[str, ...], tuple[str, ...]] = (DELIVERED, DELIVERED * PARTS)
    parts: tuple[int, ...] = tuple(range(1, PARTS + 1))
    sender: str = ""


def refused(code: int) -> Seen:
    return Seen(code, (), ((), ()), ())


GARBLED = "".join(char if char.isascii() else "?" for char in LONG)
SWAPPED = LONG.encode("utf-16-le").decode("utf-16-be")
AS_UCS2 = (SHORT + " ").encode().decode("utf-16-be")
NOTHING = Seen(None, (), ((), ()), ())

TABLE: dict[str, dict[str, Seen]] = {
    "gateway.segment@segment=171": {
        "cmpp3": refused(13), "sgip": refused(23), "smgp": refused(58), "smpp": refused(0x0B),
    },
    "gateway.segment@segment=171,city=上海,gateway=sgip,code=6": {"sgip": refused(6)},
    "gateway.segment@mvno=蜗牛移动,gateway=smgp,code=65": {"smgp": refused(65)},
    "gateway.segment@segment=171,gateway=smgp,code=47": {"smgp": refused(47)},
    "gateway.segment@segment=171,city=北京": {},
    "gateway.throttled@segment=171": {
        "cmpp3": refused(8), "sgip": refused(33), "smgp": refused(1), "smpp": refused(0x58),
    },
    "gateway.dropped@segment=171,gateway=cmpp3": {"cmpp3": NOTHING},
    "smsc.dropped@segment=171,gateway=smpp": {"smpp": NOTHING},
    "gateway.false_report@segment=171": dict.fromkeys(ALL, Seen(texts=(), parts=())),
    "gateway.late@segment=171,gateway=smgp": {"smgp": NOTHING},
    "gateway.late@segment=171,gateway=smgp,after=60": {"smgp": Seen()},
    "gateway.sender_cut@segment=171": {
        name: Seen(sender=sender[:-2]) for name, sender in SENDERS.items()
    },
    "gateway.sender_cut@segment=171,digits=3,gateway=cmpp3": {"cmpp3": Seen(sender="10657955")},
    "gateway.sender_rewritten@segment=171": dict.fromkeys(ALL, Seen(sender="106550109988")),
    "gateway.text@segment=171,gateway=smpp": {"smpp": Seen(texts=(SHORT, GARBLED))},
    "gateway.encoding@segment=171,gateway=cmpp3": {"cmpp3": Seen(texts=(AS_UCS2, SWAPPED))},
    "gateway.part_lost@segment=171": dict.fromkeys(
        ALL, Seen(texts=(SHORT,), states=(DELIVERED, DELIVERED * (PARTS - 1)), parts=(1, 3, 4))
    ),
    "gateway.part_lost@segment=171,part=1,gateway=sgip": {
        "sgip": Seen(texts=(SHORT,), states=(DELIVERED, DELIVERED * (PARTS - 1)), parts=(2, 3, 4)),
    },
    "gateway.parts_reordered@segment=171,gateway=cmpp3": {"cmpp3": Seen(parts=(2, 3, 4, 1))},
    "gateway.duplicate@segment=171,gateway=sgip": {
        "sgip": Seen(texts=(SHORT, SHORT, LONG, LONG), parts=(1, 2, 3, 4) * 2),
    },
    "smsc.late@segment=171,gateway=cmpp3": {"cmpp3": NOTHING},
    "smsc.late@segment=171,city=上海,gateway=smpp,after=60": {"smpp": Seen()},
    "gateway.report_missing@segment=171": dict.fromkeys(ALL, Seen(states=((), ()))),
    "gateway.undelivered_report@segment=171": {
        name: Seen(states=((state,), (state,) * PARTS))
        for name, state in {**dict.fromkeys(ALL, "UNDELIV"), "sgip": "UNDELIV:21"}.items()
    },
    "gateway.reply_lost": {},
    "gateway.reply_text": {},
    "site.code_elsewhere": {},
}  # fmt: skip


@pytest.mark.parametrize("defect", TABLE)
def test_a_defect_alone(hall: type[Hall], tmp_path: Path, defect: str) -> None:
    async def scenario() -> None:
        here = await hall(tmp_path, defect).open()
        for name, sender in SENDERS.items():
            if name not in TABLE[defect] and "gateway=" in defect:
                continue
            selected = TABLE[defect].get(name, Seen())
            for number, sim, expected in ((CUCC_NUMBER, CUCC, Seen()), (SNAIL_NUMBER, SNAIL, selected)):
                if defect == "site.code_elsewhere":
                    expected = Seen()
                first = await here.provider(name)
                short = await first.send(number, SHORT, WAIT_S)
                first.leave()
                second = await here.provider(name)  # SGIP closes after 60 s of silence
                long = await second.send(number, LONG, WAIT_S)
                second.leave()
                phone = here[sim]
                where = f"{name} {sim}"
                assert {answer.code for answer in (*short, *long)} == {expected.code}, where
                assert tuple(body for _, body in phone.texts) == expected.texts, where
                assert {shown for shown, _ in phone.texts} <= {expected.sender or sender}, where
                reports = [*first.reports, *second.reports]
                states = {
                    answer.reference: [r.state for r in reports if r.reference == answer.reference]
                    for answer in (*short, *long)
                }
                of_short = [state for answer in short for state in states[answer.reference]]
                of_long = [state for answer in long for state in states[answer.reference]]
                if expected.code is None:
                    assert (tuple(of_short), tuple(of_long)) == expected.states, where
                came = [int(d.user_data.header[0].data[2]) for _, d in phone.delivers if d.user_data.header]
                assert tuple(came) == expected.parts, where
                phone.texts.clear()
                phone.delivers.clear()
        here.close()

    run_virtual(scenario())


@pytest.mark.parametrize(("city", "code"), [("上海", 13), ("北京", None)])
def test_a_row_of_a_table_has_neighbours(
    hall: type[Hall], tmp_path: Path, city: str, code: int | None
) -> None:
    """1718000 is a row of Shanghai here, whoever else has a number of it."""

    async def scenario() -> None:
        here = await hall(tmp_path, f"gateway.segment@segment=171,city={city}").open()
        sp = await here.provider("cmpp3")
        assert [answer.code for answer in await sp.send("17180005678", SHORT)] == [code]
        here.close()

    run_virtual(scenario())


@pytest.mark.parametrize(("defect", "queued", "congested"), [("gateway.late", 900, 0), ("smsc.late", 0, 900)])
def test_a_late_message_tells_by_its_time_where_it_lay(
    hall: type[Hall], tmp_path: Path, defect: str, queued: int, congested: int
) -> None:
    """TP-SCTS: when it left the gateway's queue for the service centre."""

    async def scenario() -> None:
        here = await hall(tmp_path, f"{defect}@segment=171,gateway=cmpp3").open()
        sp, other = await here.provider("cmpp3"), await here.provider("smgp")
        handed_at = here.network.now()
        await sp.send(SNAIL_NUMBER, LONG, 1)
        await other.send(SNAIL_NUMBER, SHORT, 1000)
        in_time, *late = here[SNAIL].delivers
        assert in_time[1].user_data.body == SHORT  # what lies there holds up nothing else
        assert (in_time[0] - handed_at).total_seconds() < 10
        assert len(late) == PARTS and here[SNAIL].texts[1][1] == LONG
        for came_at, deliver in late:
            taken_at = deliver.timestamp.when
            assert queued <= (taken_at - handed_at).total_seconds() + 1 < queued + 10
            assert congested <= (came_at - taken_at).total_seconds() < congested + 10
        here.close()

    run_virtual(scenario())


def test_a_second_copy_is_a_whole_one_and_later(hall: type[Hall], tmp_path: Path) -> None:
    """Its parts have the references of the first copy: only their time tells the two apart."""

    async def scenario() -> None:
        here = await hall(tmp_path, "gateway.duplicate@segment=171").open()
        sp = await here.provider("smpp")
        await sp.send(SNAIL_NUMBER, LONG, WAIT_S)
        delivers = [deliver for _, deliver in here[SNAIL].delivers]
        first, second = delivers[:PARTS], delivers[PARTS:]
        assert [deliver.user_data for deliver in first] == [deliver.user_data for deliver in second]
        assert max(d.timestamp.when for d in first) < min(d.timestamp.when for d in second)
        assert here[SNAIL].texts == [("95588", LONG)] * 2
        assert len(sp.reports) == PARTS  # the provider hears nothing of it
        here.close()

    run_virtual(scenario())


REPLY = "退订TD1, " + "请勿再发。" * 20
REPLIES: dict[str, dict[tuple[str, str], tuple[str, ...]]] = {
    "gateway.reply_lost@segment=171": {(SNAIL, name): () for name in SENDERS},
    "gateway.reply_lost@mvno=蜗牛移动,gateway=sgip": {(SNAIL, "sgip"): ()},
    "gateway.reply_lost@city=北京,gateway=smpp": {(CUCC, "smpp"): ()},
    "gateway.reply_text@segment=171,gateway=cmpp3": {
        (SNAIL, "cmpp3"): ("TD1", "".join(char if char.isascii() else "?" for char in REPLY)),
    },
    "gateway.text": {},
    "gateway.dropped": {},
    "smsc.dropped": {},
    "gateway.late": {},
    "smsc.late": {},
    "gateway.duplicate": {},
}


@pytest.mark.parametrize("defect", REPLIES)
def test_replies(hall: type[Hall], tmp_path: Path, defect: str) -> None:
    """Each handset writes a short text and a long one to each account; its own service centre takes both."""

    async def scenario() -> None:
        here = await hall(tmp_path, defect).open()
        phones = {sim: here[sim] for sim in (SNAIL, CUCC)}
        for name, number in SENDERS.items():
            sp = await here.provider(name)
            for phone in phones.values():
                phone.write(number, "TD1")
                phone.write(number, REPLY)
            await asyncio.sleep(30)
            for sim, phone in phones.items():
                mine = [came for came in sp.came if came.source == phone.msisdn]
                whole = [str(came.body) for came in mine if came.part is None]
                parts = sorted((came.part.number, str(came.body)) for came in mine if came.part)
                seen = (*whole, *(["".join(body for _, body in parts)] if parts else []))
                assert seen == REPLIES[defect].get((sim, name), ("TD1", REPLY)), f"{name} {sim}"
                assert phone.statuses and all(status.delivered for status in phone.statuses)
                phone.statuses.clear()
            sp.leave()
        here.close()

    run_virtual(scenario())


def test_every_defect_has_a_row() -> None:
    of_gateways = {name for name, kind in KINDS.items() if kind.scope is Scope.GATEWAY}
    assert {text.partition("@")[0] for text in TABLE} == of_gateways | {"site.code_elsewhere"}
