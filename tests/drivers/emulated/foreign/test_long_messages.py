"""Long Chinese messages on our modems, from each program to each: gammu, smstools, ModemManager, a stock SMPP
client behind the message centre, and our own driver.

Every text has three parts; the first boundary of 67 characters falls into the code, the second one into an
emoji. All is under way at once, for a part takes the emulated network seconds, as it does a real one. Parts
of handsets come nearly in order, as each has a delay of its own; smpplib hands its parts in backwards, and a
service's messages keep their order: every receiver must join 3, 2, 1.

What the programs do (gammu 1.42, smstools 3.1.21, ModemManager 1.20.4, smpplib 2.2.4):
- gammu and ModemManager end a part early rather than inside a surrogate pair; smstools and smpplib cut at 67
  units of UTF-16, also between the two of an emoji (`test_an_emoji_that_smstools_cuts`).
- gammu and smstools join octets, so a pair that was cut is whole again; ModemManager converts each part on
  its own, drops those that are no UTF-16 ("Partial character sequence at end of input") and waits for ever.
- ModemManager knows the parts of a message by the reference alone, not by the sender (mm-sms-list.c,
  cmp_sms_by_concat_reference): each sender has a modem of its own here.
- All take parts in any order; smstools and ModemManager look while they come.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from drivers.at import AtModem
from drivers.links.serial_port import SerialLink
from interop.lab.load import load
from interop.protocols.link import NoJournal
from interop.protocols.modem import Submission
from interop.record.events import MessageReceived

if TYPE_CHECKING:
    from tests.drivers.emulated.foreign.conftest import Dissect, Emulated, Manager, Part, Phone, Program

pytestmark = pytest.mark.foreign

WITHIN_S = 60.0
RECEIVERS = ("gammu", "smstools", "ModemManager", "Interop")
SENDERS = (*RECEIVERS, "smpplib")
CUT = "smstools, cut"
"""what smstools sends to ModemManager with the emoji across a boundary"""
OUT = {"gammu": "m04", "smstools": "m10", "ModemManager": "m01", "Interop": "m06"}
IN = {"gammu": "m07", "smstools": "m11", "Interop": "m09"}
IN_MANAGER = {
    "gammu": ("m02", "simtech"),
    "smstools": ("m08", "quectel"),
    "ModemManager": ("m03", "quectel"),
    "Interop": ("m13", "simtech"),
    "smpplib": ("m05", "simtech"),
    CUT: ("m12", "quectel"),
}
"""modem and plugin by sender"""
CUTS_PAIRS = ("smstools", "smpplib")
RECEIVED = 3
"""MMSmsState"""
CODE = "864209"
FILLER = "转账之前请核对收款人的姓名与账号，银行工作人员不会索取验证码。" * 6


def text(sender: str, receiver: str, emoji_at: int = 133) -> str:
    """166 units of UTF-16. `emoji_at`: 133 lies across the end of the second part."""
    opening = f"【{sender}致{receiver}】您正在办理大额转账，本次操作的验证码为".ljust(64, "：") + CODE
    whole = opening + FILLER[: emoji_at - len(opening)] + "😀"
    return whole + FILLER[: 164 - len(whole)] + "完"


def sent_text(sender: str, receiver: str) -> str:
    """One that the receiver can join, whatever the sender cuts."""
    return text(sender, receiver, 120 if sender in CUTS_PAIRS and receiver == "ModemManager" else 133)


def test_the_text_is_cut_where_it_hurts() -> None:
    units = text("smstools", "ModemManager").encode("utf-16-be")
    parts = [units[at : at + 134] for at in range(0, len(units), 134)]
    assert len(parts) == 3
    assert parts[0].endswith("864".encode("utf-16-be")) and parts[1].startswith("209".encode("utf-16-be"))
    assert parts[1].endswith(b"\xd8\x3d") and parts[2].startswith(b"\xde\x00")


class Post:
    """Who is where, and what was said to the programs that receive."""

    def __init__(self, country: Emulated, beside: Callable[[str], Phone]) -> None:
        self.country = country
        receiving = {("gammu", ""): IN["gammu"], ("smstools", ""): IN["smstools"]} | {
            ("ModemManager", sender): modem for sender, (modem, _) in IN_MANAGER.items()
        }
        self.overheard = {who: beside(country.modems[modem]["tcp"]) for who, modem in receiving.items()}

    def number(self, modem: str) -> str:
        return "86" + self.country.modems[modem]["msisdn"]

    def to(self, sender: str, receiver: str) -> str:
        return self.number(IN_MANAGER[sender][0] if receiver == "ModemManager" else IN[receiver])

    def origin(self, sender: str) -> str:
        """The sender's number as a handset sees it."""
        return self.account["number"] if sender == "smpplib" else "+" + self.number(OUT[sender])

    @property
    def account(self) -> Mapping[str, str]:
        (row,) = (row for row in self.country.rows["gateways"] if row["gateway"] == "smsc")
        return row  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def post(emulate: Callable[..., Emulated], beside: Callable[[str], Phone]) -> Post:
    return Post(emulate("emulated"), beside)


