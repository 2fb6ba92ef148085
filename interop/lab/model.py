"""The lab file as pydantic models: what exists in this lab. `interop.lab.load` reads it.

These models hold the shape; what a value means beyond it (check digits, segments, duplicate names) is judged
in `interop.lab.rules`, which can name the place.
"""

from __future__ import annotations

import hashlib
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, StringConstraints

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=40)]
Digits = Annotated[str, StringConstraints(pattern=r"^[0-9]+$")]
Text = Annotated[str, StringConstraints(min_length=1)]
Reference = Annotated[str, StringConstraints(pattern=r"^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$")]
"""Where a secret is, never the secret: `env:NAME`, or `file:PATH` relative to the lab file."""
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
SomeSeconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
"""more than none"""
Yuan = Annotated[Decimal, Field(ge=0, max_digits=9, decimal_places=4, allow_inf_nan=False)]
"""money"""
Operator = Literal["CMCC", "CUCC", "CTCC"]
GatewayProtocol = Literal["smpp", "cmpp2", "cmpp3", "sgip", "smgp"]
Capability = Literal["voice", "sms", "ussd", "volte", "mms", "mms_pdu", "multiparty"]
"""mms_pdu: its multimedia messages are written and read by us (`way: host`, a module's sockets), so that one
can be larger than allowed, and be reported as read; a module's own client does neither.
"""


EMULATED = "emulated"
"""The port of a modem in the emulated country; `emulated:/path` is a site there."""

KEYBOARD = "keyboard"
"""The driver of every form and originator at which an engineer does the work."""

REPLAY = "replay:"
"""begins the port of a modem that is played back from a journal"""


class Part(BaseModel):
    """Every section refuses keys it does not know, and values of another type (no silent "007" -> 7)."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Budget(Part):
    """Most of each that one run may spend on one SIM; None is no limit."""

    calls: Annotated[int, Field(ge=0)] | None = None
    messages: Annotated[int, Field(ge=0)] | None = None
    multimedia: Annotated[int, Field(ge=0)] | None = None


class MmsWay(Part):
    """How multimedia messages leave this machine. `way`: "modem", by its own commands as its dialect has
    them; "host", by our own HTTP over the modem's data connection, which is the network `interface`
    (wwan0, ppp0) here, "emulated" for a modem of the emulated country.
    """

    way: Literal["modem", "host"] = "modem"
    interface: Text | None = None


class MmsPart(Part):
    """What a SIM's multimedia messages need, where it is not what its base operator's subscribers have
    (facts/apn.csv). `largest`: octets of a message that the operator says it takes; `adapts`: it says that
    it makes pictures smaller. `password`: as it is, or where it is (env:NAME, file:PATH).
    """

    apn: Text | None = None
    mmsc: Text | None = None
    proxy: str | None = None
    user: str | None = None
    password: str | None = None
    largest: Annotated[int, Field(ge=1024)] = 300 * 1024
    adapts: bool = False


class ModemPart(Part):
    """A modem. `port`: "emulated", a device path (/dev/serial/by-id/... encouraged), unix:/path,
    replay:/path/to/journal or a pyserial URL.
    """

    name: Name
    port: Text
    sim: Name | None = None
    imei: Digits | None = None
    """15 digits; a modem with another one at this port is refused"""
    driver: Text = "at"
    dialect: Text = "generic"
    baudrate: Annotated[int, Field(gt=0)] = 115200
    capabilities: tuple[Capability, ...] = ("voice", "sms", "ussd", "volte", "multiparty")
    mms: MmsWay = MmsWay()
    defects: tuple[Text, ...] = ()
    quirks: tuple[Text, ...] = ()

    @property
    def emulated(self) -> bool:
        return self.port == EMULATED

    @property
    def timed_by_us(self) -> bool:
        """It lives in this process, or is replayed here: the run's clock may be virtual."""
        return self.emulated or self.port.startswith(REPLAY)


class ReaderPart(Part):
    """A card reader. `driver`: "pcsc", or "emulated" for one of the emulated country. `reader`: the whole
    name that PC/SC has for it (pcsc_scan, `interop lab scan`), of every driver but "emulated". `faults`: what
    is wrong with the emulated card in it.
    """

    name: Name
    driver: Text = "pcsc"
    reader: Text | None = None
    sim: Name | None = None
    faults: tuple[Text, ...] = ()

    @property
    def emulated(self) -> bool:
        return self.driver == EMULATED

    @property
    def place(self) -> str:
        """The reader's name for its card driver."""
        return self.reader or self.name


