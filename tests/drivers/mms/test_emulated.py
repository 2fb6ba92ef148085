"""Every way against the emulated modems and MMSCs, which others wrote from the same manuals: each with each
other, both directions, and what each stage refuses."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from random import Random
from typing import Any

import pytest

from drivers.at import AtModem
from drivers.emulated.country import Country
from interop import mms
from interop.engine.clock import run_virtual
from interop.lab.load import load
from interop.lab.model import MmsWay, SimPart
from interop.mms import Part, ReadStatus, SendReq, Status
from interop.protocols.equipment import Setting
from interop.protocols.errors import EquipmentError
from interop.protocols.link import NoJournal
from interop.protocols.mms import MmsFetched, MmsOutcome, MmsSent, MmsStage
from interop.record import InconcReason
from interop.record.events import (
    BearerRefused,
    MessageReceived,
    MmsNotified,
    MmsReadHeard,
    MmsReported,
    Unclaimed,
)

MI, SNAIL, HNA, CMCC, CUCC, CTCC = "mi-1709", "snail-1718", "hna-1700", "cmcc-bj", "cucc-bj", "ctcc-gz"
WAYS = ("sim800", "simcom", "quectel", "quectel-native", "host")
EXACT = ("quectel", "quectel-native", "host")
TEXT = Part("text/plain", "你好，世界 €".encode(), name="hello.txt", charset="utf-8")
PICTURE = Part("image/jpeg", b"\xff\xd8" + Random("jpeg").randbytes(20000) + b"\xff\xd9", name="photo.jpg")
IMAGE = Part("image/png", b"\x89PNG\r\n\x1a\n" + b"\r\nOK\r\n+++\x1a\x1b> CONNECT\r\n" * 9, name="b.png")
SOUND = Part("audio/amr", b"#!AMR\n" + Random("amr").randbytes(3200), name="c.amr")


class Lab:
    """The small lab with `ways`, of each SIM named, and everything else as it is. `quirks`: of MI's modem."""

    def __init__(
        self, ways: dict[str, str], scratch: Path, *defects: str, quirks: tuple[str, ...] = ()
    ) -> None:
        lab = load("small")
        modems = []
        for part in lab.modems:
            way = ways.get(str(part.sim), "")
            host = MmsWay(way="host", interface="emulated")
            update: dict[str, Any] = {"dialect": way} if way else {}
            if way == "host":
                update = {"mms": host, "dialect": "generic"}
            if part.sim == MI:
                update["quirks"] = quirks
            modems.append(part.model_copy(update=update))
        lab = lab.model_copy(update={"modems": tuple(modems)})
        self._parts = {str(part.sim): part for part in lab.modems}
        self.sims: dict[str, SimPart] = {sim.name: sim for sim in lab.sims}
        self._country = Country(
            Setting(lab=lab, seed=1, defects=defects, quirks=(), scratch=scratch, epoch=1.7e9, virtual=True)
        )
        self._quirked = bool(quirks)
        self.modems: dict[str, AtModem] = {}
        self.spent: list[str] = []

    async def open(self, *names: str) -> tuple[AtModem, ...]:
        await self._country.start()
        await asyncio.sleep(20)
        for name in names:
            part = self._parts[name]
            link, bearer = self._country.link(part), None
            if part.mms.way == "host":
                bearer = self._country.endpoint(f"emulated:/bearer/{part.name}")[1]
            sim = self.sims[name]
            spend = self.spent.append
            self.modems[name] = await AtModem.open(part, sim, link, NoJournal(), spend, {}, bearer=bearer)
        return tuple(self.modems.values())

    async def close(self) -> None:
        for modem in self.modems.values():
            strange = [event for event in modem.events.since(0) if isinstance(event, Unclaimed)]
            assert self._quirked or strange == []
            await modem.close()
        await self._country.stop()

    def address(self, name: str) -> str:
        return mms.of_number(self.sims[name].msisdn)

    def message(self, to: tuple[str, ...], *parts: Part, **fields: Any) -> SendReq:
        addresses = tuple(map(self.address, to))
        return SendReq("T1", addresses, mms.slides(parts or (TEXT,)), subject="彩信测试 1", **fields)


def run(lab: Lab, main: Callable[..., Coroutine[Any, Any, None]], *names: str) -> None:
    async def whole() -> None:
        try:
            await main(*await lab.open(*names))
        finally:
            await lab.close()

    run_virtual(whole())


async def arrived(modem: AtModem, mark: int = 0) -> tuple[MmsNotified, MmsFetched]:
    event = await modem.events.wait(MmsNotified, within=300, since=mark)
    assert event is not None
    notification = next(one for one in modem.mms.notifications(mark) if one.location == event.location)
    return event, await modem.mms.fetch(notification)


