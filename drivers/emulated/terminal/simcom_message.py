"""A message in the buffer of SIMCom's MMS client: CMMSEDIT CMMSDOWN CMMSDELFILE CMMSRECP CMMSVIEW and more.

SIM800 Series AT Command Manual V1.09 15.2.5 to 15.2.16.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from drivers.emulated.air import CHINA
from drivers.emulated.terminal import mms_draft
from drivers.emulated.terminal.console import Upload, raw
from drivers.emulated.terminal.mms_client import Trouble, trouble
from drivers.emulated.terminal.mms_draft import Draft
from drivers.emulated.terminal.results import WRONG_PARAMETERS, Refused
from drivers.emulated.terminal.simcom_client import Content, ready
from interop import mms

if TYPE_CHECKING:
    from drivers.emulated.terminal.commands import Handler
    from drivers.emulated.terminal.console import Reply
    from drivers.emulated.terminal.modem import EmulatedModem
    from drivers.emulated.terminal.parser import Command

_RECIPIENTS: Final = 20
_ADDRESS: Final = 40
_NAME: Final = 40
_INCLOSURES: Final = 10
_BOXES: Final = 2
_UPLOAD_S: Final = 60.0
"""where no time is given"""
_TITLE, _TEXT = "TITLE", "TEXT"
# <type> of a file in +CMMSRECV and +CMMSVIEW (15.2.15).
_IMAGE: Final = 5
_KINDS: Final = {
    "text/html": 3,
    "text/plain": 4,
    "image/gif": 6,
    "image/jpeg": 7,
    "image/tiff": 8,
    "image/png": 9,
    mms.SMIL: 10,
}
# <type> of +CMMSDOWN= to the content type where the file's name does not say it.
_TYPES: Final = {
    "PIC": ("image/jpeg", "image", "jpg"),
    "TEXT": ("text/plain", "text", "txt"),
    "AUDIO": ("audio/amr", "audio", "amr"),
    "AUDIO_AAC": ("audio/aac", "audio", "aac"),
    "AUDIO_AMR": ("audio/amr", "audio", "amr"),
    "AUDIO_BASIC": ("audio/basic", "audio", "au"),
    "AUDIO_MID": ("audio/midi", "audio", "mid"),
    "AUDIO_MPEG": ("audio/mpeg", "audio", "mp3"),
    "VIDEO": ("video/3gpp", "video", "3gp"),
    "VIDEO_3GPP": ("video/3gpp", "video", "3gp"),
    "VIDEO_MP4": ("video/mp4", "video", "mp4"),
}


def edit(modem: EmulatedModem, command: Command) -> Reply:
    """1 begins a message, 0 leaves it: the buffer is empty then."""
    ready(modem)
    mode = command.number(0, -1)
    if mode not in (0, 1):
        raise Refused(WRONG_PARAMETERS)
    if modem.cmms.editing is not (mode == 1):
        modem.cmms.clear()
    modem.cmms.editing = mode == 1
    return None


def edited(modem: EmulatedModem, command: Command) -> Reply:
    del command
    return f"+CMMSEDIT: {int(modem.cmms.editing)}"


def down(modem: EmulatedModem, command: Command) -> Reply:
    """+CMMSDOWN="<type>",<size>[,<time>][,"<name>"]: exactly so many octets. <time> in ms where `timed`."""
    ready(modem, editing=True)
    own, values = modem.profile.mms, [*command.values, "", "", ""]
    kind, size = values[0].upper(), command.number(1, 0)
    if kind == "FILE" and kind in own.uploads:
        raise trouble(modem, Trouble.NO_FILE)  # of the module's own file system, where nothing lies
    if kind not in own.uploads or not size:
        raise trouble(modem, Trouble.PARAMETER)
    name = values[3 if own.timed else 2]
    if len(name) > _NAME or not name.isascii():
        raise trouble(modem, Trouble.PARAMETER)
    draft = modem.cmms.draft
    if size > own.uploads[kind] or (kind != _TITLE and draft.size + size > own.largest):
        raise trouble(modem, Trouble.OVERSIZE)
    if kind != _TITLE and len(draft.parts) >= _INCLOSURES:
        raise trouble(modem, Trouble.FULL)

    def taken(data: bytes) -> Reply:
        if len(data) < size:
            raise trouble(modem, Trouble.OVERTIME)
        _put_in(draft, kind, data, name)
        return None

    seconds = command.number(2, int(_UPLOAD_S * 1000)) / 1000 if own.timed else _UPLOAD_S
    return Upload(size, taken, seconds, connect=own.timed)


def _put_in(draft: Draft, kind: str, data: bytes, name: str) -> None:
    if kind == _TITLE:
        draft.subject = mms_draft.text_part(data, "").text
        return
    content_type, stem, ending = _TYPES[kind]
    name = name or f"{stem}{sum(part.name.startswith(stem) for part in draft.parts)}.{ending}"
    if kind == _TEXT:
        draft.parts.append(mms_draft.text_part(data, name))
    else:
        told = mms_draft.type_of(name)
        fits = told.partition("/")[0] == content_type.partition("/")[0]
        draft.parts.append(mms_draft.media_part(data, name, told if fits else content_type))


def delete(modem: EmulatedModem, command: Command) -> Reply:
    """By the index that +CMMSVIEW shows."""
    ready(modem, editing=True)
    at = command.number(0, 0)
    if not 1 <= at <= len(modem.cmms.draft.parts):
        raise trouble(modem, Trouble.NO_FILE)
    del modem.cmms.draft.parts[at - 1]
    return None


def recipient_add(modem: EmulatedModem, command: Command) -> Reply:
    ready(modem, editing=True)
    address, there = command.values[0], _recipients(modem, command.name)
    if not address or len(address) > _ADDRESS:
        raise trouble(modem, Trouble.PARAMETER)
    if len(there) >= _RECIPIENTS:
        raise trouble(modem, Trouble.TOO_MANY)
    there.append(address)
    return None


def recipients_read(modem: EmulatedModem, command: Command) -> Reply:
    there = _recipients(modem, command.name)
    return f"{command.name}: " + ",".join(f'"{each}"' for each in there)


def recipient_delete(modem: EmulatedModem, command: Command) -> Reply:
    """One, or all of its kind where none is named."""
    ready(modem, editing=True)
    there, address = _recipients(modem, command.name), command.values[0]
    if address and address not in there:
        raise trouble(modem, Trouble.NO_ADDRESS)
    there[:] = [each for each in there if address and each != address]
    return None


def _recipients(modem: EmulatedModem, name: str) -> list[str]:
    draft = modem.cmms.draft
    kind = name.removeprefix("+CMMS").removeprefix("DEL")
    return {"RECP": draft.to, "CC": draft.cc, "BCC": draft.bcc}[kind]


def view(modem: EmulatedModem, command: Command) -> Reply:
    """+CMMSVIEW: <mmstype>,"<sender>","<receipts>","<ccs>","<bccs>","<datetime>","<subject>",<size>."""
    ready(modem)
    editor = modem.cmms
    if command.text:
        editor.fill(_put_away(modem, command))
    draft, conf = editor.draft, editor.received
    if conf is not None:
        sides = (conf.sender, *(";".join(map(mms.number_of, each)) for each in (conf.to, conf.cc)), "")
        head, size = (mms.number_of(sides[0]), *sides[1:], moment(conf), conf.subject), editor.size
    elif draft.recipients or draft.parts or draft.subject:
        sides = ("", *(";".join(each) for each in (draft.to, draft.cc, draft.bcc)))
        head, size = (*sides, "", draft.subject), draft.size
    else:
        raise trouble(modem, Trouble.EMPTY)
    shown = ",".join(f'"{each}"' for each in head)
    return [raw(f"+CMMSVIEW: {editor.kind},{shown},{size}"), *files(editor.parts)]


def save(modem: EmulatedModem, command: Command) -> Reply:
    """+CMMSSAVE=<index>[,<mmstype>]: what is in the buffer, in one of two boxes."""
    ready(modem)
    box = command.number(0, _BOXES)
    if box >= _BOXES:
        raise trouble(modem, Trouble.PARAMETER)
    if not modem.cmms.parts:
        raise trouble(modem, Trouble.EMPTY)
    modem.cmms.boxes[box] = modem.cmms.content
    return None


def throw_away(modem: EmulatedModem, command: Command) -> Reply:
    """+CMMSDELETE=<index>; without it both."""
    ready(modem)
    if command.text:
        _put_away(modem, command)
        del modem.cmms.boxes[command.number(0, _BOXES)]
    else:
        modem.cmms.boxes.clear()
    return None


def _put_away(modem: EmulatedModem, command: Command) -> Content:
    found = modem.cmms.boxes.get(command.number(0, _BOXES))
    if found is None:
        raise trouble(modem, Trouble.NO_MESSAGE)
    return found


def files(parts: tuple[mms.Part, ...]) -> list[str]:
    """<fileIndex>,"<name>",<type>,<filesize>."""
    return [
        raw(f'{number},"{name_of(part, number)}",{type_number(part)},{len(part.data)}')
        for number, part in enumerate(parts, 1)
    ]


def name_of(part: mms.Part, number: int) -> str:
    return part.name or part.location or part.content_id or f"file{number}"


def type_number(part: mms.Part) -> int:
    if part.content_type in _KINDS:
        return _KINDS[part.content_type]
    return {"text": 2, "image": _IMAGE}.get(part.content_type.partition("/")[0], 0)


def moment(conf: mms.RetrieveConf) -> str:
    return f"{conf.date.astimezone(CHINA):%Y-%m-%d,%H:%M:%S}" if conf.date is not None else ""


COMMANDS: dict[str, Handler] = {
    "+CMMSEDIT=": edit,
    "+CMMSEDIT?": edited,
    "+CMMSDOWN=": down,
    "+CMMSDELFILE=": delete,
    "+CMMSVIEW": view,
    **{f"+CMMS{kind}=": recipient_add for kind in ("RECP", "CC", "BCC")},
    **{f"+CMMS{kind}?": recipients_read for kind in ("RECP", "CC", "BCC")},
    **{f"+CMMSDEL{kind}": recipient_delete for kind in ("RECP", "CC", "BCC")},
    **{f"+CMMSDEL{kind}=": recipient_delete for kind in ("RECP", "CC", "BCC")},
}
LATER_ON: dict[str, Handler] = {
    "+CMMSVIEW=": view,
    "+CMMSSAVE=": save,
    "+CMMSDELETE": throw_away,
    "+CMMSDELETE=": throw_away,
}