class BalancePart(Part):
    """How a subscriber learns what is left of his money. `by` ussd: `ask` is the code; by sms: the text, and
    `to` the number that it goes to, which answers from there. `amount`: a regex that the answer must match;
    its group 1 is the balance in yuan ("余额为?(-?[0-9.]+)元").

    `answer_s`: how long an answer may take; `settles_s`: how soon after its end whatever costs something is
    deducted; `price`: of asking.
    """

    by: Literal["ussd", "sms"]
    ask: Text
    to: Digits | None = None
    amount: Text
    answer_s: SomeSeconds = 60.0
    settles_s: Seconds = 30.0
    price: Yuan = Decimal(0)


class TariffPart(Part):
    """What subscribers pay, in yuan, and how they learn what is left. `call`: each begun `unit_s` seconds of
    a call that they make; `prices`: the same, to numbers of which something else was announced (a hotline).
    Calls to the lab's `free_numbers` are free, and so is what they receive.
    """

    name: Name
    call: Yuan
    unit_s: SomeSeconds = 60.0
    message: Yuan
    prices: dict[Digits, Yuan] = Field(default_factory=dict)
    balance: BalancePart


class SimPart(Part):
    """A SIM: what the lab expects of it. A `fail` may rest on what stands here."""

    name: Name
    msisdn: Digits
    """11 national digits"""
    imsi: Digits
    iccid: Text
    kind: Literal["mvno", "ordinary"]
    brand: Text
    base_operator: Operator
    city: Text
    """home city, as in 北京"""
    spn: str | None = None
    smsc: str | None = None
    hotline: Digits | None = None
    msisdn_on_card: bool = False
    """does EF_MSISDN hold the number (many cards leave it empty)"""
    pin: Reference | None = None
    budget: Budget = Budget()
    cooldown_s: Seconds = 0.0
    mms: MmsPart = MmsPart()
    tariff: Name | None = None


class FormRule(Part):
    """Matches when every condition it states holds; one without conditions matches everything."""

    status: Annotated[int, Field(ge=100, le=599)] | None = None
    body: Text | None = None
    """regex searched in the decoded body"""
    outcome: Literal["accepted", "rejected_by_format", "rejected_by_policy", "rejected", "unclear"]


class CodeRule(Part):
    """As `FormRule`, for the page that answers a code."""

    status: Annotated[int, Field(ge=100, le=599)] | None = None
    body: Text | None = None
    outcome: Literal["right", "wrong", "unclear"]


class FormPart(Part):
    """A site's number form. `url`: http(s)://..., or emulated:/path for one of the emulated country; with
    the driver "keyboard" an engineer goes there, and it may say so in words.

    The answer is judged by the first rule that matches: HTTP status and a regex over the body. A header's
    value may be a reference (`env:`, `file:`) and must be one where the header is a secret.

    What is known of the code that it sends: `via`, the gateway it comes by; `sender`, the number that the
    handset must show; `message`, a regex that the text must match; `code_life_s`, how long it is good for,
    and `patience_s`, how much longer to look for it before it is called lost. With `code_field` the code can
    be given back, to `code_url` or else `url`; the page that answers is judged by `code_rules`.
    """

    name: Name
    title: Text
    driver: Text = "form"
    url: Text
    method: Literal["POST", "GET"] = "POST"
    field: Text = "mobile"
    encoding: Literal["form", "json"] = "form"
    headers: dict[str, str] = Field(default_factory=dict)
    rules: tuple[FormRule, ...] = ()
    via: Name | None = None
    sender: Digits | None = None
    message: Text | None = None
    code_life_s: SomeSeconds = 300.0
    patience_s: Seconds = 900.0
    code_field: Text | None = None
    code_url: Text | None = None
    code_rules: tuple[CodeRule, ...] = ()
    answer_s: SomeSeconds = 300.0
    """how long an engineer may take"""
    cooldown_s: Seconds = 0.0
    timeout_s: Annotated[Seconds, Field(gt=0)] = 20.0


