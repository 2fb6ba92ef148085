"""SIMCom's MMS client on its way to the MMSC and back: CMMSSEND CMMSRECV CMMSREAD CMMSRDPUSH.

SIM800 Series AT Command Manual V1.09 15.2.8, 15.2.15 to 15.2.18. The later modules say OK at once and tell
what came of it, and name what they fetch by its address (SIMCOM MMS AT Command Set V1.00). Both confirm what
they have fetched (M-NotifyResp.ind) by themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from drivers.emulated.air import Bearer
from drivers.emulated.terminal import pushes
from drivers.emulated.terminal.console import LATER, octets, raw
from drivers.emulated.terminal.mms_client import Done, Outcome, Trouble, trouble
from drivers.emulated.terminal.simcom_bearer import SAPBR, SOCKET
from drivers.emulated.terminal.simcom_client import RECEIVED, SENT, ready
from drivers.emulated.terminal.simcom_message import files, moment, name_of
from interop import mms

if TYPE_CHECKING:
    from drivers.emulated.terminal.commands import Handler
    from drivers.emulated.terminal.console import Reply
    from drivers.emulated.terminal.modem import EmulatedModem
    from drivers.emulated.terminal.parser import Command

_SEND, _RECEIVE = "+CMMSSEND", "+CMMSRECV"
_NOTIFICATION, _DELIVERY, _UNKNOWN = 2, 6, 255
"""what +CMMSRDPUSH calls the PDU of a push"""


def send(modem: EmulatedModem, command: Command) -> Reply:
    """+CMMSSEND[=<address>]: its answer says what came of it, or if the client `tells` +CMMSSEND: <err>."""
    ready(modem, editing=True if command.text else None)
    editor, draft = modem.cmms, modem.cmms.draft
    if address := command.values[0]:
        draft.to.append(address)
    if editor.received is not None or not (draft.parts or draft.subject):
        raise trouble(modem, Trouble.EMPTY)
    if not draft.recipients:
        raise trouble(modem, Trouble.NO_RECIPIENT)
    request = draft.request(modem.mms.transaction(), editor.parameters)

    def told(outcome: Outcome) -> None:
        if outcome.trouble is None:
            editor.kind = SENT
        finish(modem, _SEND, outcome, list)

    return carry_out(
        modem, lambda bearer: modem.mms.send(bearer, request, float(editor.timeouts[0]), told), told
    )


def carry_out(modem: EmulatedModem, act: Callable[[Bearer], None], told: Done) -> Reply:
    """`act` on the packet connection of the client: the one that stands, or where the client `tells` later
    what came of it, one for this time.
    """
    if not modem.profile.mms.tells:
        bearer = modem.packet.up.get((SAPBR, modem.cmms.cid))
        if bearer is None:
            raise trouble(modem, Trouble.BEARER)
        modem.after(0.05, lambda: act(bearer))
        return LATER
    modem.mms.busy = True
    modem.after(0.1, lambda: _by_itself(modem, act, told))
    return None


def _by_itself(modem: EmulatedModem, act: Callable[[Bearer], None], told: Done) -> None:
    chosen = modem.access_points.chosen
    access = modem.access_points.sockets.get(chosen)

    def connected(found: Bearer | int) -> None:
        if isinstance(found, int):
            told(Outcome(Trouble.BEARER))
        else:
            act(found)

    if access is None or not modem.packet.served:
        told(Outcome(Trouble.BEARER))
    elif (bearer := modem.packet.up.get((SOCKET, chosen))) is not None:
        act(bearer)
    else:
        modem.packet.open((SOCKET, chosen), access, connected, lambda: None)


def finish(modem: EmulatedModem, name: str, outcome: Outcome, lines: Callable[[], list[str]]) -> None:
    """Tell what came of it, with `lines` where that is the answer itself."""
    modem.mms.busy = False
    late = modem.quirks.untold() if name == _SEND else 0.0
    refused = None if outcome.trouble is None else trouble(modem, outcome.trouble)
    if modem.profile.mms.tells:
        modem.packet.close((SOCKET, modem.access_points.chosen))
        said = f"{name}: {0 if refused is None else refused.code}"
        modem.after(late, lambda: modem.console.unsolicited(said))
    elif refused is not None:
        modem.after(late, lambda: modem.console.finish(ended=refused))
    else:
        modem.after(late, lambda: modem.console.finish(*lines()))


# From the MMSC


def receive(modem: EmulatedModem, command: Command) -> Reply:
    """+CMMSRECV=<index> of a stored push, or ="<location>" where the client `tells`; into the buffer."""
    ready(modem, editing=False)
    editor = modem.cmms
    if modem.profile.mms.tells:
        location = command.values[0]
        transaction = modem.pushes.transactions.get(location, "")
        if not location:
            raise trouble(modem, Trouble.PARAMETER)
    else:
        found = pushes.read(modem, command.number(0, 0))
        if found is None:
            raise trouble(modem, Trouble.NO_PUSH)
        if not isinstance(found.pdu, mms.NotificationInd):
            raise trouble(modem, Trouble.NO_NOTIFICATION)
        location, transaction = found.pdu.location, found.pdu.transaction
    editor.clear()

    def told(outcome: Outcome) -> None:
        message = outcome.pdu if isinstance(outcome.pdu, mms.RetrieveConf) else None
        if outcome.trouble is None and message is not None:
            editor.received, editor.kind, editor.size = message, RECEIVED, outcome.size
        # Whatever is wrong with what came, it was not received.
        wrong = outcome.trouble in (Trouble.HTTP, Trouble.REFUSED)
        finish(modem, _RECEIVE, Outcome(Trouble.NOT_FOUND) if wrong else outcome, lambda: _received(modem))

    seconds = float(editor.timeouts[1])
    return carry_out(
        modem, lambda bearer: modem.mms.fetch(bearer, location, transaction, seconds, told), told
    )


def _received(modem: EmulatedModem) -> list[str]:
    """+CMMSRECV: "<sender>","<time>","<subject>",<size>, and the files."""
    conf = modem.cmms.received
    assert conf is not None
    head = f'"{mms.number_of(conf.sender)}","{moment(conf)}","{conf.subject}",{modem.cmms.size}'
    return [raw(f"{_RECEIVE}: {head}"), *files(conf.body.parts)]


def read(modem: EmulatedModem, command: Command) -> Reply:
    """+CMMSREAD=<fileIndex>: +CMMSREAD: "<name>",<size>, and behind it the octets.

    Texts come as the profile's `texts` says: 15.2.17 has them as UCS2, little endian, without a mark.
    """
    ready(modem)
    parts, number = modem.cmms.parts, command.number(0, 0)
    if not parts:
        raise trouble(modem, Trouble.EMPTY)
    if not 1 <= number <= len(parts):
        raise trouble(modem, Trouble.NO_FILE)
    part = parts[number - 1]
    coding, data = modem.profile.mms.texts, part.data
    if coding and part.content_type.startswith("text/"):
        data = part.text.encode(coding, "replace")
    return [octets(raw(f'+CMMSREAD: "{name_of(part, number)}",{len(data)}'), data)]


def read_push(modem: EmulatedModem, command: Command) -> Reply:
    """+CMMSRDPUSH=<index>: what a stored push says."""
    ready(modem, editing=False)
    found = pushes.read(modem, command.number(0, 0))
    if found is None:
        raise trouble(modem, Trouble.NO_PUSH)
    pdu, at = found.pdu, f"{found.at:%Y-%m-%d,%H:%M:%S}"
    if isinstance(pdu, mms.NotificationInd):
        said = (mms.number_of(pdu.sender), pdu.subject, pdu.transaction, pdu.location, at)
        shown = ",".join(f'"{each}"' for each in said)
        return raw(f"+CMMSRDPUSH: {_NOTIFICATION},{shown},{pushes.class_number(pdu)},{pdu.size}")
    if isinstance(pdu, mms.DeliveryInd):
        status = pdu.status - mms.Status.EXPIRED
        return f'+CMMSRDPUSH: {_DELIVERY},"{mms.number_of(pdu.to)}","{at}",{status}'
    return f"+CMMSRDPUSH: {_UNKNOWN}"


COMMANDS: dict[str, Handler] = {
    "+CMMSSEND": send,
    "+CMMSSEND=": send,
    "+CMMSRECV=": receive,
    "+CMMSREAD=": read,
}
GSM: dict[str, Handler] = {"+CMMSRDPUSH=": read_push}
