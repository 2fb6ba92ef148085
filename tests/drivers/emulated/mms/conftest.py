"""Handsets with a data connection and a plain HTTP client, on the virtual clock: MMS without any AT."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from drivers.emulated.air import Access, Bearer, Camp, Cli, Hint, Leg, Notice, Pipe
from drivers.emulated.defects import parse_all
from drivers.emulated.hlr import OPERATORS, Subscriber
from drivers.emulated.network import Network
from interop import mms
from interop.lab.model import Lab
from interop.smspdu import Deliver, Direction, decode, decode_push, part_of

ROOT = Path(__file__).resolve().parents[4]
EPOCH = 1_767_225_600.0  # 2026-01-01 08:00:00 in China

APNS = {
    "CMCC": Access("cmwap"),
    "CUCC": Access("3gwap"),
    "CTCC": Access("ctwap", "ctwap@mycdma.cn", "vnet.mobi"),
}
PROXIES = {"CMCC": "10.0.0.172", "CUCC": "10.0.0.172", "CTCC": "10.0.0.200"}
MMSCS = {"CMCC": "mmsc.monternet.com", "CUCC": "mmsc.myuni.com.cn", "CTCC": "mmsc.vnet.mobi"}


class Wire:
    """One TCP connection of a handset: what came, and whether the other end has closed."""

    def __init__(self) -> None:
        self.pipe: Pipe | None = None
        self.heard = b""
        self.ended = False
        self._news = asyncio.Event()

    def received(self, data: bytes) -> None:
        self.heard += data
        self._news.set()

    def closed(self) -> None:
        self.ended = True
        self._news.set()

    async def open(self, bearer: Bearer, host: str, port: int = 80) -> Wire | None:
        done: asyncio.Future[Pipe | None] = asyncio.get_running_loop().create_future()
        bearer.connect(host, port, self, done.set_result)
        self.pipe = await done
        return self if self.pipe else None

    def say(self, data: bytes) -> None:
        assert self.pipe is not None
        self.pipe.write(data)

    async def answer(self) -> tuple[int, dict[str, str], bytes]:
        """Status, fields in lower case and body of the next answer, which has a Content-Length; read here
        by hand, as the server's parser must not judge itself.
        """
        while b"\r\n\r\n" not in self.heard:
            await self.more()
        head, _, rest = self.heard.partition(b"\r\n\r\n")
        first, *lines = head.decode("ascii").split("\r\n")
        fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        size = int(fields.get("content-length", 0))
        while len(rest) < size:
            self.heard = b""
            await self.more()
            rest += self.heard
        self.heard = rest[size:]
        version, status, _ = first.split(" ", 2)
        assert version == "HTTP/1.1"
        return int(status), fields, rest[:size]

    async def end(self) -> None:
        while not self.ended:
            await self.more()

    async def more(self) -> None:
        """Until something comes, or the end."""
        assert not self.ended, f"closed after {self.heard!r}"
        self._news.clear()
        await self._news.wait()


class Handset:
    """Implements `Terminal` as far as MMS needs it. `pushes`: the PDUs that came, with the time."""

    def __init__(self, network: Network, subscriber: Subscriber) -> None:
        self.network, self.subscriber = network, subscriber
        self.imsi, self.msisdn = subscriber.imsi, subscriber.msisdn
        self.camp: Camp | None = None
        self.pushes: list[tuple[float, mms.Pdu]] = []
        self.texts: list[str] = []
        self.lost = 0
        self._parts: dict[int, dict[int, bytes]] = {}
        self._transactions = 0

    def camped(self, camp: Camp) -> None:
        self.camp = camp

    def message(self, tpdu: bytes, smsc: str) -> bool:
        del smsc
        deliver = decode(tpdu, Direction.SC_TO_MS)
        assert isinstance(deliver, Deliver)
        body = deliver.user_data.body
        if isinstance(body, str):
            self.texts.append(body)
            return True
        if (part := part_of(deliver.user_data.header)) is not None:
            parts = self._parts.setdefault(part.reference, {})
            parts[part.number] = body
            if len(parts) < part.total:
                return True
            body = b"".join(self._parts.pop(part.reference)[number] for number in sorted(parts))
        at = asyncio.get_running_loop().time()
        self.pushes.append((at, mms.from_push(decode_push(body))))
        return True

    def offered(self, leg: Leg, cli: Cli) -> None:
        raise AssertionError(leg, cli)

    def progressed(self, leg: Leg) -> None:
        raise AssertionError(leg)

    def released(self, leg: Leg, cause: int) -> None:
        raise AssertionError(leg, cause)

    def notified(self, leg: Leg, notice: Notice) -> None:
        raise AssertionError(leg, notice)

    def hinted(self, leg: Leg, hint: Hint) -> None:
        raise AssertionError(leg, hint)

    def heard(self, leg: Leg, digit: str) -> None:
        raise AssertionError(leg, digit)

    def report(self, tpdu: bytes, smsc: str) -> None:
        raise AssertionError(tpdu, smsc)

    def ussd(self, text: str, mode: int, dcs: int = 15) -> None:
        raise AssertionError(text, mode, dcs)

    def saw(self, kind: type[Any]) -> list[Any]:
        return [pdu for _, pdu in self.pushes if isinstance(pdu, kind)]

    async def bearer(self, access: Access | None = None) -> Bearer | int:
        done: asyncio.Future[Bearer | int] = asyncio.get_running_loop().create_future()
        self.network.open_bearer(self, access or APNS[self.subscriber.operator], done.set_result, self._lose)
        return await done

    def _lose(self) -> None:
        self.lost += 1

    async def data(self) -> Bearer:
        bearer = await self.bearer()
        assert not isinstance(bearer, int), bearer
        return bearer

    async def ask(self, request: bytes, host: str | None = None) -> tuple[int, dict[str, str], bytes]:
        """One request by the proxy, or straight to `host`."""
        bearer = await self.data()
        wire = await Wire().open(bearer, host or PROXIES[self.subscriber.operator])
        assert wire is not None
        wire.say(request)
        answer = await wire.answer()
        bearer.close()
        return answer

    @property
    def mmsc(self) -> str:
        return MMSCS[self.subscriber.operator]

    async def reaches_proxy(self) -> bool:
        bearer = await self.data()
        reached = await Wire().open(bearer, PROXIES[self.subscriber.operator])
        bearer.close()
        return reached is not None

    async def straight(self) -> int | None:
        """The status of a GET at the MMSC itself; None where it takes no connection."""
        bearer = await self.data()
        wire = await Wire().open(bearer, self.mmsc)
        if wire is None:
            return None
        wire.say(f"GET / HTTP/1.1\r\nHost: {self.mmsc}\r\n\r\n".encode())
        return (await wire.answer())[0]

    async def get(self, url: str) -> tuple[int, dict[str, str], bytes]:
        return await self.ask(f"GET {url} HTTP/1.1\r\nHost: x\r\n\r\n".encode())

    async def post(
        self, body: bytes, kind: str = mms.CONTENT_TYPE, url: str = ""
    ) -> tuple[int, dict[str, str], bytes]:
        head = f"POST {url or f'http://{self.mmsc}'} HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\n"
        head += f"Content-Length: {len(body)}\r\n\r\n"
        return await self.ask(head.encode() + body)

    async def send(self, *to: str, body: mms.Body | None = None, **fields: Any) -> mms.SendConf:
        """By number; `fields` of SendReq."""
        self._transactions += 1
        request = mms.SendReq(
            f"t{self._transactions}",
            tuple(map(mms.of_number, to)),
            body or mms.Body((mms.Part("text/plain", "你好".encode(), charset="utf-8", name="a.txt"),)),
            **fields,
        )
        status, head, answer = await self.post(mms.encode(request))
        assert (status, head["content-type"]) == (200, mms.CONTENT_TYPE)
        confirmed = mms.decode(answer)
        assert isinstance(confirmed, mms.SendConf) and confirmed.transaction == request.transaction
        return confirmed

    async def fetch(self, notification: mms.NotificationInd) -> mms.RetrieveConf:
        status, head, answer = await self.get(notification.location)
        assert (status, head["content-type"]) == (200, mms.CONTENT_TYPE)
        message = mms.decode(answer)
        assert isinstance(message, mms.RetrieveConf)
        return message

    async def respond(self, notification: mms.NotificationInd, status: int, **fields: Any) -> None:
        answer = await self.post(mms.encode(mms.NotifyRespInd(notification.transaction, status, **fields)))
        assert (answer[0], answer[2]) == (200, b"")

    async def collect(self) -> mms.RetrieveConf:
        """The only message that was announced, fetched at once."""
        (notification,) = self.saw(mms.NotificationInd)
        message = await self.fetch(notification)
        await self.respond(notification, mms.Status.RETRIEVED)
        return message


class Town:
    """Every SIM of the default lab in a handset of its own. Build it inside the loop, then `settle`."""

    def __init__(self, *defects: str, seed: int = 1) -> None:
        text = (ROOT / "lab-config" / "emulated.yaml").read_text(encoding="utf-8")
        lab = Lab.model_validate_json(json.dumps(yaml.safe_load(text)))
        subscribers = [
            Subscriber.of(sim, imsi=sim.imsi, ehplmn=(OPERATORS[sim.base_operator].plmn,)) for sim in lab.sims
        ]
        self.network = Network(subscribers, seed=seed, epoch=EPOCH, defects=parse_all(defects, lab))
        self._handsets = {
            sim.name: Handset(self.network, subscriber)
            for sim, subscriber in zip(lab.sims, subscribers, strict=True)
        }

    def __getitem__(self, sim: str) -> Handset:
        return self._handsets[sim]

    async def settle(self, *off: str) -> Town:
        for name, handset in self._handsets.items():
            if name not in off:
                self.network.power_on(handset, volte=True)
        await asyncio.sleep(5)
        return self


@pytest.fixture(autouse=True)
def nothing_breaks(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """What goes wrong in a timer is only logged by the loop."""
    yield
    assert [record.getMessage() for record in caplog.get_records("call")] == []


@pytest.fixture
def town() -> type[Town]:
    return Town


@pytest.fixture
def wire() -> Callable[[], Wire]:
    return Wire