class LabelPart(Part):
    """A number-label service: GET `url` with {number}; `label` is a regex whose group 1 is the label."""

    name: Name
    title: Text
    driver: Text = "label"
    url: Text
    label: Text
    headers: dict[str, str] = Field(default_factory=dict)
    cooldown_s: Seconds = 0.0
    timeout_s: Annotated[Seconds, Field(gt=0)] = 20.0


class GatewayPart(Part):
    """An account at an operator's service-provider gateway or message centre: a sender of codes.

    `driver`: smpp, cmpp2, cmpp3, sgip or smgp. `url`: tcp://host:port, or emulated:/path for a gateway of the
    emulated country. `number`: what receivers see (106..., 955xx). SGIP connects back: `listen` is the
    loopback address for that, tcp://127.0.0.1:8801.
    """

    name: Name
    title: Text
    driver: GatewayProtocol
    url: Text
    account: Text
    secret: Reference | None = None
    """none is needed in the emulated country"""
    number: Digits
    operator: Operator
    city: Text
    service: str = ""
    corporation: Annotated[Digits, Field(max_length=5)] | None = None
    """SGIP's enterprise id, where the account's name is not it"""
    window: Annotated[int, Field(ge=1, le=100)] = 16
    heartbeat_s: Seconds = 60.0
    answer_s: Annotated[Seconds, Field(gt=0)] = 60.0
    listen: str | None = None
    code_life_s: SomeSeconds = 300.0
    """how soon a text must arrive for a code in it to be of use"""
    patience_s: Seconds = 900.0
    """how much longer to look for it before it is called lost"""
    cooldown_s: Seconds = 0.0


class OriginatorPart(Part):
    """Who sends a text without an account at a gateway.

    `driver`: "modem", the one of this lab that holds `sim`; "keyboard", an engineer, who is told to send it
    from `place` (a web console, a counter in a branch) and whose texts come from `number`.
    """

    name: Name
    title: Text
    driver: Text
    operator: Operator
    city: Text
    sim: Name | None = None
    number: Digits | None = None
    place: str = ""
    answer_s: SomeSeconds = 300.0
    """how long an engineer may take"""
    code_life_s: SomeSeconds = 300.0
    patience_s: Seconds = 900.0
    cooldown_s: Seconds = 0.0


SitePart = FormPart | LabelPart | GatewayPart | OriginatorPart


class Lab(Part):
    """A whole lab. `drivers` holds each driver's own section, checked by the schema that driver brings."""

    name: Text
    city: Text
    """where the equipment stands"""
    modems: tuple[ModemPart, ...]
    sims: tuple[SimPart, ...]
    readers: tuple[ReaderPart, ...] = ()
    forms: tuple[FormPart, ...] = ()
    labels: tuple[LabelPart, ...] = ()
    gateways: tuple[GatewayPart, ...] = ()
    originators: tuple[OriginatorPart, ...] = ()
    free_numbers: tuple[Digits, ...] = ("10086", "10010", "10000")
    tariffs: tuple[TariffPart, ...] = ()
    drivers: dict[str, dict[str, Any]] = Field(default_factory=dict)

    _directory: Path = PrivateAttr(default_factory=Path)

    @property
    def directory(self) -> Path:
        """Where the lab file lies: `file:` references are relative to it."""
        return self._directory

    @property
    def digest(self) -> str:
        """SHA-256 of what it says, in hex: its comments and lines change nothing."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()

    @property
    def sites(self) -> tuple[FormPart | LabelPart, ...]:
        return (*self.forms, *self.labels)

    @property
    def numbers(self) -> list[str]:
        """The MSISDN of every SIM."""
        return [sim.msisdn for sim in self.sims]

    def tariff_of(self, sim: SimPart) -> TariffPart | None:
        return next((tariff for tariff in self.tariffs if tariff.name == sim.tariff), None)

    def modem_of(self, sim: SimPart) -> ModemPart | None:
        """The modem that holds this SIM; None when it lies in a drawer, or in a reader."""
        return next((modem for modem in self.modems if modem.sim == sim.name), None)

    def reader_of(self, sim: SimPart) -> ReaderPart | None:
        """The card reader that holds this SIM."""
        return next((reader for reader in self.readers if reader.sim == sim.name), None)

    def sim_of(self, holder: ModemPart | ReaderPart) -> SimPart | None:
        return next((sim for sim in self.sims if sim.name == holder.sim), None)
