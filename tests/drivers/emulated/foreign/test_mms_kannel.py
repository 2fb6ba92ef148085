"""Stock Kannel announces multimedia messages: PAP to its push proxy gateway, by way of bearerbox and our
message centre to an emulated handset, which our driver reads (messages.md 9, WAP-247-PAP).

wapbox listens on every address there is, so both boxes stand in a network of their own (unshare(1)) that has
nothing but its loopback; socat brings them to the unix socket of our message centre.
"""

from __future__ import annotations

import asyncio
import dataclasses
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from drivers.at import AtModem
from drivers.emulated.country import Country
from interop.lab.load import load
from interop.protocols.equipment import Setting
from interop.protocols.link import NoJournal
from interop.record.events import MmsNotified, PartReceived
from tests.drivers.emulated.foreign.kannel import BEARERBOX

if TYPE_CHECKING:
    from tests.drivers.emulated.foreign.conftest import Program

pytestmark = pytest.mark.foreign

ROOT = Path(__file__).resolve().parents[4]
WITHIN_S = 60.0
SECRET = "s3cret"
HANDSET, THEIRS = "m05", "+8618600001234"

# To bearerbox a wapbox on its port for smsbox is as good, and that one listens on one interface alone.
WAPBOX = """
group = core
admin-port = 13000
admin-password = x
wapbox-port = 13001
box-allow-ip = 127.0.0.1
log-level = 1

group = wapbox
bearerbox-host = 127.0.0.1
log-level = 1

group = ppg
ppg-url = /wappush
ppg-port = 13021
ppg-allow-ip = 127.0.0.1
trusted-pi = true
users = 10
concurrent-pushes = 10
service-name = ppg
global-sender = {number}
"""
# Brings the loopback up (netdevice(7): SIOCSIFFLAGS, IFF_UP), then posts each file that it is told of. The
# gateway hands every header of the request on to the handset, so there are few.
INSIDE = """
import fcntl, http.client, pathlib, socket, struct, sys
fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sh14x", b"lo", 1))
print("up", flush=True)
for line in sys.stdin:
    gateway = http.client.HTTPConnection("127.0.0.1", 13021)
    kind = {"Content-Type": 'multipart/related; boundary=edge; type="application/xml"'}
    gateway.request("POST", "/wappush", pathlib.Path(line.strip()).read_bytes(), kind)
    print(gateway.getresponse().read().decode(), flush=True)
"""
PAP = """--edge\r
Content-Type: application/xml\r
\r
<?xml version="1.0"?>
<!DOCTYPE pap PUBLIC "-//WAPFORUM//DTD PAP 1.0//EN" "http://www.wapforum.org/DTD/pap_1.0.dtd">
<pap><push-message push-id="{name}">
<address address-value="WAPPUSH={to}/TYPE=PLMN@127.0.0.1"/>
<quality-of-service delivery-method="unconfirmed" network="GSM" network-required="true" bearer="SMS" \
bearer-required="true"/>
</push-message></pap>\r
--edge\r
Content-Type: application/vnd.wap.mms-message\r
X-WAP-Application-Id: x-wap-application:mms.ua\r
\r
"""


SUBJECT = "周末照片"


def notification(location: str, subject: str = "") -> bytes:
    """M-Notification.ind, octet by octet (OMA-TS-MMS_ENC-V1_3 6.2); no encoder of ours has been near it."""
    sender, text = b"+8613900001234/TYPE=PLMN\0", b"\xea\x7f" + subject.encode() + b"\0"
    return b"".join((
        b"\x8c\x82", b"\x98T-4711\0", b"\x8d\x92",
        b"\x89", bytes((1 + len(sender),)), b"\x80", sender,
        b"\x96" + bytes((len(text),)) + text if subject else b"",
        b"\x86\x80",  # a delivery report is wanted
        b"\x8a\x80",  # personal
        b"\x8e\x02\xa4\xd8",  # 42,200 octets
        b"\x88\x05\x81\x03\x03\xf4\x80",  # expires after 259,200 s
        b"\x83", location.encode("ascii"), b"\0",
    ))  # fmt: skip


