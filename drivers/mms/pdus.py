"""Our own PDUs over HTTP, on whatever carries octets to the proxy (OMA-TS-MMS_ENC 6, WAP-206-MMSCTR)."""

from __future__ import annotations

import asyncio
from typing import Protocol

from drivers.mms.http import Exchange, HttpError, Response, endpoint
from drivers.mms.way import Confirmation, Refused, Unanswered
from interop import mms
from interop.mms import (
    MmsError,
    NotificationInd,
    ResponseStatus,
    RetrieveConf,
    RetrieveStatus,
    SendConf,
    SendReq,
)
from interop.protocols.errors import EquipmentError
from interop.protocols.mms import MmsCapabilities, MmsService, MmsStage

_TIMEOUT = 408
_REDIRECTIONS = range(300, 400)


class Broken(Exception):
    """A connection that could not be made, or did not last."""


class Connection(Protocol):
    """TCP to one host. Each raises Broken, and EquipmentError where it is the modem that does not work."""

    async def write(self, data: bytes) -> None: ...

    async def read(self) -> bytes:
        """What has come, at least one octet; b"" at the end."""

    async def close(self) -> None:
        """Never raises."""


class Carrier(Protocol):
    """A packet connection of the modem, for whoever speaks TCP on it."""

    async def lacks(self) -> str:
        """Why it cannot be used here, "" if it can."""

    async def up(self, service: MmsService) -> str:
        """Its address, "" where the modem does not tell. Raises Refused, EquipmentError."""

    async def is_up(self) -> bool:
        """Raises EquipmentError."""

    async def down(self) -> None:
        """Raises EquipmentError."""

    async def connect(self, host: str, port: int) -> Connection:
        """Raises Broken, EquipmentError."""


class Pdus:
    """A `Way` that sees every octet. `answer_s`: the longest silence of the other side."""

    def __init__(self, carrier: Carrier, answer_s: float) -> None:
        self._carrier = carrier
        self._answer_s = answer_s
        self._service = MmsService("", "")

    async def capabilities(self) -> MmsCapabilities:
        lacks = await self._carrier.lacks()
        there = not lacks
        return MmsCapabilities(
            send=there, fetch=there, confirm=there, exact=there, reports=there, lacks=lacks
        )

    def write(self, message: SendReq) -> bytes:
        return mms.encode(message)

    async def up(self, service: MmsService) -> str | None:
        self._service = service
        return await self._carrier.up(service)

    async def is_up(self) -> bool:
        return await self._carrier.is_up()

    async def down(self) -> None:
        await self._carrier.down()

    async def send(self, message: SendReq, pdu: bytes) -> tuple[str, int | None]:
        """An answer that is no M-Send.conf leaves open whether the message was taken; so does none."""
        del message
        response = await self._exchange(MmsStage.SUBMIT, self._service.mmsc, pdu)
        _check(MmsStage.SUBMIT, response)
        try:
            conf = mms.decode(response.body)
        except MmsError as error:
            raise Unanswered(MmsStage.MMSC, f"M-Send.conf: {error}", http=response.status) from None
        if not isinstance(conf, SendConf):
            text = f"{type(conf).__name__} in answer to M-Send.req"
            raise Unanswered(MmsStage.MMSC, text, http=response.status)
        if conf.status != ResponseStatus.OK:
            raise Refused(MmsStage.MMSC, conf.text, http=response.status, status=conf.status)
        return conf.message_id, conf.status

    async def get(self, notification: NotificationInd) -> tuple[RetrieveConf, int]:
        """To ask does no harm: once more where the connection breaks. That the centre then has it no more is
        no answer to the first try.
        """
        try:
            return await self._got(notification.location)
        except _BrokenOff as broken:
            first = broken.text
        try:
            return await self._got(notification.location)
        except Refused as no:
            raise Unanswered(MmsStage.FETCH, f"{first}, and then {no.text}") from None

    async def _got(self, location: str) -> tuple[RetrieveConf, int]:
        response = await self._exchange(MmsStage.FETCH, location)
        _check(MmsStage.FETCH, response)
        try:
            conf = mms.decode(response.body)
        except MmsError as error:
            kind = Refused if response.counted else _BrokenOff
            text = f"M-Retrieve.conf, as {response.content_type or 'nothing'}: {error}"
            raise kind(MmsStage.FETCH, text, http=response.status) from None
        if not isinstance(conf, RetrieveConf):
            raise Refused(MmsStage.FETCH, f"{type(conf).__name__} in answer to GET", http=response.status)
        if conf.status not in (None, RetrieveStatus.OK):
            raise Refused(MmsStage.FETCH, conf.text, http=response.status, status=conf.status)
        return conf, len(response.body)

    async def confirm(self, what: Confirmation) -> bool | None:
        _check(MmsStage.ACK, await self._exchange(MmsStage.ACK, self._service.mmsc, mms.encode(what)))
        return True

    async def _exchange(self, stage: MmsStage, url: str, body: bytes | None = None) -> Response:
        """Raises Refused where nothing was asked, Unanswered where something was and no response came.

        Nobody there to be asked is not what `stage` is about, but the way to it: SUBMIT.
        """
        proxy = self._service.proxy
        try:
            asked = Exchange(url, body, proxied=bool(proxy))
            host, port = endpoint(url, proxy)
            connection = await self._carrier.connect(host, port)
        except HttpError as error:
            raise Refused(MmsStage.DEVICE, f"nothing that we can ask for: {error}") from None
        except Broken as error:
            raise Refused(MmsStage.SUBMIT, str(error)) from None
        try:
            await connection.write(asked.request)
            while True:
                async with asyncio.timeout(self._answer_s):
                    data = await connection.read()
                if (response := asked.feed(data)) is not None:
                    return response
        except TimeoutError:
            raise Unanswered(stage, f"no answer from {host}:{port} within {self._answer_s:g} s") from None
        except EquipmentError as error:
            raise Unanswered(stage, str(error)) from None
        except (Broken, HttpError) as error:
            raise _BrokenOff(stage, f"{host}:{port}: {error}") from None
        finally:
            await connection.close()


class _BrokenOff(Unanswered):
    """By the other side or on the way."""


def _check(stage: MmsStage, response: Response) -> None:
    if response.status == _TIMEOUT:
        stage = MmsStage.DEVICE  # it did not get all of the request (RFC 9110 15.5.9): our modem is too slow
    if response.status in _REDIRECTIONS:
        stage = MmsStage.DEVICE  # handsets follow them, we do not
    if not response.ok:
        raise Refused(stage, f"HTTP {response.status} {response.reason}".rstrip(), http=response.status)
