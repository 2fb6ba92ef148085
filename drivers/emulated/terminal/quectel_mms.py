"""Quectel's MMS client: QMMSCFG QMMSEDIT QMMSEND (LTE Standard MMS Application Note V1.1). It only sends."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from drivers.emulated.air import Bearer
from drivers.emulated.terminal import mms_draft
from drivers.emulated.terminal.console import raw
from drivers.emulated.terminal.mms_client import Outcome, Trouble, trouble
from drivers.emulated.terminal.mms_draft import Draft
from drivers.emulated.terminal.packet import CID
from interop import mms

if TYPE_CHECKING:
    from drivers.emulated.terminal.commands import Handler
    from drivers.emulated.terminal.console import Reply
    from drivers.emulated.terminal.modem import EmulatedModem
    from drivers.emulated.terminal.parser import Command

_RECIPIENTS: Final = 20
_FILES: Final = 10
_CHARACTERS: Final = {"ASCII": "ascii", "UTF8": "utf-8", "GBK": "gbk", "UCS2": "utf-16-be"}
_ALL, _TO, _CC, _BCC, _TITLE, _FILE = range(6)


class Editor:
    """What one modem's +QMMSCFG= and +QMMSEDIT= have said."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """The modem restarts."""
        self.draft = Draft()
        self.files: list[str] = []
        self.cid = 1
        self.character = "ASCII"
        self.parameters: tuple[int, ...] = mms_draft.NOT_SET
        self.support = 0
        self.connect_s = 60


def configure(modem: EmulatedModem, command: Command) -> Reply:
    """+QMMSCFG=<name>[,<value>..]; with the name alone it asks."""
    name = command.values[0].lower()
    if name not in _CHANGES:
        raise trouble(modem, Trouble.PARAMETER)
    if len(command.values) == 1:
        return f'+QMMSCFG: "{name}",{_shown(modem, name)}'
    _CHANGES[name](modem, command)
    return None


def _number(modem: EmulatedModem, command: Command, position: int, low: int, high: int) -> int:
    number = command.number(position, -1)
    if not low <= number <= high:
        raise trouble(modem, Trouble.PARAMETER)
    return number


def _set_context(modem: EmulatedModem, command: Command) -> None:
    modem.editor.cid = _number(modem, command, 1, 1, 16)


def _set_centre(modem: EmulatedModem, command: Command) -> None:
    modem.mms.centre.url = command.values[1]


def _set_proxy(modem: EmulatedModem, command: Command) -> None:
    host, port = command.values[1], _number(modem, command, 2, 0, 65535) if len(command.values) > 2 else 80
    modem.mms.centre.proxy = (host, port) if host not in ("", "0.0.0.0") else None


def _set_character(modem: EmulatedModem, command: Command) -> None:
    if command.values[1].upper() not in _CHARACTERS:
        raise trouble(modem, Trouble.PARAMETER)
    modem.editor.character = command.values[1].upper()


def _set_parameters(modem: EmulatedModem, command: Command) -> None:
    highest = enumerate(mms_draft.RANGES, 1)
    modem.editor.parameters = tuple(_number(modem, command, at, 0, most) for at, most in highest)


def _set_support(modem: EmulatedModem, command: Command) -> None:
    modem.editor.support = _number(modem, command, 1, 0, 1)


def _set_connect(modem: EmulatedModem, command: Command) -> None:
    modem.editor.connect_s = _number(modem, command, 1, 10, 120)


_CHANGES: Final[dict[str, Callable[[EmulatedModem, Command], None]]] = {
    "contextid": _set_context,
    "mmsc": _set_centre,
    "proxy": _set_proxy,
    "character": _set_character,
    "sendparam": _set_parameters,
    "supportfield": _set_support,
    "connecttimeout": _set_connect,
}


def _shown(modem: EmulatedModem, name: str) -> str:
    editor, centre = modem.editor, modem.mms.centre
    host, port = centre.proxy or ("", 0)
    return {
        "contextid": f"{editor.cid}",
        "mmsc": f'"{centre.url}"',
        "proxy": f'"{host}",{port}',
        "character": f'"{editor.character}"',
        "sendparam": ",".join(map(str, editor.parameters)),
        "supportfield": f"{editor.support}",
        "connecttimeout": f"{editor.connect_s}",
    }[name]


