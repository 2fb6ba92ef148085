"""Commands of 27.005: +CPMS +CMGL +CMGR +CMGD +CMGS +CMGW +CMSS +CNMI +CNMA +CSCA +CSMP."""

from __future__ import annotations

from binascii import unhexlify
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from drivers.emulated.air import INTERNATIONAL, UNKNOWN, type_of
from drivers.emulated.terminal import alphabet, textmode
from drivers.emulated.terminal.console import Prompt
from drivers.emulated.terminal.messages import pdu
from drivers.emulated.terminal.results import (
    CMS_INDEX,
    CMS_NOT_ALLOWED,
    CMS_PARAMETER,
    MessageRefused,
)
from drivers.emulated.terminal.storage import Memory, Status, Stored
from interop.smspdu import PduError, Submit, decode_smsc

if TYPE_CHECKING:
    from drivers.emulated.terminal.commands import Handler
    from drivers.emulated.terminal.console import Reply
    from drivers.emulated.terminal.modem import EmulatedModem
    from drivers.emulated.terminal.parser import Command

Taken = Callable[[bytes, str], "Reply"]
"""what to do with a TPDU and the service centre given with it"""

_REPORTS: Final = "SR"
_WORDS: Final = {status.words: status for status in Status}
# +CMGD <delflag> (27.005 3.5.4): which messages go, beside 0, the one at <index>.
_DELETED: Final = {
    1: (Status.READ,),
    2: (Status.READ, Status.SENT),
    3: (Status.READ, Status.SENT, Status.UNSENT),
    4: (Status.UNREAD, Status.READ, Status.SENT, Status.UNSENT),
}


def memories_test(modem: EmulatedModem, command: Command) -> Reply:
    del command
    names = list(modem.messages.memories)
    every = ",".join(f'"{name}"' for name in names)
    kept = ",".join(f'"{name}"' for name in names if name != _REPORTS)
    return f"+CPMS: ({every}),({kept}),({kept})"


def memories_read(modem: EmulatedModem, command: Command) -> Reply:
    del command
    return "+CPMS: " + ",".join(f'"{m.name}",{_use(m)}' for m in _chosen(modem))


def memories_set(modem: EmulatedModem, command: Command) -> Reply:
    messages, names = modem.messages, command.values
    chosen = []
    for position, name in enumerate(names[:3]):
        memory = messages.memories.get(alphabet.decoded(name.upper(), modem.charset))
        if memory is None or (position and memory.name == _REPORTS):
            raise MessageRefused(CMS_NOT_ALLOWED)
        chosen.append(memory)
    messages.read, messages.write, messages.receive = (
        chosen + [messages.read, messages.write, messages.receive][len(chosen) :]
    )
    return "+CPMS: " + ",".join(_use(memory) for memory in _chosen(modem))


def _chosen(modem: EmulatedModem) -> tuple[Memory, ...]:
    return modem.messages.read, modem.messages.write, modem.messages.receive


def _use(memory: Memory) -> str:
    return f"{len(memory.messages)},{memory.size}"


def listed(modem: EmulatedModem, command: Command) -> Reply:
    """+CMGL: unread ones become read."""
    status = _status(modem, command)
    lines: list[str] = []
    for index, stored in modem.messages.read.listed(status):
        lines += _entry(modem, f"+CMGL: {index},", stored, listed=True)
    modem.indicators.changed()
    return lines


def _status(modem: EmulatedModem, command: Command) -> Status:
    words = modem.settings.first("+CMGF") == 1
    given = command.values[0]
    if not given:
        return Status.UNREAD
    if words:
        found = _WORDS.get(alphabet.decoded(given.upper(), modem.charset))
        if found is None:
            raise MessageRefused(CMS_PARAMETER)
        return found
    number = command.number(0, 0)
    if number > Status.ALL:
        raise MessageRefused(CMS_PARAMETER)
    return Status(number)


