"""Answers and news in odd forms (modems.md 4.2 "No prefix / odd shape", "Charset", "USSD", "CLCC")."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, ClassVar

from drivers.emulated.quirks.quirk import Lines, Quirk, command, quirk
from interop.smspdu import PduError, gsm7

if TYPE_CHECKING:
    from drivers.emulated.terminal.parser import Command

_REGISTRATION = re.compile(
    r'(?P<head>\+C[EG]?REG: (?:\d(?=,\d(?:,|$)),)?)(?P<stat>\d),"(?P<lac>\w{4})","(?P<ci>\w+)",(?P<act>\d+)$'
)
_CALL = re.compile(r'(?P<head>\+CLCC: \d,\d,\d,0),(?P<mpty>\d)(?:,"(?P<number>[^"]*)",(?P<toa>\d+))?$')
_USSD = re.compile(r'(?P<head>\+CUSD: \d),"(?P<text>.*)",(?P<dcs>\d+)$', re.DOTALL)
_CENTRE = re.compile(r'\+CSCA: "(?P<number>[^"]+)",(?P<toa>\d+)$')


class _Reshaped(Quirk):
    """Information lines of answers, and news, each in another form. Final results stay."""

    def line(self, text: str) -> str:
        """`text` in its other form, itself where there is none."""
        raise NotImplementedError

    def answered(self, command: Command, blocks: list[Lines]) -> list[Lines]:
        return [*([self._each(block) for block in blocks[:-1]]), *blocks[-1:]]

    def unsolicited(self, lines: Lines) -> Lines:
        return self._each(lines)

    def _each(self, lines: Lines) -> Lines:
        return [other if (other := self.line(text)) != text and self.happens() else text for text in lines]


@quirk("creg.form", "+CREG, +CGREG and +CEREG come in a vendor's form (ModemManager knows seven)")
class CregForm(_Reshaped):
    _FORMS: ClassVar[Mapping[str, str]] = {
        "status": "{head}{stat}",
        "area": '{head}{stat},"{lac}"',
        "unquoted": "{head}{stat},{lac},{ci},{act}",
        "blanks": '{head} {stat}, "{lac}", "{ci}", {act}',
        "broken": '{head}{stat},"{short},"{ci}",{act}',
        "open": '{head}{stat},"{lac}","{ci}',
        "swapped": '{head}{stat},"{turned}","{ci}",{act}',
        "long": '{head}{stat},"{lac}","{ci}",{act},"01",0,0,"00000000","00000000"',
    }

    @classmethod
    def forms(cls) -> tuple[str, ...]:
        return tuple(cls._FORMS)

    def line(self, text: str) -> str:
        found = _REGISTRATION.match(text)
        if found is None:
            return text
        lac = found["lac"]
        return self._FORMS[self.form()].format(**found.groupdict(), short=lac[:2], turned=lac[2:] + lac[:2])


@quirk("clcc.form", "+CLCC rows come in a vendor's form")
class ClccForm(_Reshaped):
    _FORMS: ClassVar[Mapping[str, str]] = {
        "bare": "{head},{mpty}",
        "short": "{head}",
        "empty": '{head},{mpty},"",128',
        "unquoted": "{head},{mpty},{number},{toa}",
        "alpha": '{head},{mpty},"{number}",{toa},"Bank, A"',
        "tail": '{head},{mpty},"{number}",{toa},"",0,0,0',
        "blanks": '{head}, {mpty}, "{number}", {toa}',
    }

    @classmethod
    def forms(cls) -> tuple[str, ...]:
        return tuple(cls._FORMS)

    def line(self, text: str) -> str:
        found = _CALL.match(text)
        return self._FORMS[self.form()].format(**found.groupdict("")) if found is not None else text


@quirk("clcc.rows", "+CLCC lists a data call, and calls that are over (stat 6, SIMCom)")
class ClccRows(Quirk):
    _ROWS = ('+CLCC: 6,0,0,1,0,"",128', '+CLCC: 7,1,6,0,0,"10086",129')

    def answered(self, command: Command, blocks: list[Lines]) -> list[Lines]:
        added = command.key == "+CLCC" and blocks[-1:] == [("OK",)] and self.happens()
        return [self._ROWS, *blocks] if added else blocks


@quirk("prefix.missing", "the answer to a query comes without its prefix", command=command("+CSQ"))
class PrefixMissing(_Reshaped):
    def answered(self, command: Command, blocks: list[Lines]) -> list[Lines]:
        return super().answered(command, blocks) if self.meant(command.name) else blocks

    def unsolicited(self, lines: Lines) -> Lines:
        return lines

    def line(self, text: str) -> str:
        return re.sub(r"^\+\w+: ", "", text)


@quirk("centre.hex", "the service centre comes as hex of UCS2 without quotes")
class CentreHex(_Reshaped):
    def line(self, text: str) -> str:
        found = _CENTRE.match(text)
        if found is None:
            return text
        return f"+CSCA: {found['number'].encode('utf-16-be').hex().upper()},{found['toa']}"


@quirk("operator.bytes", "the operator is named in bytes of no alphabet whatever +COPS=3 says")
class OperatorBytes(_Reshaped):
    def line(self, text: str) -> str:
        return re.sub(r'^(\+COPS: \d),\d,"[^"]*"', '\\1,0,"\xd6\xd0\xff\xfe\x80@,\xe5"', text)


@quirk("cpms.names", "+CPMS= answers with the names of its memories (Samsung)")
class CpmsNames(Quirk):
    def answered(self, command: Command, blocks: list[Lines]) -> list[Lines]:
        if command.key != "+CPMS=" or len(blocks) < 2 or not self.happens():
            return blocks
        numbers, names = re.findall(r"\d+,\d+", blocks[0][0]), command.values
        pairs = (f'"{names[min(at, len(names) - 1)]}",{pair}' for at, pair in enumerate(numbers))
        return [(f"+CPMS: {','.join(pairs)}",), *blocks[1:]]


@quirk("cpms.lags", "+CPMS? tells the counts of the time before (Huawei)")
class CpmsLags(Quirk):
    before_this: Lines = ()

    def answered(self, command: Command, blocks: list[Lines]) -> list[Lines]:
        if command.key != "+CPMS?" or len(blocks) < 2 or not self.happens():
            return blocks
        told, self.before_this = self.before_this or blocks[0], blocks[0]
        return [told, *blocks[1:]]


@quirk("slot.empty", "an empty place is no error: +CMGR: 0,,0")
class SlotEmpty(Quirk):
    def answered(self, command: Command, blocks: list[Lines]) -> list[Lines]:
        empty = command.key == "+CMGR=" and blocks[-1:] == [("+CMS ERROR: 321",)]
        return [("+CMGR: 0,,0",), ("OK",)] if empty and self.happens() else blocks


@quirk("slot.dummy", "a place that was never used is listed, its PDU all FF (MC35i)")
class SlotDummy(Quirk):
    def answered(self, command: Command, blocks: list[Lines]) -> list[Lines]:
        added = command.key == "+CMGL=" and blocks[-1:] == [("OK",)] and self.happens()
        return [*blocks[:-1], ("+CMGL: 20,0,,0", "FF" * 24), *blocks[-1:]] if added else blocks


@quirk("list.glued", "the line end before the next row of +CMGL is missing")
class ListGlued(Quirk):
    def answered(self, command: Command, blocks: list[Lines]) -> list[Lines]:
        if command.key != "+CMGL=" or len(blocks) < 2 or not self.happens():
            return blocks
        rows: list[str] = []
        for text in blocks[0]:
            if rows and text.startswith("+CMGL:"):
                rows[-1] += text
            else:
                rows.append(text)
        return [rows, *blocks[1:]]


def _ucs2(text: str) -> str:
    return f'"{text.encode("utf-16-be").hex().upper()}"'


_USSD_FORMS: Mapping[str, Callable[[str], str]] = {
    "packed": lambda text: f'"{gsm7.pack(gsm7.encode(text)).hex().upper()}",15',
    "ucs2": lambda text: f"{_ucs2(text)},15",
    "ascii": lambda text: f'"{gsm7.encode(text).hex().upper()}",0',
    "unquoted": lambda text: f"{_ucs2(text)},72".replace('"', ""),
    "cut": lambda text: _ucs2(text)[:-1],
}


@quirk("cusd.form", "the text of +CUSD comes in another coding, without quotes or cut off")
class CusdForm(_Reshaped):
    @classmethod
    def forms(cls) -> tuple[str, ...]:
        return tuple(_USSD_FORMS)

    def line(self, text: str) -> str:
        found = _USSD.match(text)
        if found is None:
            return text
        content = found["text"]
        if found["dcs"] == "72":
            content = bytes.fromhex(content).decode("utf-16-be")
        try:
            return f"{found['head']},{_USSD_FORMS[self.form()](content)}"
        except PduError:  # GSM 7 bit has no such letters
            return f"{found['head']},{_ucs2(content)},15"