def edit(modem: EmulatedModem, command: Command) -> Reply:
    """+QMMSEDIT=<function>[,<option>[,<value>]]: 0 clears all; else option 1 sets, 0 takes out, none asks."""
    editor, function, option = modem.editor, command.number(0, -1), command.number(1, -1)
    if function == _ALL:
        editor.draft, editor.files = Draft(), []
        return None
    values = {
        _TO: editor.draft.to,
        _CC: editor.draft.cc,
        _BCC: editor.draft.bcc,
        _TITLE: [editor.draft.subject] if editor.draft.subject else [],
        _FILE: editor.files,
    }.get(function)
    if values is None or option not in (-1, 0, 1):
        raise trouble(modem, Trouble.PARAMETER)
    if option < 0:
        return [raw(f'+QMMSEDIT: {function},"{each}"') for each in values]
    value = command.values[2] if len(command.values) > 2 else ""
    if function == _TITLE:
        editor.draft.subject = _title(modem, value) if option else ""
    elif option == 0:
        _take_out(modem, values, value)
    else:
        _put_in(modem, function, values, value)
    return None


def _title(modem: EmulatedModem, value: str) -> str:
    """As "character" says it is written; UCS2 in hex."""
    character = modem.editor.character
    try:
        octets = bytes.fromhex(value) if character == "UCS2" else value.encode("latin-1")
        return octets.decode(_CHARACTERS[character])
    except ValueError:
        raise trouble(modem, Trouble.PARAMETER) from None


def _take_out(modem: EmulatedModem, values: list[str], value: str) -> None:
    if value and value not in values:
        raise trouble(modem, Trouble.PARAMETER)
    values[:] = [each for each in values if value and each != value]


def _put_in(modem: EmulatedModem, function: int, values: list[str], value: str) -> None:
    if not value:
        raise trouble(modem, Trouble.PARAMETER)
    if function == _FILE and value not in modem.files.content:
        raise trouble(modem, Trouble.NO_FILE)
    if len(values) >= (_FILES if function == _FILE else _RECIPIENTS):
        raise trouble(modem, Trouble.FULL if function == _FILE else Trouble.TOO_MANY)
    values.append(value)


def send(modem: EmulatedModem, command: Command) -> Reply:
    """+QMMSEND=<timeout>: OK, then +QMMSEND: <err>[,<HTTP status>]. Sets up the connection if need be."""
    editor, seconds = modem.editor, _number(modem, command, 0, 1, 65535)
    if modem.mms.busy:
        raise trouble(modem, Trouble.BUSY)
    if not editor.draft.recipients:
        raise trouble(modem, Trouble.NO_RECIPIENT)
    if not modem.mms.centre.url:
        raise trouble(modem, Trouble.URL)
    draft = Draft(list(editor.draft.to), list(editor.draft.cc), list(editor.draft.bcc), editor.draft.subject)
    for name in editor.files:
        if name not in modem.files.content:
            raise trouble(modem, Trouble.NO_FILE)
        draft.parts.append(_part(name, modem.files.content[name]))
    modem.mms.busy = True
    key = (CID, editor.cid)

    def connected(found: Bearer | int) -> None:
        if isinstance(found, int):
            _told(modem, Outcome(Trouble.BEARER))
            return
        request = draft.request(modem.mms.transaction(), editor.parameters)
        modem.mms.send(found, request, seconds, lambda outcome: _told(modem, outcome))

    def begin() -> None:
        if (bearer := modem.packet.up.get(key)) is not None:
            connected(bearer)
        elif not modem.packet.served or editor.cid not in modem.packet.contexts:
            _told(modem, Outcome(Trouble.BEARER))
        else:
            modem.packet.open(key, modem.packet.access(editor.cid), connected, lambda: None)

    modem.after(0.1, begin)
    return None


def _part(name: str, data: bytes) -> mms.Part:
    plain = name.removeprefix("RAM:")
    if mms_draft.type_of(plain) == "text/plain":
        return mms_draft.text_part(data, plain)
    return mms_draft.media_part(data, plain)


def _told(modem: EmulatedModem, outcome: Outcome) -> None:
    modem.mms.busy = False
    error = 0 if outcome.trouble is None else trouble(modem, outcome.trouble).code
    said = f"+QMMSEND: {error}" + (f",{outcome.http}" if outcome.http else "")
    modem.after(modem.quirks.untold(), lambda: modem.console.unsolicited(said))


COMMANDS: dict[str, Handler] = {
    "+QMMSCFG=": configure,
    "+QMMSEDIT=": edit,
    "+QMMSEND=": send,
}