def media(got: MmsFetched) -> list[tuple[str, str | bytes, str]]:
    """Texts may come in another coding from a client that hands them out in its own."""
    assert got.message is not None
    return [
        (part.content_type, part.text if part.content_type == "text/plain" else part.data, part.name)
        for part in got.message.body.media
    ]


PAIRS = [(way, WAYS[(at + 1) % len(WAYS)]) for at, way in enumerate(WAYS)]


@pytest.mark.parametrize(("here", "there"), PAIRS)
def test_both_ways_with_chinese_pictures_and_several_parts(here: str, there: str, tmp_path: Path) -> None:
    lab = Lab({MI: here, CMCC: there}, tmp_path)

    async def main(a: AtModem, b: AtModem) -> None:
        for sender, receiver, names in ((a, b, (MI, CMCC)), (b, a, (CMCC, MI))):
            mark = receiver.events.mark()
            message = lab.message(names[1:], PICTURE, TEXT, IMAGE, SOUND)
            sent = await sender.mms.send(message)
            assert (sent.outcome, sent.stage) == (MmsOutcome.ACCEPTED, MmsStage.MMSC)
            event, got = await arrived(receiver, mark)
            assert (event.subject, event.sender) == ("彩信测试 1", f"+86{lab.sims[names[0]].msisdn}")
            assert (got.outcome, got.stage) == (MmsOutcome.ACCEPTED, MmsStage.FETCH)
            assert got.message is not None
            assert (got.message.subject, got.message.sender) == ("彩信测试 1", lab.address(names[0]))
            assert media(got) == [
                ("image/jpeg", PICTURE.data, "photo.jpg"),
                ("text/plain", TEXT.text, "hello.txt"),
                ("image/png", IMAGE.data, "b.png"),
                ("audio/amr", SOUND.data, "c.amr"),
            ]
            exact = (await receiver.mms.capabilities()).exact
            assert got.confirmed is (True if exact else None)
        assert lab.spent == ["multimedia"] * 2

    run(lab, main, MI, CMCC)


@pytest.mark.parametrize("way", WAYS)
def test_300_kb(way: str, tmp_path: Path) -> None:
    """There and back through one way: the largest that operators take, less what makes a message of it."""
    lab = Lab({MI: way, SNAIL: way}, tmp_path)
    large = Part("image/jpeg", Random("large").randbytes(299 * 1024), name="large.jpg")

    async def main(a: AtModem, b: AtModem) -> None:
        assert (await a.mms.send(lab.message((SNAIL,), large))).outcome is MmsOutcome.ACCEPTED
        _, got = await arrived(b)
        assert media(got) == [("image/jpeg", large.data, "large.jpg")]

    run(lab, main, MI, SNAIL)


@pytest.mark.parametrize("way", WAYS)
def test_several_recipients_and_the_reports_of_each(way: str, tmp_path: Path) -> None:
    lab = Lab({MI: way, SNAIL: "quectel", CMCC: "simcom"}, tmp_path)

    async def main(a: AtModem, b: AtModem, c: AtModem) -> None:
        message = lab.message((SNAIL,), cc=(lab.address(CMCC),), delivery_report=True, read_report=True)
        sent = await a.mms.send(message)
        assert sent.outcome is MmsOutcome.ACCEPTED
        assert bool(sent.message_id) is (way in ("quectel", "host"))
        fetched = []
        for receiver in (b, c):
            event, got = await arrived(receiver)
            assert event.report
            assert media(got) == [("text/plain", TEXT.text, "hello.txt")]
            fetched.append(got.message)
        told = {f"+86{lab.sims[name].msisdn}" for name in (SNAIL, CMCC)}
        reports = await _all(a, MmsReported, lambda event: event.recipient, told)
        assert {report.status for report in reports} == {Status.RETRIEVED}
        if sent.message_id:
            assert {report.message_id for report in reports} == {sent.message_id}
        assert fetched[0] is not None
        assert await b.mms.report_read(fetched[0]) is True
        heard = await a.events.wait(MmsReadHeard, within=300, since=0)
        assert heard is not None
        assert (heard.reader, heard.status) == (f"+86{lab.sims[SNAIL].msisdn}", ReadStatus.READ)

    run(lab, main, MI, SNAIL, CMCC)


async def _all(modem: AtModem, kind: Any, key: Callable[[Any], str], wanted: set[str]) -> list[Any]:
    left = set(wanted)

    def last(event: Any) -> bool:
        left.discard(key(event))
        return not left

    assert await modem.events.wait(kind, within=300, since=0, where=last) is not None, left
    return [event for event in modem.events.since(0) if isinstance(event, kind)]


