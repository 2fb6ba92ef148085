"""The lab file as pydantic models: what exists in this lab. `interop.lab.load` reads it with file:line:column."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=40)]
Digits = Annotated[str, StringConstraints(pattern=r"^[0-9]+$")]
Operator = Literal["CMCC", "CUCC", "CTCC"]
Capability = Literal["voice", "sms", "ussd", "volte", "mms", "multiparty"]


class Part(BaseModel):
    """Every section refuses keys it does not know, and values of another type (no silent "007" -> 7)."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Secret(Part):
    """Never the secret itself: `env:NAME` or `file:PATH` (relative to the lab file), read when it is used."""

    reference: str

    def __repr__(self) -> str:
        return f"Secret({self.reference})"


class Budget(Part):
    """Most of each that one run may spend on one SIM; None is no limit."""

    calls: int | None = None
    messages: int | None = None


class ModemPart(Part):
    """A modem. `port`: "emulated", a device path (/dev/serial/by-id/... encouraged) or any pyserial URL."""

    name: Name
    port: str
    sim: Name | None = None
    driver: str = "at"
    dialect: str = "generic"
    baudrate: int = 115200
    capabilities: tuple[Capability, ...] = ("voice", "sms", "ussd", "volte")
    defects: tuple[str, ...] = ()
    quirks: tuple[str, ...] = ()


class SimPart(Part):
    """A SIM: what the lab expects of it. A `fail` may rest on what stands here."""

    name: Name
    msisdn: Digits
    imsi: Digits
    iccid: str
    kind: Literal["mvno", "ordinary"]
    brand: str
    base_operator: Operator
    city: str
    spn: str | None = None
    smsc: str | None = None
    hotline: Digits | None = None
    msisdn_on_card: bool = False
    """does EF_MSISDN hold the number (many cards leave it empty)"""
    pin: str | None = None
    budget: Budget = Budget()
    cooldown_s: float = 0.0


class FormPart(Part):
    """A site's number form. `url`: http(s)://..., or emulated:/path for one of the emulated country.

    The answer is judged by the first rule that matches: HTTP status and a regex over the body.
    """

    name: Name
    title: str
    driver: str = "form"
    url: str
    method: Literal["POST", "GET"] = "POST"
    field: str = "mobile"
    encoding: Literal["form", "json"] = "form"
    headers: dict[str, str] = Field(default_factory=dict)
    rules: tuple[FormRule, ...]
    cooldown_s: float = 0.0
    timeout_s: float = 20.0


class FormRule(Part):
    status: int | None = None
    body: str | None = None
    """regex searched in the decoded body"""
    outcome: Literal["accepted", "rejected_by_format", "rejected_by_policy", "rejected", "unclear"]


class LabelPart(Part):
    """A number-label service: GET `url` with {number}; `label` is a regex whose group 1 is the label."""

    name: Name
    title: str
    driver: str = "label"
    url: str
    label: str
    headers: dict[str, str] = Field(default_factory=dict)
    cooldown_s: float = 0.0
    timeout_s: float = 20.0


class Lab(Part):
    """A whole lab. `drivers` holds each driver's own section, checked by the schema that driver brings."""

    name: str
    city: str
    modems: tuple[ModemPart, ...]
    sims: tuple[SimPart, ...]
    forms: tuple[FormPart, ...] = ()
    labels: tuple[LabelPart, ...] = ()
    free_numbers: tuple[Digits, ...] = ("10086", "10010", "10000")
    drivers: dict[str, dict[str, Any]] = Field(default_factory=dict)


FormPart.model_rebuild()