def _entry(modem: EmulatedModem, prefix: str, stored: Stored, *, listed: bool) -> list[str]:
    status = stored.status
    if status is Status.UNREAD:
        stored.status = Status.READ
    if modem.settings.first("+CMGF") == 1:
        details = modem.settings.on("+CSDH")
        head, body = textmode.row(stored, modem.charset, details=details, listed=listed)
        return [f'{prefix}"{status.words}",{head}', *body]
    return [f"{prefix}{status.value},,{len(stored.tpdu)}", pdu(stored.tpdu, stored.smsc)]


def read(modem: EmulatedModem, command: Command) -> Reply:
    lines = _entry(modem, "+CMGR: ", _at(modem.messages.read, command), listed=False)
    modem.indicators.changed()
    return lines


def _at(memory: Memory, command: Command) -> Stored:
    stored = memory.messages.get(command.number(0, 0))
    if stored is None:
        raise MessageRefused(CMS_INDEX)
    return stored


def delete(modem: EmulatedModem, command: Command) -> Reply:
    index, flag = command.number(0, 0), command.number(1, 0)
    memory = modem.messages.read
    if flag:
        if flag not in _DELETED:
            raise MessageRefused(CMS_PARAMETER)
        memory.delete(_DELETED[flag])
    elif not 1 <= index <= memory.size:
        raise MessageRefused(CMS_INDEX)
    else:
        memory.messages.pop(index, None)
    modem.indicators.changed()
    return None


def send(modem: EmulatedModem, command: Command) -> Reply:
    return _prompted(modem, command, lambda tpdu, smsc: modem.messages.submit(tpdu, smsc, "+CMGS"))


def write(modem: EmulatedModem, command: Command) -> Reply:
    """+CMGW: <length>[,<stat>], in text mode [<da>[,<toda>[,<stat>]]]; "unsent" where none is given."""
    if modem.settings.first("+CMGF") == 1:
        status = _kept_in_words(modem, command.values[2]) if len(command.values) > 2 else Status.UNSENT
    else:
        status = _kept_as(command.number(1, Status.UNSENT))
    return _prompted(
        modem, command, lambda tpdu, smsc: f"+CMGW: {modem.messages.keep(tpdu, smsc, status)}", kept=True
    )


def _kept_as(number: int) -> Status:
    if number >= Status.ALL:
        raise MessageRefused(CMS_PARAMETER)
    return Status(number)


def _kept_in_words(modem: EmulatedModem, given: str) -> Status:
    """Text mode composes a SUBMIT, so it is kept as one."""
    status = _WORDS.get(alphabet.decoded(given.upper(), modem.charset))
    if status not in (Status.UNSENT, Status.SENT):
        raise MessageRefused(CMS_PARAMETER)
    return status


def _prompted(modem: EmulatedModem, command: Command, use: Taken, *, kept: bool = False) -> Reply:
    """Ask for the message, in PDU or text mode, and hand its TPDU and service centre to `use`.

    One that is only `kept` may lack a recipient in text mode.
    """
    modem.sim.require()
    if modem.settings.first("+CMGF") == 1:
        to, toa = command.values[0], command.number(1, 0)
        if not to and not kept:
            raise MessageRefused(CMS_PARAMETER)
        return Prompt(
            lambda payload: use(textmode.compose(to, toa, payload, modem.charset, modem.messages.text), "")
        )
    length = command.number(0, 0)
    if not 7 <= length <= 164:
        raise MessageRefused(CMS_PARAMETER)
    return Prompt(lambda payload: use(*_unwrapped(payload, length)))


def _unwrapped(payload: bytes, length: int) -> tuple[bytes, str]:
    """TPDU and service centre of hex <pdu>; +CMS ERROR 304 unless it is as long as announced."""
    try:
        octets = unhexlify(payload.translate(None, b" \r\n\0"))
        smsc, at = decode_smsc(octets)
    except (ValueError, PduError):
        raise MessageRefused(CMS_PARAMETER) from None
    if len(octets) - at != length:
        raise MessageRefused(CMS_PARAMETER)
    return octets[at:], str(smsc) if smsc is not None else ""


