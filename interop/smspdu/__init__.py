"""Short message PDUs: 3GPP TS 23.040 TPDUs and the alphabets of TS 23.038. Dataclasses in, bytes out, back.

>>> submit = Submit.of_text(Address.parse("10086"), "ye", report_request=True)
>>> to_cmgs(submit)
(12, '00210005810180F6000002F932')
>>> from_at("00210005810180F6000002F932", Direction.MS_TO_SC)[1] == submit
True

Bad octets and impossible values raise `PduError`, and nothing else.
"""

from interop.smspdu.address import (
    Address,
    NumberingPlan,
    TypeOfNumber,
    decode_smsc,
    encode_smsc,
)
from interop.smspdu.at import from_at, to_cmgs
from interop.smspdu.dcs import Alphabet, Dcs, Waiting, WaitingKind
from interop.smspdu.direction import Direction
from interop.smspdu.elements import (
    Indication,
    InformationElement,
    Part,
    Ports,
    indications_of,
    part_of,
    ports_of,
)
from interop.smspdu.errors import PduError
from interop.smspdu.longer import split_data, split_text, submits
from interop.smspdu.national import Language
from interop.smspdu.reassembly import Complete, Incomplete, Reassembly
from interop.smspdu.reports import CommandType, DeliverReport, SmsCommand, SubmitReport
from interop.smspdu.status import Status, StatusClass
from interop.smspdu.timestamps import Timestamp
from interop.smspdu.tpdu import Deliver, Message, StatusReport, Submit, Tpdu, decode, decode_message
from interop.smspdu.userdata import UserData, encode_text
from interop.smspdu.validity import Enhanced, Relative, Validity
from interop.smspdu.wap import Push, decode_push

__all__ = [
    "Address",
    "Alphabet",
    "CommandType",
    "Complete",
    "Dcs",
    "Deliver",
    "DeliverReport",
    "Direction",
    "Enhanced",
    "Incomplete",
    "Indication",
    "InformationElement",
    "Language",
    "Message",
    "NumberingPlan",
    "Part",
    "PduError",
    "Ports",
    "Push",
    "Reassembly",
    "Relative",
    "SmsCommand",
    "Status",
    "StatusClass",
    "StatusReport",
    "Submit",
    "SubmitReport",
    "Timestamp",
    "Tpdu",
    "TypeOfNumber",
    "UserData",
    "Validity",
    "Waiting",
    "WaitingKind",
    "decode",
    "decode_message",
    "decode_push",
    "decode_smsc",
    "encode_smsc",
    "encode_text",
    "from_at",
    "indications_of",
    "part_of",
    "ports_of",
    "split_data",
    "split_text",
    "submits",
    "to_cmgs",
]