@pytest.mark.parametrize("way", EXACT)
def test_put_off_and_fetched_later(way: str, tmp_path: Path) -> None:
    lab = Lab({MI: way, SNAIL: way}, tmp_path)

    async def main(a: AtModem, b: AtModem) -> None:
        await a.mms.send(lab.message((SNAIL,), delivery_report=True))
        event = await b.events.wait(MmsNotified, within=300, since=0)
        assert event is not None
        (notification,) = b.mms.notifications(0)
        assert await b.mms.respond(notification, Status.DEFERRED) is True
        await asyncio.sleep(300)
        assert [one.status for one in a.events.since(0) if isinstance(one, MmsReported)] in (
            [],
            [Status.DEFERRED],
        )
        got = await b.mms.fetch(notification, deferred=True)
        assert (got.outcome, got.confirmed) == (MmsOutcome.ACCEPTED, True)
        told = await a.events.wait(
            MmsReported, within=300, since=0, where=lambda one: one.status == Status.RETRIEVED
        )
        assert told is not None

    run(lab, main, MI, SNAIL)


@pytest.mark.parametrize(("here", "there"), [("host", "simcom"), ("quectel", "quectel-native")])
def test_a_subscriber_whose_network_wants_a_password(here: str, there: str, tmp_path: Path) -> None:
    """Telecom: 10.0.0.200, ctwap@mycdma.cn; there is no SIM800 on its network."""
    lab = Lab({HNA: here, CTCC: there}, tmp_path)

    async def main(a: AtModem, b: AtModem) -> None:
        for sender, receiver, name in ((a, b, CTCC), (b, a, HNA)):
            mark = receiver.events.mark()
            assert (await sender.mms.send(lab.message((name,)))).outcome is MmsOutcome.ACCEPTED
            assert media((await arrived(receiver, mark))[1]) == [("text/plain", TEXT.text, "hello.txt")]

    run(lab, main, HNA, CTCC)


# What each stage refuses

