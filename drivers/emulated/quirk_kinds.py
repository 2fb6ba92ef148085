"""The quirks there are (modems.md section 4): names, effects in words, parameters, deeds."""

from __future__ import annotations

from collections.abc import Sequence

from drivers.emulated.quirk import Parameter, Quirk, Subject, quirk

# SIM files and what hangs on them: what a busy SIM holds up.
_SIM_COMMANDS = ("+CPIN", "+CIMI", "+CRSM", "+CSIM", "+CCID", "+CNUM", "+CPBR", "+CPBS", "+CLCK", "+CSCA")


def _count(text: str) -> int:
    value = int(text)
    if not 0 < value <= 1_000_000:
        raise ValueError("not in 1..1000000")
    return value


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 86_400:
        raise ValueError("not in 0..86400")
    return value


def _place(text: str) -> str:
    if text not in ("before", "after", "any"):
        raise ValueError("not in before, after, any")
    return text


@quirk("echo.stuck", "commands are echoed whatever ATE says")
class EchoStuck(Quirk):
    def echoed(self, data: bytes, on: bool) -> bytes:
        return data if on or self.happens() else b""


@quirk("echo.double", "the echo comes twice")
class EchoDouble(Quirk):
    def echoed(self, data: bytes, on: bool) -> bytes:
        return data * 2 if on and self.happens() else data if on else b""


@quirk("lines.crcrlf", "lines end in CR CR LF (SIMCom, Huawei E1752)")
class LinesCrCrLf(Quirk):
    def written(self, data: bytes) -> bytes:
        return data.replace(b"\r\n", b"\r\r\n") if self.happens() else data


@quirk("lines.lf", "lines end in a bare LF")
class LinesLf(Quirk):
    def written(self, data: bytes) -> bytes:
        return data.replace(b"\r\n", b"\n") if self.happens() else data


@quirk(
    "write.split",
    "answers arrive in pieces",
    size=Parameter("most bytes of a piece", "3", _count),
    gap=Parameter("seconds between pieces", "0.01", _seconds),
)
class WriteSplit(Quirk):
    def pieces(self, data: bytes) -> list[tuple[float, bytes]]:
        if not self.happens():
            return [(0.0, data)]
        most, gap = int(self.values["size"]), float(self.values["gap"])
        cut: list[tuple[float, bytes]] = []
        while data:
            size = 1 + int(self.draw() * most)
            cut.append((gap if cut else 0.0, data[:size]))
            data = data[size:]
        return cut


@quirk(
    "urc.inside",
    "an unsolicited line comes inside the answer to a command",
    line=Parameter("the line", "^RSSI:19"),
    place=Parameter("before the information, after it, or any", "any", _place),
    command=Parameter("one command, as +CSQ; without it all", ""),
)
class UrcInside(Quirk):
    def before(self, command: str) -> str | None:
        return self._line(command, "before")

    def between(self, command: str) -> str | None:
        return self._line(command, "after")

    def _line(self, command: str, place: str) -> str | None:
        if self.values["command"] not in ("", command):
            return None
        if self.values["place"] == "any" and (self.draw() < 0.5) is (place == "before"):
            return None
        if self.values["place"] not in ("any", place):
            return None
        return self.values["line"] if self.happens() else None


@quirk("urc.boot", "the banner of a restart is still to come when the port is opened")
class UrcBoot(Quirk):
    def banner(self, lines: Sequence[str], restarted: bool) -> Sequence[str]:
        if not restarted and not self.happens():
            return ()
        return lines or ("RDY", "+CFUN: 1", "+CPIN: READY")


@quirk(
    "answer.late",
    "the answer comes long after anyone waits for it",
    command=Parameter("the command, as +CSQ; without it all", ""),
    by=Parameter("seconds", "8", _seconds),
    times=Parameter("how often at most", "1000000", _count),
)
class AnswerLate(Quirk):
    done = 0

    def lateness(self, command: str) -> float:
        late = self.values["command"] in ("", command) and self.done < int(self.values["times"])
        if not late or not self.happens():
            return 0.0
        self.done += 1
        return float(self.values["by"])


@quirk(
    "modem.reset",
    "the modem restarts by itself: calls end, settings are lost",
    after=Parameter("seconds after power on", "60", _seconds),
    times=Parameter("how often at most", "1", _count),
)
class ModemReset(Quirk):
    done = 0

    def started(self, subject: Subject) -> None:
        if self.done < int(self.values["times"]) and self.happens():
            self.done += 1
            subject.after(float(self.values["after"]), subject.reset)


@quirk("bytes.noise", "bytes of no line stand before a line (0xFF, NUL)")
class BytesNoise(Quirk):
    def written(self, data: bytes) -> bytes:
        return (b"\xff\x00" + data) if self.happens() else data


@quirk(
    "sim.busy",
    "the SIM is busy (+CME ERROR: 14) for a while after power on",
    **{"for": Parameter("seconds", "20", _seconds)},
)
class SimBusy(Quirk):
    def refusal(self, command: str, now: float) -> int | None:
        busy = command in _SIM_COMMANDS and now < float(self.values["for"])
        return 14 if busy and self.happens() else None


@quirk("storage.full", "every message memory is full of old messages at power on")
class StorageFull(Quirk):
    def started(self, subject: Subject) -> None:
        if self.happens():
            subject.fill_storage()


@quirk("prompt.bare", "the prompt for a PDU is a bare > without line end or blank")
class PromptBare(Quirk):
    def prompt(self, prompt: bytes) -> bytes:
        return b">" if self.happens() else prompt


@quirk("error.verbose", "errors come in words whatever +CMEE says")
class ErrorVerbose(Quirk):
    def errors(self, cmee: int) -> int:
        return 2 if self.happens() else cmee


@quirk(
    "line.swallowed", "an unsolicited line never reaches the port", line=Parameter("how it begins", "+CMTI:")
)
class LineSwallowed(Quirk):
    def written(self, data: bytes) -> bytes:
        is_it = data.strip().startswith(self.values["line"].encode("latin-1", "replace"))
        return b"" if is_it and self.happens() else data


# What strangers do to a SIM: no fault of the network under test, and none of the modem's either.


@quirk(
    "stray.call",
    "a stranger calls the SIM now and then",
    number=Parameter("the stranger's number", "02161230000"),
    every=Parameter("seconds between two calls, on average", "45", _seconds),
    rings=Parameter("seconds until the stranger gives up", "12", _seconds),
)
class StrayCall(Quirk):
    def started(self, subject: Subject) -> None:
        subject.after(_about(self), lambda: self._come(subject))

    def _come(self, subject: Subject) -> None:
        if self.happens():
            subject.stray_call(self.values["number"], float(self.values["rings"]))
        subject.after(_about(self), lambda: self._come(subject))


@quirk(
    "stray.message",
    "an advertisement comes by SMS now and then",
    every=Parameter("seconds between two messages, on average", "20", _seconds),
)
class StrayMessage(Quirk):
    def started(self, subject: Subject) -> None:
        subject.after(_about(self), lambda: self._come(subject))

    def _come(self, subject: Subject) -> None:
        if self.happens():
            subject.stray_message()
        subject.after(_about(self), lambda: self._come(subject))


def _about(quirk: Quirk) -> float:
    return float(quirk.values["every"]) * (0.5 + quirk.draw()) + 1.0