# gammu


@pytest.fixture(scope="module")
def gammu_sends(post: Post, keep: Callable[..., Program], tmp_path_factory: pytest.TempPathFactory) -> None:
    gammu = keep("gammu", "-c", gammurc(post, OUT["gammu"], tmp_path_factory.mktemp("gammu")), "batch")
    for receiver in RECEIVERS:
        to, what = post.to("gammu", receiver), sent_text("gammu", receiver)
        gammu.tell(f"sendsms TEXT +{to} -unicode -len 300 -text {what}")


def gammurc(post: Post, modem: str, folder: Path) -> str:
    rc = folder / "gammurc"
    rc.write_text(f"[gammu]\ndevice = {post.country.modems[modem]['pty']}\nconnection = at\n")
    return str(rc)


@pytest.fixture(scope="module")
def gammu_reads(
    post: Post, under_way: Ours, keep: Callable[..., Program], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """Texts by sender's number; it only looks when it is started, so once all parts are there."""
    modem = post.overheard["gammu", ""]
    for _ in range(3 * len(SENDERS)):
        modem.wait(r"\+CMTI: ")
    rc = gammurc(post, IN["gammu"], tmp_path_factory.mktemp("gammu"))
    said = keep("gammu", "-c", rc, "geteachsms").finish()
    assert f"{3 * len(SENDERS)} SMS parts in {len(SENDERS)} SMS sequences" in said
    found = re.findall(r'Remote number +: "([^"]+)"\n[^【]*3 parts\n\n([^\n]+)\n', said)
    return dict(found)


# smstools

CONF = """
devices = GSM1, GSM2
logfile = 1
loglevel = 6
infofile = {folder}/smsd.working
pidfile = {folder}/smsd.pid
delaytime = 1

[GSM1]
device = {sending}
incoming = no

[GSM2]
device = {receiving}
incoming = yes
outgoing = no
primary_memory = SM
"""
FOLDERS = ("outgoing", "checked", "incoming", "failed", "sent", "report")


@pytest.fixture(scope="module")
def smsd(post: Post, keep: Callable[..., Program], tmp_path_factory: pytest.TempPathFactory) -> Program:
    folder = tmp_path_factory.mktemp("smsd")
    for name in FOLDERS:
        (folder / name).mkdir()
    texts = {post.to("smstools", receiver): sent_text("smstools", receiver) for receiver in RECEIVERS}
    texts[post.to(CUT, "ModemManager")] = text("smstools", "ModemManager")
    for to, said in texts.items():
        head = f"To: {to}\nAlphabet: UCS\n\n".encode()
        (folder / "outgoing" / to).write_bytes(head + said.encode("utf-16-be"))
    ptys = {"sending": post.country.modems[OUT["smstools"]], "receiving": post.country.modems[IN["smstools"]]}
    conf = folder / "smsd.conf"
    places = "".join(f"{name} = {folder / name}\n" for name in FOLDERS)
    conf.write_text(
        places + CONF.format(folder=folder, **{name: modem["pty"] for name, modem in ptys.items()})
    )
    return keep("smsd", "-c", str(conf), "-t")


@pytest.fixture(scope="module")
def smstools_reads(post: Post, smsd: Program, under_way: Ours) -> dict[str, str]:
    """Texts by sender's number: the files it joins while it asks the modem every second."""
    found = {}
    for _ in SENDERS:
        file = Path(smsd.wait(r"Wrote an incoming message file: (\S+)\n")[1].decode())
        head, _, body = file.read_bytes().partition(b"\n\n")
        assert b"Alphabet: UCS2\n" in head
        sender = re.search(r"From: (\d+)\nFrom_TOA: (91)?", head.decode())
        assert sender is not None
        found[("+" if sender[2] else "") + sender[1]] = body.decode("utf-16-be")
    return found


# ModemManager


@pytest.fixture(scope="module")
def manager_modems(post: Post, modem_manager: Manager) -> dict[str, str]:
    """Object paths by sender; "" is the one that sends."""
    modems = {"": (OUT["ModemManager"], "quectel"), **IN_MANAGER}
    places = [(plugin, post.country.modems[modem]["unix"]) for modem, plugin in modems.values()]
    return dict(zip(modems, modem_manager.modems(*places), strict=True))


@pytest.fixture(scope="module")
def manager_sends(
    post: Post, modem_manager: Manager, manager_modems: Mapping[str, str], keep: Callable[..., Program]
) -> None:
    """One after the other, each when the one before has left."""
    made = []
    for receiver in RECEIVERS:
        said = f"text={sent_text('ModemManager', receiver)},number=+{post.to('ModemManager', receiver)}"
        created = modem_manager.mmcli("-m", manager_modems[""], f"--messaging-create-sms={said}")
        made += re.findall(rf"{modem_manager.ROOT}/SMS/\d+", created)
    each = 'for sms; do mmcli --test-session -s "$sms" --send; done'
    keep("sh", "-ec", each, "sh", *made, env=modem_manager.bus)


class ManagerReads:
    def __init__(self, manager: Manager, modems: Mapping[str, str]) -> None:
        self._manager = manager
        self._modems = modems

    def __getitem__(self, sender: str) -> tuple[str, str]:
        """Number and text, once all parts are there."""
        sms = self.first(sender)
        self._manager.signals.ever(rf"{sms}: \S+PropertiesChanged [^\n]*'State': <uint32 {RECEIVED}>")
        content = self._manager.show("-s", sms)["sms"]["content"]
        return content["number"], content["text"]

    def first(self, sender: str) -> str:
        """The object path of the first message of which it has taken a part."""
        added = rf"{self._modems[sender]}: \S+Added \(objectpath '({self._manager.ROOT}/SMS/\d+)', true"
        return self._manager.signals.ever(added)[1].decode()


@pytest.fixture(scope="module")
def manager_reads(modem_manager: Manager, manager_modems: Mapping[str, str], under_way: Ours) -> ManagerReads:
    return ManagerReads(modem_manager, manager_modems)


# smpplib


@pytest.fixture(scope="module")
def smpplib_sends(post: Post) -> None:
    smpp = pytest.importorskip("smpplib.client", reason="smpplib is not installed (extra dev)")
    from smpplib import gsm

    account = post.account
    taken: list[str] = []
    client = smpp.Client(
        "127.0.0.1", int(account["tcp"].rpartition(":")[2]), timeout=60, allow_unknown_opt_params=True
    )
    client.set_message_sent_handler(lambda pdu, **_: taken.append(pdu.message_id.decode()))
    client.connect()
    client.bind_transceiver(system_id=account["account"], password="")
    for receiver in RECEIVERS:
        parts, coding, esm_class = gsm.make_parts(sent_text("smpplib", receiver))
        for part in reversed(parts):
            client.send_message(
                source_addr=account["number"], dest_addr_ton=1, dest_addr_npi=1, short_message=part,
                destination_addr=post.to("smpplib", receiver), data_coding=coding, esm_class=esm_class,
            )  # fmt: skip
    while len(taken) < 3 * len(RECEIVERS):
        client.read_once()
    client.unbind()
    client.disconnect()


# Our driver


class Ours:
    """Our driver at two modems: one sends, one receives; live, both at a time."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self.accepted: dict[str, Submission] = {}
        """by receiver"""
        self.received: dict[str, str] = {}
        """texts by sender's number"""

    def exchange(self) -> None:
        """Send to all, and receive until every sender's text is there, or none comes for a minute."""
        asyncio.run(self._exchange())

    async def _exchange(self) -> None:
        sends, receives = await self._open(OUT["Interop"]), await self._open(IN["Interop"])
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._send(sends))
                both.create_task(self._receive(receives))
        finally:
            await sends.close()
            await receives.close()

    async def _open(self, name: str) -> AtModem:
        lab = load("emulated")
        part = next(part for part in lab.modems if part.name == name)
        sim = next(sim for sim in lab.sims if sim.name == part.sim)
        link = SerialLink(name, self._post.country.modems[name]["pty"])
        return await AtModem.open(part, sim, link, NoJournal(), lambda kind: None, {})

    async def _send(self, modem: AtModem) -> None:
        for receiver in RECEIVERS:
            to = "+" + self._post.to("Interop", receiver)
            sent = await modem.send_message(to, sent_text("Interop", receiver), report=False)
            self.accepted[receiver] = sent

    async def _receive(self, modem: AtModem) -> None:
        """Some parts came before, and are stored; the others come live."""
        await modem.fetch_unread()
        while len(self.received) < len(SENDERS):
            heard = await modem.events.wait(
                MessageReceived, within=WITHIN_S, since=0, where=lambda each: each.sender not in self.received
            )
            if heard is None:
                return
            self.received[heard.sender] = heard.text