R, U = MmsOutcome.REJECTED, MmsOutcome.UNKNOWN
_BEARER = (R, MmsStage.BEARER)
_SUBMIT = (R, MmsStage.SUBMIT)
_MMSC = (R, MmsStage.MMSC)
_NOBODY_KNOWS = (U, MmsStage.MMSC)
REFUSED: dict[str, dict[str, tuple[MmsOutcome, MmsStage]]] = {
    "mms.apn": dict.fromkeys(WAYS, _BEARER),
    "mms.unsubscribed@as=bearer": dict.fromkeys(WAYS, _BEARER),
    "mms.proxy@as=unreachable": dict.fromkeys(WAYS, _SUBMIT),
    "mms.proxy@as=502": {**dict.fromkeys(WAYS, _SUBMIT), "sim800": _NOBODY_KNOWS},
    "mms.mmsc_down@as=refused": {**dict.fromkeys(WAYS, _SUBMIT), "sim800": _NOBODY_KNOWS},
    "mms.mmsc_down@as=503": {**dict.fromkeys(WAYS, _SUBMIT), "sim800": _NOBODY_KNOWS},
    "mms.unsubscribed@as=status": {**dict.fromkeys(WAYS, _MMSC), "sim800": _NOBODY_KNOWS},
    "mms.refused@status=132": {**dict.fromkeys(WAYS, _MMSC), "sim800": _NOBODY_KNOWS},
    "mms.size_limit@size=1000": {**dict.fromkeys(WAYS, _MMSC), "sim800": _NOBODY_KNOWS},
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("defect", REFUSED)
def test_what_refuses_a_message(defect: str, way: str, tmp_path: Path) -> None:
    lab = Lab({MI: way}, tmp_path, defect + ("," if "@" in defect else "@") + "segment=1709")

    async def main(a: AtModem) -> None:
        sent = await a.mms.send(lab.message((SNAIL,), PICTURE))
        assert (sent.outcome, sent.stage) == REFUSED[defect][way], sent
        _codes_are_told(sent, defect, exact=way in ("quectel", "host"))
        refused = [event for event in a.events.since(0) if isinstance(event, BearerRefused)]
        assert bool(refused) is (sent.stage is MmsStage.BEARER)
        again = await a.mms.send(lab.message((SNAIL,), PICTURE))
        assert (again.outcome, again.stage, again.code) == (sent.outcome, sent.stage, sent.code)

    run(lab, main, MI)


def _codes_are_told(sent: MmsSent, defect: str, *, exact: bool) -> None:
    name, _, value = defect.partition("=")
    if exact and sent.stage is MmsStage.MMSC:
        statuses = {"132": {132}, "1000": {135, 229}, "status": {130, 225}}
        assert sent.status in statuses[value]
    elif exact and sent.stage is MmsStage.SUBMIT:
        assert sent.http == {"unreachable": None, "502": 502, "refused": 502, "503": 503}[value]
    elif sent.stage is MmsStage.BEARER and exact:
        assert sent.code == (27 if name == "mms.apn" else 33)


NOT_FETCHED = {
    "mms.fetch_refused@as=404": (None, 404),
    "mms.fetch_refused@as=status,status=225": (225, 200),
    "mms.fetch_refused@as=expired": (226, 200),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("defect", NOT_FETCHED)
def test_what_cannot_be_fetched(defect: str, way: str, tmp_path: Path) -> None:
    lab = Lab({MI: "quectel", SNAIL: way}, tmp_path, f"{defect},segment=1718")

    async def main(a: AtModem, b: AtModem) -> None:
        await a.mms.send(lab.message((SNAIL,)))
        _, got = await arrived(b)
        assert (got.outcome, got.stage, got.message) == (R, MmsStage.FETCH, None)
        if way in EXACT:
            assert (got.status, got.http) == NOT_FETCHED[defect]
        else:
            assert got.code is not None

    run(lab, main, MI, SNAIL)


def test_a_link_is_a_short_message_and_no_notification(tmp_path: Path) -> None:
    lab = Lab({MI: "quectel", SNAIL: "simcom"}, tmp_path, "mms.as_link@segment=1718")

    async def main(a: AtModem, b: AtModem) -> None:
        await a.mms.send(lab.message((SNAIL,)))
        assert await b.events.wait(MessageReceived, within=300, since=0) is not None
        assert b.mms.notifications(0) == []

    run(lab, main, MI, SNAIL)


# What is wrong with our own modem

QUIRKS = (
    "echo.double",
    "lines.crcrlf",
    "prompt.bare",
    "socket.pieces",
    "upload.late",
    "upload.twice",
    "urc.inside",
    "write.split",
)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("quirk", QUIRKS)
def test_a_quirk_that_must_not_be_felt(quirk: str, way: str, tmp_path: Path) -> None:
    lab = Lab({MI: way, SNAIL: "host"}, tmp_path, quirks=(quirk,))

    async def main(a: AtModem, b: AtModem) -> None:
        for sender, receiver, name in ((a, b, SNAIL), (b, a, MI)):
            mark = receiver.events.mark()
            assert (await sender.mms.send(lab.message((name,), IMAGE, TEXT))).outcome is MmsOutcome.ACCEPTED
            _, got = await arrived(receiver, mark)
            assert [each[1] for each in media(got)] == [IMAGE.data, TEXT.text]

    run(lab, main, MI, SNAIL)


@pytest.mark.parametrize("way", WAYS)
def test_a_firmware_without_it_says_so(way: str, tmp_path: Path) -> None:
    lab = Lab({MI: way}, tmp_path, quirks=("mms.absent@rate=1",))

    async def main(a: AtModem) -> None:
        known = await a.mms.capabilities()
        assert known.send is (way in ("quectel", "host"))
        assert bool(known.lacks) is not known.send

    run(lab, main, MI)


HURTING = (
    "answer.late@rate=0.02,by=12",
    "answer.lost@rate=0.05",
    "answer.twice@rate=0.2",
    "command.swallowed@rate=0.05",
    "final.missing@rate=0.1",
    "mms.untold@by=900",
    "modem.reset@after=22",
    "modem.reset@after=24",
    "modem.reset@after=27",
    "packet.drops@after=1",
    "socket.cut",
    "upload.refused",
)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("quirk", HURTING)
def test_a_quirk_that_may_cost_the_attempt_but_not_the_truth(quirk: str, way: str, tmp_path: Path) -> None:
    """ACCEPTED arrives; REJECTED, or an error of our equipment, did not leave."""
    lab = Lab({MI: way, SNAIL: "host"}, tmp_path, quirks=(quirk,))

    async def main(a: AtModem, b: AtModem) -> None:
        announced = 0
        for _ in range(3):
            outcome = None
            try:
                outcome = (await a.mms.send(lab.message((SNAIL,), PICTURE))).outcome
            except EquipmentError as error:
                assert error.reason is not InconcReason.BUDGET
            await asyncio.sleep(60)
            # the MMSC may remind of one that was not fetched
            before, announced = announced, len({one.location for one in b.mms.notifications(0)})
            if outcome is MmsOutcome.ACCEPTED:
                assert announced == before + 1
            elif outcome is not MmsOutcome.UNKNOWN:
                assert announced == before

    run(lab, main, MI, SNAIL)
