"""The emergency guard: nothing that could reach an emergency service leaves on a real link (DESIGN 4).

A grammar over bytes about to be sent, one command line or the text after a prompt. It knows every way in:
dial strings and compound lines (V.250), MMI strings (3GPP TS 22.030), call forwarding, deflection, USSD,
SIM-toolkit responses and raw APDUs, messages in text and PDU mode. What cannot be known before it happens
(redial, phone book, a stored message, a line it cannot read) is refused. There is no way to switch it off.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from drivers.at.guard_numbers import emergency_in
from drivers.at.guard_pdu import destination_of, hidden_strings

MOST_REMEMBERED = 1024
_HARMLESS = (b"\x1b", b"+++")
"""they lead out of a prompt, and out of data mode"""

# V.250 5.3: basic commands are a letter (or & % \ and a letter) and a number; extended ones begin with one
# of these, as makers use them, and end at a semicolon outside quotes.
_EXTENDED = re.compile(r"""([-+^*$#%_!@][A-Z][-A-Z0-9!%./:_]*)((?:"[^"]*"|[^";])*)(?:;|$)""")
_BASIC = re.compile(r"S\d+(?:=\?|\?|=\d*)?|[&%\\]?[A-CE-Z](?:=\?|\?|=?\d*)|;")
_DIAL_RUN = re.compile(r"D[TPWI,!@]*([0-9+*#TPW,!@]+)")
_DIAL_AFTER_SEMICOLON = re.compile(r";D[TPWI,!@]*([0-9+*#TPW,!@]+)")

# Commands whose effect nobody can foresee here: what they do, and their names as a pattern.
_STK = r"\+CUSAT[A-Z]*|[+^*#$](?:STGR|STCR|STGI|STSR|SSTR|CSTR|ZSTR|UTR|STK[A-Z]*|QSTK[A-Z]*|PSSTK[A-Z]*)"
_NEVER = (
    ("answers the SIM's own call set-up", _STK),
    ("presses keys", r"\+CKPD|\+CMKP|\+CTSA|\*KPD"),
    ("places an emergency call", r".*(?:ECALL|EMERG|SOS).*"),
    ("sends an SMS-COMMAND", r"\+CMGC"),
    ("hands the port over", r"\+CMUX"),
)
_UCS2_DIGITS = re.compile(r"(?:003[0-9])+")
_NEVER_PATTERNS = tuple((what, re.compile(names)) for what, names in _NEVER)
_APDU = frozenset({"+CSIM", "+CGLA"})
_DANGEROUS_INSTRUCTIONS = frozenset({0xC2, 0x14})
"""ENVELOPE and TERMINAL RESPONSE (ETSI TS 102 221 table 10.5): both can make the SIM call"""
_SECRETS = frozenset({"+CPIN", "+CPIN2", "+CLCK", "+CPWD", "+EPIN"})
"""whose strings are passwords, not numbers"""
_DIALS_BY_PARAMETER = re.compile(r"\+CTFR|\+CCFCU?|\+CUSD|\+CMSS|.*(?:DIAL|CALL|CDV|CDU|DEFLECT).*")
"""commands whose bare digits are a number too"""
_MESSAGE_PROMPTS = re.compile(r".*(?:CMGS|CMGW|SMGS|SMGW|CMSS).*")

# Octets of an upload are data where the modem stands in data mode, and command lines where it has left it.
_UPLOADS = re.compile(r"AT\+(?:CMMSDOWN|QFUPL|QFWRITE|QISEND)=[^;]*")
"""commands whose octets go to a file, to a multimedia message or through a socket"""
_UNSEEN = bytes(octet for octet in (*range(0x20), 0x7F) if octet != ord("\r"))
"""what a modem may skip in a command line"""
_COMMANDS = re.compile(rb"AT[^\r]*")
_DIAL_STORED = re.compile(r"""(?:AT|;)(?:\s|[&%\\]?[A-CE-Z]\d+)*D\s*[>"LS]""")


class Guard:
    """`add` what the SIM's EF_ECC holds; `danger` of everything about to be sent."""

    def __init__(self, further: Iterable[str] = ()) -> None:
        self._further: frozenset[str] = frozenset()
        self._harmless: set[tuple[bytes, str]] = set()
        self.add(further)

    def add(self, numbers: Iterable[str]) -> None:
        self._further |= frozenset(number for number in numbers if number)
        self._harmless.clear()

    def danger(self, data: bytes, prompted_by: str = "", *, counted: bool = False) -> str:
        """Why `data` must not be sent, "" if it may. `prompted_by`: the command whose prompt it answers;
        `counted`: with so many octets as that command has announced.
        """
        if counted:
            return self._upload(data, prompted_by)
        if (data, prompted_by) in self._harmless:
            return ""
        danger = self._danger(data, prompted_by)
        if not danger:
            if len(self._harmless) >= MOST_REMEMBERED:
                self._harmless.clear()
            self._harmless.add((data, prompted_by))
        return danger

    def _danger(self, data: bytes, prompted_by: str) -> str:
        if data in _HARMLESS:
            return ""
        if prompted_by:
            return self._payload(data.removesuffix(b"\x1a"), prompted_by)
        line = data.removesuffix(b"\r").decode("latin-1")
        if not line.isascii() or not line.isprintable():
            return f"a command with unprintable characters, {line!r}"
        return self._line(line)

    # Command lines

    def _line(self, line: str) -> str:
        upper = line.upper().strip()
        if "A/" in _unquoted(upper):
            return "A/ repeats a command that is not known"
        start = upper.find("AT")
        if start < 0:
            return f"{line!r} is no command line"
        # a modem may take any "AT" as the beginning; only the first has to be readable
        beginnings = [found.end() for found in re.finditer("AT", _unquoted(upper))]
        for at in beginnings:
            for what in self._dangers(upper[at:]):
                if what and (at == start + 2 or "cannot be read" not in what):
                    return f"{what} in {line!r}"
        # once more without any grammar, for modems that read a line less strictly than V.250
        for text, run in ((_unquoted(upper), _DIAL_RUN), (upper, _DIAL_AFTER_SEMICOLON)):
            for found in run.findall(re.sub(r"[\s().\-]", "", text)):
                if what := self._emergency(found):
                    return f"{what}, in {line!r}"
        return ""

    def _dangers(self, body: str) -> Iterator[str]:
        """One entry for each command of the line."""
        at = 0
        while at < len(body):
            if body[at].isspace():
                at += 1
            elif body[at] == "D":
                dialled, _, _ = body[at + 1 :].partition(";")
                yield self._dial(dialled)
                at += 2 + len(dialled)
            elif found := _EXTENDED.match(body, at):
                yield self._extended(found[1], found[2])
                at = found.end()
            elif found := _BASIC.match(body, at):
                yield _basic(found[0])
                at = found.end()
            else:
                yield f"{body[at:]!r} cannot be read"
                return

    def _dial(self, dialled: str) -> str:
        number = re.sub(r"[\s().\-/]", "", dialled)
        if number.startswith((">", '"', "L", "S")):
            return f"D{number} dials what is stored, which is not known"
        number = number.lstrip("TPWI,!@")
        if not re.fullmatch(r"[0-9+*#TPW,!@]+[IG]*", number):
            return f"dial string {dialled!r} cannot be read"
        # with +CSCS="UCS2" some take the dial string for hex, too
        hidden = bytes.fromhex(number).decode("utf-16-be") if _UCS2_DIGITS.fullmatch(number) else ""
        return self._emergency(number) or self._emergency(hidden)

    def _extended(self, name: str, rest: str) -> str:
        rest = rest.strip()
        if not rest.startswith("=") or rest.startswith("=?"):
            if rest.startswith(("?", "=?")):
                return "" if rest in ("?", "=?") else f"{name}{rest} cannot be read"
            glued = re.search(r"(?:DIAL|CALL|CDV|CDU)[A-Z]*(\d+)$", name)
            return self._never(name) or (self._emergency(glued[1]) if glued else "")
        if never := self._never(name):
            return never
        values = _values(rest[1:])
        if name == "+CHLD" and values[0].startswith("4") and values != ["4"]:
            return "+CHLD=4 with a number deflects a call"
        if name in _APDU or name == "+CRSM":
            return _apdu(name, values)
        if name == "+CMSS" and len(values) < 2:
            return "+CMSS sends a stored message, to whom is not known"
        if name in _SECRETS:
            return ""
        bare_too = _DIALS_BY_PARAMETER.fullmatch(name) is not None
        for value in values:
            quoted = value.startswith('"')
            if quoted or bare_too:
                for text in hidden_strings(value.strip('"')):
                    if what := self._emergency(text):
                        return f"{what} ({name})"
        return ""

    def _never(self, name: str) -> str:
        return next((f"{name} {what}" for what, names in _NEVER_PATTERNS if names.fullmatch(name)), "")

    def _emergency(self, text: str) -> str:
        number = emergency_in(text, self._further)
        return f"{number} is an emergency number" if number else ""

    # What follows a prompt

    def _upload(self, octets: bytes, prompted_by: str) -> str:
        """A modem may say CONNECT or > and take no data, or stop taking it in the middle: a restart, its time
        limit, a file that is too long. So nothing in them may be a command line that dials.

        Looked for without V.250's grammar, as random octets have no more of it than their first letters.
        """
        if not _UPLOADS.fullmatch(prompted_by.upper()):
            return f"octets at the prompt of {prompted_by!r} cannot be judged"
        for found in _COMMANDS.findall(octets.translate(None, _UNSEEN).upper()):
            line = found.decode("latin-1")
            if _DIAL_STORED.search(line):
                return f"octets that dial what is stored, in {line[:40]!r}"
            for run in _DIAL_RUN.findall(re.sub(r"[\s().\-]", "", line)):
                if what := self._emergency(run):
                    return f"{what}, in octets that hold {line[:40]!r}"
            for name, rest in _EXTENDED.findall(line):
                if (what := self._extended(name, rest)) and "cannot be read" not in what:
                    return f"{what}, in octets that hold {line[:40]!r}"
        return ""

    def _payload(self, data: bytes, prompted_by: str) -> str:
        command = prompted_by.upper().replace(" ", "")
        name, _, rest = command.removeprefix("AT").partition("=")
        if not _MESSAGE_PROMPTS.fullmatch(name):
            return f"text after the prompt of {prompted_by!r} cannot be judged"
        text = data.decode("latin-1")
        if not rest.isdigit():
            if not text.isprintable():
                return "a message text with control characters"
            return self._line(text) if "AT" in text.upper() and "D" in text.upper() else ""
        try:
            octets = bytes.fromhex(text)
            number = destination_of(octets)
            if int(rest) != len(octets) - 1 - octets[0]:
                raise ValueError(f"{rest} is not the length of its TPDU")  # is it a number, in text mode?
        except ValueError as error:
            return f"a PDU that cannot be read: {error}"
        return self._emergency(number)


def _basic(command: str) -> str:
    if command.startswith("&Z"):
        return "&Z stores a number to dial later"
    if re.fullmatch(r"S0*[35]=\d*", command):
        return f"{command} changes how a command line is read"
    return ""


def _apdu(name: str, values: list[str]) -> str:
    """+CSIM=<length>,<command>, +CGLA=<session>,<length>,<command>, +CRSM=<command>,..."""
    if name == "+CRSM":
        instruction = int(values[0]) if values[0].isdigit() else -1
    else:
        try:
            instruction = bytes.fromhex(values[-1].strip('"'))[1]
        except (ValueError, IndexError):
            return f"{name} with an APDU that cannot be read"
    if instruction < 0 or instruction in _DANGEROUS_INSTRUCTIONS:
        return f"{name} with a command that can make the SIM call"
    return ""


def _values(text: str) -> list[str]:
    """Parameters between commas outside quotes, quotes kept."""
    return [value.strip() for value in re.findall(r'(?:"[^"]*"|[^",])+|(?<=,)(?=,)', text)] or [""]


def _unquoted(text: str) -> str:
    """`text` with what stands in closed quotes blanked, an open quote and all behind it kept."""
    return re.sub(r'"[^"]*"', lambda found: "~" * len(found[0]), text)
