"""Answers as a whole: late, lost, twice, out of order; final results; refusals (modems.md 4.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from drivers.emulated.injection import Parameter, one_of, seconds
from drivers.emulated.quirks.quirk import Lines, Quirk, Subject, command, quirk, times

if TYPE_CHECKING:
    from drivers.emulated.terminal.parser import Command

# SIM files and what hangs on them: what a busy SIM holds up.
_SIM_COMMANDS = ("+CPIN", "+CIMI", "+CRSM", "+CSIM", "+CCID", "+CNUM", "+CPBR", "+CPBS", "+CLCK", "+CSCA")
_SETTINGS = ("+CMGF=", "+CNMI=", "+CPMS=", "+CSMS=", "+CSMP=")


@quirk(
    "answer.late",
    "the answer comes long after anyone waits for it",
    command=command(),
    by=Parameter("seconds", "8", seconds),
    times=times(),
)
class AnswerLate(Quirk):
    def lateness(self, command: str) -> float:
        return float(self.values["by"]) if self.meant(command) and self.happens() else 0.0


@quirk("answer.lost", "a command is carried out and never answered", command=command(), times=times())
class AnswerLost(Quirk):
    def answered(self, command: Command, blocks: list[Lines]) -> list[Lines]:
        return [] if self.meant(command.name) and self.happens() else blocks


@quirk("answer.twice", "the answer to a command comes twice", command=command(), times=times())
class AnswerTwice(Quirk):
    def answered(self, command: Command, blocks: list[Lines]) -> list[Lines]:
        return blocks * 2 if self.meant(command.name) and self.happens() else blocks


@quirk(
    "answer.swapped", "an answer comes only behind that to the next command", command=command(), times=times()
)
class AnswerSwapped(Quirk):
    held: tuple[Lines, ...] = ()

    def answered(self, command: Command, blocks: list[Lines]) -> list[Lines]:
        if not self.held and self.meant(command.name) and self.happens():
            self.held = tuple(blocks)
            return []
        held, self.held = self.held, ()
        return [*blocks, *held]


@quirk("final.missing", "the information comes without OK (Wavecom +CPIN?)", command=command("+CPIN"))
class FinalMissing(Quirk):
    def answered(self, command: Command, blocks: list[Lines]) -> list[Lines]:
        alone = len(blocks) < 2 or not self.meant(command.name) or not self.happens()
        return blocks if alone else blocks[:-1]


@quirk("final.first", "OK comes before the information (SIM7600)", command=command("+CMGS"))
class FinalFirst(Quirk):
    def answered(self, command: Command, blocks: list[Lines]) -> list[Lines]:
        swaps = len(blocks) > 1 and self.meant(command.name) and self.happens()
        return [blocks[-1], *blocks[:-1]] if swaps else blocks


@quirk("final.words", "a refusal comes in words of the maker's own")
class FinalWords(Quirk):
    """Huawei, EZX, Samsung Z810, A6: gammu, chan_dongle."""

    _WORDS: ClassVar[Mapping[str, str]] = {
        "unsupported": "COMMAND NOT SUPPORT",
        "parameters": "TOO MANY PARAMETERS",
        "aborted": "ABORTED",
        "modem": "MODEM ERROR: 3",
        "na": "NA",
        "silent": "COMMAND NO RESPONSE!",
    }

    @classmethod
    def forms(cls) -> tuple[str, ...]:
        return tuple(cls._WORDS)

    def answered(self, command: Command, blocks: list[Lines]) -> list[Lines]:
        refused = _is_error(blocks) and self.happens()
        return [*blocks[:-1], (self._WORDS[self.form()],)] if refused else blocks


@quirk("error.verbose", "errors come in words whatever +CMEE says")
class ErrorVerbose(Quirk):
    def errors(self, cmee: int) -> int:
        return 2 if self.happens() else cmee


@quirk("error.bare", "errors are a bare ERROR whatever +CMEE says")
class ErrorBare(Quirk):
    def answered(self, command: Command, blocks: list[Lines]) -> list[Lines]:
        return [*blocks[:-1], ("ERROR",)] if _is_error(blocks) and self.happens() else blocks


@quirk("result.digits", "results are digits whatever ATV says")
class ResultDigits(Quirk):
    def verbose(self, on: bool) -> bool:
        return on and not self.happens()


@quirk("dial.waits", "ATD is answered only when the call is, with OK or CONNECT (Wavecom, ZTE)")
class DialWaits(Quirk):
    @classmethod
    def forms(cls) -> tuple[str, ...]:
        return ("ok", "connect")

    def withholds(self, command: str) -> bool:
        return command == "D" and self.happens()

    def answered(self, command: Command, blocks: list[Lines]) -> list[Lines]:
        connects = command.name == "D" and blocks[-1:] == [("OK",)] and self.form() == "connect"
        return [*blocks[:-1], ("CONNECT",)] if connects else blocks


@quirk(
    "command.refused",
    "a command that is well is refused now and then, by the modem itself",
    command=command("+CLCC"),
    code=Parameter("+CMS in 300..511, else +CME", "100", lambda text: _code(text)),
    times=times(),
)
class CommandRefused(Quirk):
    def refusal(self, command: Command, now: float) -> int | None:
        return int(self.values["code"]) if self.meant(command.name) and self.happens() else None


@quirk(
    "message.refused",
    "a message is refused when its PDU is in, by the modem itself",
    code=Parameter("+CMS ERROR, 300 and above", "500", lambda text: _own_code(text)),
    sent=Parameter("no: it goes nowhere; yes: it goes out all the same", "no", one_of("no", "yes")),
    times=times(),
)
class MessageRefusedByModem(Quirk):
    """`sent=no` is `prompt.stuck` without the wait: the refusal comes before the prompt."""

    def refusal(self, command: Command, now: float) -> int | None:
        meant = self.values["sent"] == "no" and command.key == "+CMGS="
        return int(self.values["code"]) if meant and self.happens() else None

    def answered(self, command: Command, blocks: list[Lines]) -> list[Lines]:
        meant = self.values["sent"] == "yes" and command.key == "+CMGS=" and len(blocks) > 1
        return [(f"+CMS ERROR: {self.values['code']}",)] if meant and self.happens() else blocks


@quirk(
    "sim.busy",
    "the SIM is busy for a while after power on, or now and then",
    code=Parameter("14, Wavecom 515, or 314 as +CMS ERROR", "14", one_of("14", "314", "515")),
    **{"for": Parameter("seconds", "20", seconds)},
)
class SimBusy(Quirk):
    def refusal(self, command: Command, now: float) -> int | None:
        busy = command.name in _SIM_COMMANDS and now < float(self.values["for"])
        return int(self.values["code"]) if busy and self.happens() else None


@quirk(
    "settings.late",
    "settings of messages are refused until the modem says SMS Ready",
    **{"for": Parameter("seconds after power on", "10", seconds)},
)
class SettingsLate(Quirk):
    def started(self, subject: Subject) -> None:
        subject.after(float(self.values["for"]), lambda: subject.say("SMS Ready"))

    def refusal(self, command: Command, now: float) -> int | None:
        early = command.key in _SETTINGS and now < float(self.values["for"])
        return 302 if early and self.happens() else None


@quirk("cnmi.mode", "+CNMI mode 2 is refused (Huawei, ZTE, Novatel, Gobi, SIMCom)")
class CnmiMode(Quirk):
    def refusal(self, command: Command, now: float) -> int | None:
        refused = command.key == "+CNMI=" and command.values[0] == "2"
        return 303 if refused and self.happens() else None


def _is_error(blocks: list[Lines]) -> bool:
    final = blocks[-1][0] if blocks and blocks[-1] else ""
    return final == "ERROR" or final.startswith(("+CME ERROR", "+CMS ERROR"))


def _code(text: str) -> int:
    code = int(text)
    if not 0 <= code <= 999:
        raise ValueError("not in 0..999")
    return code


def _own_code(text: str) -> int:
    code = int(text)
    if not 300 <= code <= 511:
        raise ValueError("not in 300..511")
    return code