class Bench:
    """Kannel, our country, and the handset in our driver's hands."""

    def __init__(self, modem: AtModem, inside: Program, folder: Path) -> None:
        self.modem = modem
        self._inside = inside
        self._folder = folder

    async def push(self, name: str, pdu: bytes) -> str:
        """What the push proxy gateway answers."""
        path = self._folder / name
        path.write_bytes(PAP.format(name=name, to=THEIRS).encode("ascii") + pdu + b"\r\n--edge--\r\n")
        self._inside.tell(str(path))
        return (await asyncio.to_thread(self._inside.wait, r"<pap>.*</pap>"))[0].decode()


@asynccontextmanager
async def bench(start: Callable[..., Program], folder: Path) -> AsyncIterator[Bench]:
    (folder / "secret.txt").write_text(SECRET + "\n", encoding="ascii")
    given = yaml.safe_load((ROOT / "lab-config/small.yaml").read_text(encoding="utf-8"))
    for gateway in given["gateways"]:
        gateway["secret"] = "file:secret.txt"
    (folder / "lab.yaml").write_text(yaml.safe_dump(given, allow_unicode=True), encoding="utf-8")
    lab = load(str(folder / "lab.yaml"))
    setting = Setting(lab, seed=1, defects=(), quirks=(), scratch=folder, epoch=1.7e9, virtual=False)
    country = Country(setting)
    await country.start()
    try:
        part = next(part for part in lab.modems if part.name == HANDSET)
        sim = next(sim for sim in lab.sims if sim.name == part.sim)
        account = next(gateway for gateway in lab.gateways if gateway.name == "smsc")
        socket = country.endpoint(account.url)[1]
        names = {
            "account": account.account, "secret": SECRET, "number": account.number,
            "admin": 13000, "smsbox": 13001, "smsc": 2775, "sendsms": 13013,
        }  # fmt: skip
        for name, text in (("bearerbox.conf", BEARERBOX), ("wapbox.conf", WAPBOX)):
            (folder / name).write_text(text.format_map(names), encoding="ascii")
        inside = start("unshare", "-rn", sys.executable, "-c", INSIDE)
        said = await asyncio.to_thread(inside.wait, "(up|unshare: [^\n]*)\n")
        if said[1] != b"up":
            pytest.skip(f"no network of its own for wapbox, which listens everywhere: {said[1].decode()}")
        there = ("nsenter", "-t", str(inside.process.pid), "-U", "-n", "--preserve-credentials")
        start(*there, "socat", "TCP-LISTEN:2775,bind=127.0.0.1,reuseaddr,fork", f"UNIX-CONNECT:{socket}")
        bearerbox = start(*there, "bearerbox", str(folder / "bearerbox.conf"))
        await asyncio.to_thread(bearerbox.wait, "entering mainloop")
        wapbox = start(*there, "wapbox", str(folder / "wapbox.conf"))
        await asyncio.to_thread(wapbox.wait, "Connected to bearerbox")
        link = country.link(part)
        modem = await AtModem.open(part, sim, link, NoJournal(), lambda _kind: None, {})
        yield Bench(modem, inside, folder)
        await modem.close()
    finally:
        await country.stop()


def test_it_announces_messages(start: Callable[..., Program], tmp_path: Path) -> None:
    """One in a single short message, and one that takes two."""

    async def scenario() -> None:
        async with bench(start, tmp_path) as here:
            events = here.modem.events
            for name, location, subject, parts in (
                ("short", "http://mmsc.myuni.com.cn/a", "", 0),
                ("long", "http://mmsc.myuni.com.cn/" + "x" * 90, SUBJECT, 2),
            ):
                mark = events.mark()
                assert 'code ="1001"' in await here.push(name, notification(location, subject))
                told = await events.wait(MmsNotified, within=WITHIN_S, since=mark)
                assert told is not None
                assert dataclasses.replace(told, tpdu="") == MmsNotified(
                    transaction="T-4711",
                    location=location,
                    size=42_200,
                    sender="+8613900001234",
                    subject=subject,
                    message_class="personal",
                    expires_s=259_200.0,
                    report=True,
                )
                assert sum(isinstance(event, PartReceived) for event in events.since(mark)) == parts
                (announced,) = here.modem.mms.notifications(mark)
                assert (announced.transaction, announced.location) == ("T-4711", location)

    asyncio.run(scenario())
