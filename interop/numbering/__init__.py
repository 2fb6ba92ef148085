"""What a Chinese number, IMSI or ICCID is, answered from sourced facts shipped as package data.

>>> segment(Msisdn.parse("+86 170 9000 1234")).base_operator
<BaseOperator.CUCC: 'CUCC'>
"""

from interop.numbering.access_points import AccessPoint, access_points, mms_access
from interop.numbering.brands import Brand, brand, brands
from interop.numbering.cli_form import CliForm, cli_form
from interop.numbering.msisdn import Msisdn, NumberError, is_short_code, same_number
from interop.numbering.operators import BaseOperator, Confidence
from interop.numbering.recognisers import Recognition, audit
from interop.numbering.segments import PORTABILITY, Segment, segment, segment_label, segments
from interop.numbering.service_codes import ServiceCode, service_code
from interop.numbering.sim import Iccid, Plmn, Smsc, area_code, iccid, luhn_digit, luhn_ok, plmn, smsc

__all__ = [
    "PORTABILITY",
    "AccessPoint",
    "BaseOperator",
    "Brand",
    "CliForm",
    "Confidence",
    "Iccid",
    "Msisdn",
    "NumberError",
    "Plmn",
    "Recognition",
    "Segment",
    "ServiceCode",
    "Smsc",
    "access_points",
    "area_code",
    "audit",
    "brand",
    "brands",
    "cli_form",
    "iccid",
    "is_short_code",
    "luhn_digit",
    "luhn_ok",
    "mms_access",
    "plmn",
    "same_number",
    "segment",
    "segment_label",
    "segments",
    "service_code",
    "smsc",
]