# All of it


@pytest.fixture(scope="module")
def under_way(request: pytest.FixtureRequest, post: Post) -> Ours:
    """Every program has its texts, whoever receives is there, and our driver has all or has waited for it.

    ModemManager is there first: what comes between its listing of a modem and its +CNMI it never reads.
    """
    assert post.overheard["gammu", ""].at("AT+CMGF=0;+CNMI=2,1,0,0,0")[-1] == "OK"
    for name in ("manager_modems", "gammu_sends", "smsd", "smpplib_sends"):
        request.getfixturevalue(name)
    ours = Ours(post)
    with ThreadPoolExecutor() as beside:
        exchanged = beside.submit(ours.exchange)
        request.getfixturevalue("manager_sends")
        exchanged.result()
    return ours


@pytest.mark.parametrize("sender", SENDERS)
def test_to_gammu(sender: str, post: Post, gammu_reads: Mapping[str, str]) -> None:
    assert gammu_reads[post.origin(sender)] == sent_text(sender, "gammu")


@pytest.mark.parametrize("sender", SENDERS)
def test_to_smstools(sender: str, post: Post, smstools_reads: Mapping[str, str]) -> None:
    assert smstools_reads[post.origin(sender)] == sent_text(sender, "smstools")


@pytest.mark.parametrize("sender", SENDERS)
def test_to_our_driver(sender: str, post: Post, under_way: Ours) -> None:
    """A message is told once, when its last part is there."""
    assert under_way.received.get(post.origin(sender)) == sent_text(sender, "Interop")


