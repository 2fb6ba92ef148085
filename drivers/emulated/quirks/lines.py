"""Bytes: echo, line ends, noise, split writes, prompts (modems.md 4.2 "Echo", "Line ends", "Prompt")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from drivers.emulated.injection import Parameter, count, seconds
from drivers.emulated.quirks.quirk import Quirk, command, quirk, times

_END = b"\r\n"


@quirk("echo.stuck", "commands are echoed whatever ATE says")
class EchoStuck(Quirk):
    def echoed(self, data: bytes, on: bool, prompted: bool) -> bytes:
        return data if on or self.happens() else b""


@quirk("echo.double", "the echo comes twice")
class EchoDouble(Quirk):
    def echoed(self, data: bytes, on: bool, prompted: bool) -> bytes:
        return data * 2 if on and self.happens() else data if on else b""


@quirk("echo.pdu", "what is typed behind a prompt is echoed whatever ATE says")
class EchoPdu(Quirk):
    def echoed(self, data: bytes, on: bool, prompted: bool) -> bytes:
        return data if on or (prompted and self.happens()) else b""


@quirk("lines.crcrlf", "lines end in CR CR LF (SIMCom, Huawei E1752)")
class LinesCrCrLf(Quirk):
    def written(self, data: bytes) -> bytes:
        return data.replace(_END, b"\r\r\n") if self.happens() else data


@quirk("lines.lf", "lines end in a bare LF")
class LinesLf(Quirk):
    def written(self, data: bytes) -> bytes:
        return data.replace(_END, b"\n") if self.happens() else data


@quirk("lines.nocr", "a line has no CR before it, only LF (Sierra NO CARRIER)")
class LinesNoCr(Quirk):
    def written(self, data: bytes) -> bytes:
        return data[1:] if data.startswith(_END) and self.happens() else data


@quirk("lines.blanks", "lines end in blanks, and blank lines stand between them")
class LinesBlanks(Quirk):
    def written(self, data: bytes) -> bytes:
        return data.replace(_END, b"  \t\r\n\r\n") if self.happens() else data


@quirk("lines.glued", "the line end between a line and the news after it is missing (ERROR+CNUM:)")
class LinesGlued(Quirk):
    def joined(self, blocks: list[bytes]) -> list[bytes]:
        glued = blocks[:1]
        for block in blocks[1:]:
            if glued[-1].endswith(_END) and block.startswith(_END + b"+") and self.happens():
                glued[-1] = glued[-1].removesuffix(_END) + block.removeprefix(_END)
            else:
                glued.append(block)
        return glued


@quirk("bytes.noise", "bytes of no line stand before a line (0xFF, NUL)")
class BytesNoise(Quirk):
    def written(self, data: bytes) -> bytes:
        return (b"\xff\x00" + data) if self.happens() else data


@quirk("bytes.nul", "NULs stand before a line and in the middle of its end (ZTE)")
class BytesNul(Quirk):
    def written(self, data: bytes) -> bytes:
        return b"\0\0\0" + data.replace(_END, b"\r\0\n") if self.happens() else data


@quirk(
    "write.split",
    "answers arrive in pieces",
    size=Parameter("most bytes of a piece", "3", count),
    gap=Parameter("seconds between pieces", "0.01", seconds),
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


@quirk("command.swallowed", "the first command after power on is lost", times=times(1))
class CommandSwallowed(Quirk):
    """With a higher `times` and a `rate`: commands are lost now and then (overrun)."""

    def heard(self, data: bytes) -> bytes:
        return b"" if data[:2].upper() == b"AT" and self.happens() else data


@quirk("prompt.bare", "the prompt for a PDU is a bare > without line end or blank")
class PromptBare(Quirk):
    def prompt(self, prompt: bytes) -> bytes:
        return b">" if self.happens() else prompt


@quirk("prompt.form", "the prompt for a PDU has a line end in an unusual place")
class PromptForm(Quirk):
    _FORMS: ClassVar[Mapping[str, bytes]] = {
        "blank": b"> ",
        "behind": b">\r\n",
        "around": b"\r\n>\r\n",
        "before": b"\r\n>",
    }

    @classmethod
    def forms(cls) -> tuple[str, ...]:
        return tuple(cls._FORMS)

    def prompt(self, prompt: bytes) -> bytes:
        return self._FORMS[self.form()] if self.happens() else prompt


@quirk("prompt.stray", "a prompt comes behind an answer though nothing is asked", times=times())
class PromptStray(Quirk):
    """Only what is shown: the modem is not in data mode."""

    def joined(self, blocks: list[bytes]) -> list[bytes]:
        return [*blocks, b"\r\n> "] if self.happens() else blocks


@quirk("prompt.stuck", "Ctrl-Z does not end the PDU, only ESC does (E1550)", times=times())
class PromptStuck(Quirk):
    def sticks(self) -> bool:
        return self.happens()


@quirk(
    "prompt.asked", "a prompt follows a command that needs none (SIM800C: +CNMA)", command=command("+CNMA")
)
class PromptAsked(Quirk):
    def asks(self, command: str) -> bool:
        return self.meant(command) and self.happens()
