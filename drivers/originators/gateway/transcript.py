"""Every PDU of a session in the journal, a line of hexadecimal each, without what could open the account."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from interop.gateway import Dialect, Frames, GatewayError, cmpp, sgip, smgp, smpp
from interop.protocols.link import Journal
from interop.record.journal import PROTOCOL

# The proofs of CMPP and SMGP are no secrets themselves, but let anybody try secrets at home.
_SECRET: Final[dict[type, str]] = {
    cmpp.Connect: "authenticator",
    cmpp.ConnectResp: "authenticator",
    sgip.Bind: "password",
    smgp.Login: "authenticator",
    smgp.LoginResp: "authenticator",
    smpp.BindReceiver: "password",
    smpp.BindTransmitter: "password",
    smpp.BindTransceiver: "password",
}


class Transcript:
    """One connection's. What is masked keeps its length, so offsets stay true."""

    def __init__(self, journal: Journal, dialect: Dialect, version: int) -> None:
        self._journal = journal
        self._dialect = dialect
        self._version = version
        self._incoming = Frames(dialect)
        journal.note(f"{PROTOCOL}{dialect.name}/{version}")

    def sent(self, octets: bytes) -> None:
        """One whole PDU."""
        self._journal.sent(self._line(octets))

    def received(self, data: bytes) -> None:
        """As it came; PDUs are written when they are whole. Raises GatewayError where it is out of step."""
        for octets in self._incoming.feed(data):
            self._journal.received(self._line(octets))

    def note(self, text: str) -> None:
        self._journal.note(text)

    def _line(self, octets: bytes) -> bytes:
        kind = self._dialect.commands.get(int.from_bytes(octets[4:8], "big"))
        if kind in _SECRET:
            octets = self._masked(octets, _SECRET[kind])
        return octets.hex().encode() + b"\n"

    def _masked(self, octets: bytes, name: str) -> bytes:
        try:
            frame = self._dialect.decode(octets, self._version)
            secret: Any = getattr(frame.pdu, name)
            stars = b"*" * len(secret) if isinstance(secret, bytes) else "*" * len(secret)
            shown = self._dialect.encode(
                replace(frame, pdu=replace(frame.pdu, **{name: stars})), self._version
            )
        except GatewayError:
            shown = b""
        whole = len(shown) == len(octets)
        return shown if whole else octets[: self._dialect.header].ljust(len(octets), b"*")
