"""Unsolicited lines: inside answers, in odd forms, lost (modems.md 4.2 "URC", "CNMI", "Same prefix")."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from drivers.emulated.injection import Parameter, one_of
from drivers.emulated.quirks.quirk import Lines, Quirk, Subject, command, quirk, times

if TYPE_CHECKING:
    from drivers.emulated.terminal.parser import Command

# Huawei, ZTE, Option, Telit, Sierra: gammu's at.c and its issues 111, 126, 138.
_VENDORS = (
    "^RSSI:19",
    '^HCSQ:"LTE",46,37,102,22',
    "^MODE:5,4",
    "^BOOT:18427623,0,0,0,6",
    "^DSFLOWRPT:0000000C,00000000,00000000,0000000000000054,0000000000000AE4,00000000,00000000",
    "^CSNR:-77,-8",
    "^SRVST:2",
    "^SIMST:1",
    "^STIN: 0,0,0",
    '^NWTIME:"26/01/05,01:00:00+32,00"',
    "_OSIGQ: 15,0",
    "+ZEND",
    '+ZDONR: "China Unicom",460,01,"CS_PS","ROAM_OFF"',
    "+PSBEARER: 10,0",
    "#STN: 237",
    "*EBCA: 0,0",
    "+CIEV: 2,4",
    "+CTZV: +32,1",
    "+CGEV: ME PDN ACT 1",
)
_OWN_PREFIX = ("+CREG", "+CEREG", "+CGREG", "+CSQ", "+CPIN", "+CUSD", "+CIREG")


@quirk(
    "urc.inside",
    "an unsolicited line comes inside the answer to a command",
    line=Parameter("the line", "^RSSI:19"),
    place=Parameter("before the information, after it, or any", "any", one_of("before", "after", "any")),
    command=command(),
)
class UrcInside(Quirk):
    def before(self, command: str) -> str | None:
        return self._line(command, "before")

    def between(self, command: str) -> str | None:
        return self._line(command, "after")

    def _line(self, command: str, place: str) -> str | None:
        if not self.meant(command):
            return None
        if self.values["place"] == "any" and (self.draw() < 0.5) is (place == "before"):
            return None
        if self.values["place"] not in ("any", place):
            return None
        return self.values["line"] if self.happens() else None


@quirk("urc.vendors", "lines of many makers' own come inside every answer (^HCSQ, ^BOOT, +ZEND, _OSIGQ ...)")
class UrcVendors(Quirk):
    def before(self, command: str) -> str | None:
        return self._any()

    def between(self, command: str) -> str | None:
        return self._any()

    def _any(self) -> str | None:
        return _VENDORS[int(self.draw() * len(_VENDORS))] if self.happens() else None


@quirk("urc.same", "an unsolicited line inside an answer begins as the answer does (+CREG, +CSQ, +CPIN)")
class UrcSame(Quirk):
    """It says what the answer says, as news do: without <n>."""

    def answered(self, command: Command, blocks: list[Lines]) -> list[Lines]:
        if command.key[:-1] not in _OWN_PREFIX and command.key != "+CSQ":
            return blocks
        if len(blocks) < 2 or not blocks[0] or not self.happens():
            return blocks
        own = re.sub(r"^(\+C\w*REG: )\d,", r"\1", blocks[0][0])
        return [*blocks[:-1], (own,), blocks[-1]] if self.draw() < 0.5 else [(own,), *blocks]


@quirk("urc.boot", "the banner of a restart is still to come when the port is opened")
class UrcBoot(Quirk):
    def banner(self, said: Lines, lines: Lines) -> Lines:
        if said or not self.happens():
            return said
        return lines or ("RDY", "+CFUN: 1", "+CPIN: READY")


@quirk("urc.blank", "blank lines stand between the two lines of an unsolicited PDU")
class UrcBlank(Quirk):
    def unsolicited(self, lines: Lines) -> Lines:
        if len(lines) != 2 or not self.happens():
            return lines
        return [lines[0], "", "", lines[1]]


@quirk("urc.comma", "a comma too many stands before the length of +CDS (ZTE)")
class UrcComma(Quirk):
    def unsolicited(self, lines: Lines) -> Lines:
        if not lines or not lines[0].startswith("+CDS: ") or not self.happens():
            return lines
        return [lines[0].replace("+CDS: ", "+CDS: ,"), *lines[1:]]


@quirk(
    "urc.twice", "an unsolicited line comes twice", line=Parameter("how it begins", "+CMTI:"), times=times()
)
class UrcTwice(Quirk):
    def unsolicited(self, lines: Lines) -> Lines:
        meant = lines and lines[0].startswith(self.values["line"]) and self.happens()
        return [*lines, *lines] if meant else lines


@quirk(
    "line.swallowed", "an unsolicited line never reaches the port", line=Parameter("how it begins", "+CMTI:")
)
class LineSwallowed(Quirk):
    def written(self, data: bytes) -> bytes:
        is_it = data.strip().startswith(self.values["line"].encode("latin-1", "replace"))
        return b"" if is_it and self.happens() else data


@quirk("report.stored", "status reports are never given directly, but stored among the messages of the SIM")
class ReportStored(Quirk):
    def refusal(self, command: Command, now: float) -> int | None:
        values = command.values
        return 303 if command.key == "+CNMI=" and len(values) > 3 and values[3] == "1" else None

    def reports_in(self, memory: str) -> str:
        return "SM" if self.happens() else memory


@quirk("report.ack", "what comes directly has to be acknowledged, or nothing more comes (+CSMS=1)")
class ReportAck(Quirk):
    def started(self, subject: Subject) -> None:
        if self.happens():
            subject.put("+CSMS", 1)

    def refusal(self, command: Command, now: float) -> int | None:
        return 303 if command.key == "+CSMS=" and command.values[0] == "0" else None
