"""Who reads and writes the set of `sms_set`: our codec, smspdudecoder, python-gsmmodem-new, python-gammu.

Each is given the same hex and asked as its own documentation asks it. Timed is the work until the caller
could have every field; putting the answer into our names is not. A decoder is judged on the fields that it
claims to give, on each of which it must be right; an exception is wrong, what it does not do at all is no
answer. python-gammu is helped: a NUL and what of its memory stands behind it is cut off its texts.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from io import StringIO
from typing import Any, Final

from drivers.benchmark.sms_set import Fields, Order, Sample
from interop.smspdu import (
    Address,
    Deliver,
    Direction,
    StatusReport,
    Submit,
    from_at,
    part_of,
    to_cmgs,
)

OURS: Final = "our codec"


@dataclass(frozen=True, slots=True)
class Codec:
    """`prepare` loads the library, and raises where it is not there; `pure`: all of it is Python."""

    prepare: Callable[[], tuple[Decoder, Encoder | None]]
    install: str = ""
    pure: bool = True


@dataclass(frozen=True, slots=True)
class Decoder:
    """`read` is timed; `told` names the fields of what it gave. `reports`: it reads status reports."""

    read: Callable[[Sample], Any]
    told: Callable[[Any], Fields]
    reports: bool = True

    def reads(self, sample: Sample) -> bool:
        return self.reports or "status" not in sample.fields

    def right(self, sample: Sample) -> bool:
        try:
            told = self.told(self.read(sample))
        except Exception:  # whatever it raises, it is not the answer
            return False
        return all(_same(value, sample.fields[name]) for name, value in told.items() if name in sample.fields)


@dataclass(frozen=True, slots=True)
class Encoder:
    """`write` is timed and takes what `asked` made of an order; `hexed` is the TPDU that it gave, in hex."""

    asked: Callable[[Order], Any]
    write: Callable[[Any], Any]
    hexed: Callable[[Any], str]

    def right(self, order: Order) -> bool:
        try:
            return order.became(self.hexed(self.write(self.asked(order))))
        except Exception:
            return False


def _same(value: object, made: object) -> bool:
    """python-gsmmodem-new gives octets as a string of as many characters; that is an answer, too."""
    if isinstance(made, bytes) and isinstance(value, str):
        return value == made.decode("latin-1")
    return value == made


def _ours() -> tuple[Decoder, Encoder]:
    def read(sample: Sample) -> Fields:
        _, tpdu = from_at(sample.pdu, sample.direction)
        if isinstance(tpdu, Deliver):
            data = tpdu.user_data
            return {
                "number": str(tpdu.originator), "body": data.body, "part": part_of(data.header),
                "time": tpdu.timestamp.when,
            }  # fmt: skip
        if isinstance(tpdu, Submit):
            data = tpdu.user_data
            return {
                "number": str(tpdu.destination), "body": data.body, "part": part_of(data.header),
                "reference": tpdu.reference,
            }  # fmt: skip
        assert isinstance(tpdu, StatusReport)
        return {
            "number": str(tpdu.recipient), "reference": tpdu.reference, "status": tpdu.status.value,
            "time": tpdu.timestamp.when, "discharge": tpdu.discharge.when,
            "body": tpdu.user_data.body if tpdu.user_data else None,
        }  # fmt: skip

    def told(fields: Fields) -> Fields:
        part: Any = fields.get("part")
        return fields | {"part": part and (part.reference, part.total, part.number)}

    def asked(order: Order) -> tuple[str, str, int]:
        return order.number, order.text, order.reference

    def write(order: tuple[str, str, int]) -> str:
        number, text, reference = order
        return to_cmgs(Submit.of_text(Address.parse(number), text, reference=reference))[1]

    return Decoder(read, told), Encoder(asked, write, _behind_smsc)


def _smspdudecoder() -> tuple[Decoder, None]:
    fields = import_module("smspdudecoder.fields")
    # it warns of what it misreads; writing that to the screen would be timed along
    logging.getLogger("smspdudecoder").addHandler(logging.NullHandler())

    def read(sample: Sample) -> Any:
        kind = fields.SMSDeliver if sample.direction is Direction.SC_TO_MS else fields.SMSSubmit
        return kind.decode(StringIO(sample.pdu))

    def told(answer: Any) -> Fields:
        number = answer.get("sender") or answer["recipient"]
        elements = (answer["user_data"]["header"] or {}).get("elements", ())
        parts = [element["data"] for element in elements if element["iei"] in (0, 8)]
        found: Fields = {
            "number": "+" * (number["toa"]["ton"] == "international") + number["number"],
            "body": answer["user_data"]["data"],
            "part": tuple(parts[-1].values()) if parts else None,
        }
        named = {"scts": "time", "message-ref": "reference"}
        return found | {ours: answer[theirs] for theirs, ours in named.items() if theirs in answer}

    return Decoder(read, told, reports=False), None


def _gsmmodem() -> tuple[Decoder, Encoder]:
    pdu = import_module("gsmmodem.pdu")

    def read(sample: Sample) -> Any:
        return pdu.decodeSmsPdu(sample.pdu)

    def told(answer: Any) -> Fields:
        named = {"text": "body"} | {n: n for n in ("number", "reference", "status", "time", "discharge")}
        parts = [element for element in answer.get("udh", ()) if isinstance(element, pdu.Concatenation)]
        part = (parts[-1].reference, parts[-1].parts, parts[-1].number) if parts else None
        return {"part": part} | {ours: answer[theirs] for theirs, ours in named.items() if theirs in answer}

    def asked(order: Order) -> tuple[str, str, int]:
        return order.number, order.text, order.reference

    def write(order: tuple[str, str, int]) -> str:
        (only,) = pdu.encodeSmsSubmitPdu(*order, requestStatusReport=False)
        return str(only)

    return Decoder(read, told), Encoder(asked, write, _behind_smsc)


def _gammu() -> tuple[Decoder, Encoder]:
    gammu = import_module("gammu")

    def read(sample: Sample) -> Any:
        return gammu.DecodePDU(bytes.fromhex(sample.pdu), True)

    def told(answer: Any) -> Fields:
        header = answer["UDH"]
        part = (max(header["ID8bit"], header["ID16bit"]), header["AllParts"], header["PartNumber"])
        found: Fields = {
            "number": answer["Number"],
            "reference": answer["MessageReference"],
            "status": answer["DeliveryStatus"],
            "time": answer["DateTime"],
            "discharge": answer["SMSCDateTime"],
        }
        if answer["Type"] != "Status_Report":  # there it puts a word of its own into the text
            text = answer["Text"]
            body = text if isinstance(text, bytes) else text.partition("\0")[0]
            found |= {"body": body, "part": part if header["AllParts"] > 0 else None}
        return found

    def asked(order: Order) -> dict[str, Any]:
        coding = "Unicode" if order.kind.startswith("UCS2") else "Default"
        smsc = {
            "Number": "", "Location": 0, "Name": "", "Format": "Text", "DefaultNumber": "", "Validity": "NA"
        }  # fmt: skip
        return {
            "Number": order.number, "Text": order.text, "MessageReference": order.reference, "SMSC": smsc,
            "Coding": f"{coding}_No_Compression", "Class": -1, "Type": "Submit", "State": "UnSent",
            "Folder": 1, "InboxFolder": 0, "Location": 0,
        }  # fmt: skip

    def write(sms: dict[str, Any]) -> bytes:
        octets: bytes = gammu.EncodePDU(sms, "Submit")
        return octets

    return Decoder(read, told), Encoder(asked, write, lambda octets: _behind_smsc(octets.hex().upper()))


def _behind_smsc(pdu: str) -> str:
    return pdu[2 + 2 * int(pdu[:2], 16) :]


CODECS: Final[dict[str, Codec]] = {
    OURS: Codec(_ours),
    "smspdudecoder": Codec(_smspdudecoder, "smspdudecoder 'bitstring<5'"),
    "python-gsmmodem-new": Codec(_gsmmodem, "python-gsmmodem-new"),
    "python-gammu": Codec(_gammu, "python-gammu (and libgammu-dev where there is no wheel)", pure=False),
}


class Contestant:
    """One codec at work: how much of the set it gets right, and how long its best pass over it takes."""

    def __init__(self, name: str, samples: Sequence[Sample], orders: Sequence[Order]) -> None:
        """Raises what its library does where it cannot be loaded; see `missing`."""
        self.name = name
        self.decoder, self.encoder = CODECS[name].prepare()
        self.read = [sample for sample in samples if self.decoder.reads(sample)]
        self.cannot = len(samples) - len(self.read)
        self.misread = Counter(sample.kind for sample in self.read if not self.decoder.right(sample))
        self.asked: list[Any] = []
        self.miswritten: Counter[str] = Counter()
        self.cannot_write = len(orders)
        if self.encoder:
            self.asked, self.cannot_write = [self.encoder.asked(order) for order in orders], 0
            self.miswritten.update(order.kind for order in orders if not self.encoder.right(order))
        self.decode_s = self.encode_s = float("inf")

    def turn(self) -> None:
        """One pass over the set, of which the best counts: what else the machine does only ever adds."""
        self.decode_s = min(self.decode_s, _span(self.decoder.read, self.read))
        if self.encoder:
            self.encode_s = min(self.encode_s, _span(self.encoder.write, self.asked))


def _span(work: Callable[[Any], Any], items: Sequence[Any]) -> float:
    start = time.perf_counter()
    for item in items:
        try:
            work(item)
        except Exception:
            continue
    return time.perf_counter() - start


def missing(name: str) -> str:
    """Why this codec cannot take part, "" if it can."""
    try:
        CODECS[name].prepare()
    except Exception as error:  # smspdudecoder 2.2.0 may be installed and not import, with bitstring 5
        return f"{type(error).__name__}: {error}; pip install {CODECS[name].install}"
    return ""