def send_stored(modem: EmulatedModem, command: Command) -> Reply:
    """+CMSS=<index>[,<da>[,<toda>]]: to another recipient where one is given (27.005 3.5.2)."""
    stored = _at(modem.messages.write, command)
    if stored.status not in (Status.UNSENT, Status.SENT):
        raise MessageRefused(CMS_NOT_ALLOWED)
    message = textmode.read(stored)
    if len(command.values) > 1 and isinstance(message, Submit):
        to = textmode.recipient(command.values[1], command.number(2, 0), modem.charset)
        message = replace(message, destination=to)
    if not isinstance(message, Submit) or not message.destination.value:
        raise MessageRefused(CMS_PARAMETER)
    stored.status = Status.SENT
    tpdu = message.encode() if len(command.values) > 1 else stored.tpdu
    return modem.messages.submit(tpdu, stored.smsc, "+CMSS")


def indications(modem: EmulatedModem, command: Command) -> Reply:
    modem.settings.set(command)
    if modem.settings.first("+CNMI"):
        modem.messages.flush()
    return None


def acknowledge(modem: EmulatedModem, command: Command) -> Reply:
    """+CNMA[=<n>[,<length>]]: with a length an acknowledgement TPDU follows, which nobody needs."""
    if command.key == "+CNMA=" and command.number(1, 0):

        def taken(payload: bytes) -> Reply:
            del payload
            modem.messages.acknowledge()
            return None

        return Prompt(taken)
    modem.messages.acknowledge()
    return None


def centre_read(modem: EmulatedModem, command: Command) -> Reply:
    del command
    modem.sim.require()
    smsc = modem.messages.smsc
    return f'+CSCA: "{alphabet.encoded(smsc, modem.charset)}",{type_of(smsc)}'


def centre_set(modem: EmulatedModem, command: Command) -> Reply:
    modem.sim.require()
    number = alphabet.decoded(command.values[0], modem.charset)
    digits = number.removeprefix("+")
    if not digits.isascii() or not (digits.isdigit() or not digits) or len(digits) > 20:
        raise MessageRefused(CMS_PARAMETER)
    international = number.startswith("+") or command.number(1, UNKNOWN) == INTERNATIONAL
    modem.messages.smsc = ("+" if international and digits else "") + digits
    return None


def parameters_read(modem: EmulatedModem, command: Command) -> Reply:
    del command
    return "+CSMP: " + ",".join(map(str, modem.messages.text))


def parameters_set(modem: EmulatedModem, command: Command) -> Reply:
    first, validity, pid, dcs = (command.number(at, old) for at, old in enumerate(modem.messages.text))
    if max(first, validity, pid, dcs) > 255:
        raise MessageRefused(CMS_PARAMETER)
    modem.messages.text = (first, validity, pid, dcs)
    return None


def service_set(modem: EmulatedModem, command: Command) -> Reply:
    """+CSMS answers with what is supported: MT, MO and broadcast messages (27.005 3.2.1)."""
    modem.settings.set(command)
    return "+CSMS: 1,1,1"


COMMANDS: dict[str, Handler] = {
    "+CSMS=": service_set,
    "+CPMS=?": memories_test,
    "+CPMS?": memories_read,
    "+CPMS=": memories_set,
    "+CMGL": listed,
    "+CMGL=": listed,
    "+CMGR=": read,
    "+CMGD=": delete,
    "+CMGS=": send,
    "+CMGW": write,
    "+CMGW=": write,
    "+CMSS=": send_stored,
    "+CNMI=": indications,
    "+CNMA": acknowledge,
    "+CNMA=": acknowledge,
    "+CSCA?": centre_read,
    "+CSCA=": centre_set,
    "+CSMP?": parameters_read,
    "+CSMP=": parameters_set,
}