@pytest.mark.parametrize("receiver", RECEIVERS)
def test_our_driver_says_what_left(receiver: str, under_way: Ours) -> None:
    sent = under_way.accepted[receiver]
    assert sent.accepted and len(set(sent.references)) == 3


@pytest.mark.parametrize("sender", SENDERS)
def test_to_modem_manager(sender: str, post: Post, manager_reads: ManagerReads) -> None:
    assert manager_reads[sender] == (post.origin(sender), sent_text(sender, "ModemManager"))


# What was on the air, by tshark


def joined(parts: list[Part]) -> str:
    in_order = sorted(parts, key=lambda part: part.number)
    assert len({part.reference for part in parts}) == 1
    assert [(part.number, part.total) for part in in_order] == [(number, 3) for number in (1, 2, 3)]
    return "".join(part.text for part in in_order)


def test_what_gammu_read(post: Post, gammu_reads: Mapping[str, str], dissect: Dissect) -> None:
    """Its listing keeps the order in which the parts came."""
    del gammu_reads
    parts = dissect(post.overheard["gammu", ""].read_out(3 * len(SENDERS)))
    for sender in SENDERS:
        its = [part for part in parts if part.sender == post.origin(sender).removeprefix("+")]
        cut = "\ufffd\ufffd" if sender in CUTS_PAIRS else "😀"
        assert joined(its) == sent_text(sender, "gammu").replace("😀", cut)
        if sender == "smpplib":
            assert [part.number for part in its] == [3, 2, 1]


def test_an_emoji_that_smstools_cuts(
    post: Post, smsd: Program, manager_reads: ManagerReads, modem_manager: Manager, dissect: Dissect
) -> None:
    """Its second part ends with D83D and its third one begins with DE00; tshark says so too. All three lie in
    the modem, but ModemManager takes the first alone: theirs are the cut and the loss.
    """
    smsd.ever(rf"SMS sent \(part 3/3\), Message_id: \d+, To: {post.to(CUT, 'ModemManager')}")
    tpdus = post.overheard["ModemManager", CUT].read_out(3)
    parts = dissect(tpdus)
    assert joined(parts) == text("smstools", "ModemManager").replace("😀", "\ufffd\ufffd")
    of_number = {part.number: tpdu for part, tpdu in zip(parts, tpdus, strict=True)}
    assert of_number[2].endswith(b"\xd8\x3d") and b"\x03\x03\xde\x00" in of_number[3]
    shown = modem_manager.show("-s", manager_reads.first(CUT))["sms"]
    assert (shown["properties"]["state"], shown["content"]["text"]) == ("receiving", "--")
