"""Elementary files of SIM and USIM cards: dataclasses in, octets out, and back. Talks to no card.

>>> find("IMSI").decode(bytes.fromhex("084906001032547698"))
Imsi(digits='460000123456789')
>>> Spn("小米移动", show_plmn=True, hide_abroad=True).encode().hex()
'03805c0f7c7379fb52a8ffffffffffffff'

Beside the contents: what a card says of a file (`Fcp`, `SimHeader`), who may do what with it
(`AccessRules`), Milenage (`interop.uicc.milenage`) and what is wrong with a card (`interop.uicc.lint`).
Contents as people write them: `interop.uicc.form`. A card read whole: `interop.uicc.survey`.

Bad content and impossible values raise `EfError`, which names file and octet, and nothing else.
"""

from interop.uicc.access import (
    ADM1,
    ALWAYS,
    NEVER,
    PIN1,
    PIN2,
    AccessRules,
    AllOf,
    AnyOf,
    Condition,
    Key,
    Operation,
    Rule,
    key_name,
    keys,
    met,
)
from interop.uicc.applications import ISIM_AID, USIM_AID, AddressKind, Application, Identity, Pcscf
from interop.uicc.catalogue import (
    FILES,
    FIVE_GS,
    GSM,
    GSM_ACCESS,
    ISIM,
    MF,
    PHONEBOOK,
    TELECOM,
    USIM,
    USIM_PHONEBOOK,
    Content,
    Ef,
    at,
    find,
)
from interop.uicc.charging import Meter, Puct
from interop.uicc.dialling import DiallingNumber, EmergencyCode, EmergencyCodes, Extension, Msisdn, Smsp
from interop.uicc.errors import EfError
from interop.uicc.fcp import ArrReference, Fcp, LifeCycle, PinState
from interop.uicc.filestatus import FileStatus, Structure
from interop.uicc.identity import Acc, Ad, Gid, Iccid, Imsi, Spn
from interop.uicc.messages import CellBroadcast, CellBroadcastRanges, SmsRecord, Smss
from interop.uicc.mms import Connectivity, MmsConnectivity, Mmsn, MmsPreferences
from interop.uicc.names import LanguagePreference, Languages, NetworkName, OperatorName, Opl, Pnn
from interop.uicc.octets import Octets, SecretOctets
from interop.uicc.plmn import (
    AccessTechnology,
    EhplmnPi,
    Hpplmn,
    Loci,
    Plmn,
    PlmnActList,
    PlmnList,
    PlmnWithAct,
    Spdi,
)
from interop.uicc.registration import NO_KEY, EpsLoci, FiveGsLoci, Kc, Keys, PsLoci, StartHfn, Threshold
from interop.uicc.services import Est, Ist, Service, Sst, Ust, service_name, service_number, services
from interop.uicc.simheader import SimDirectory, SimHeader, SimPin

__all__ = [
    "ADM1",
    "ALWAYS",
    "FILES",
    "FIVE_GS",
    "GSM",
    "GSM_ACCESS",
    "ISIM",
    "ISIM_AID",
    "MF",
    "NEVER",
    "NO_KEY",
    "PHONEBOOK",
    "PIN1",
    "PIN2",
    "TELECOM",
    "USIM",
    "USIM_AID",
    "USIM_PHONEBOOK",
    "Acc",
    "AccessRules",
    "AccessTechnology",
    "Ad",
    "AddressKind",
    "AllOf",
    "AnyOf",
    "Application",
    "ArrReference",
    "CellBroadcast",
    "CellBroadcastRanges",
    "Condition",
    "Connectivity",
    "Content",
    "DiallingNumber",
    "Ef",
    "EfError",
    "EhplmnPi",
    "EmergencyCode",
    "EmergencyCodes",
    "EpsLoci",
    "Est",
    "Extension",
    "Fcp",
    "FileStatus",
    "FiveGsLoci",
    "Gid",
    "Hpplmn",
    "Iccid",
    "Identity",
    "Imsi",
    "Ist",
    "Kc",
    "Key",
    "Keys",
    "LanguagePreference",
    "Languages",
    "LifeCycle",
    "Loci",
    "Meter",
    "MmsConnectivity",
    "MmsPreferences",
    "Mmsn",
    "Msisdn",
    "NetworkName",
    "Octets",
    "Operation",
    "OperatorName",
    "Opl",
    "Pcscf",
    "PinState",
    "Plmn",
    "PlmnActList",
    "PlmnList",
    "PlmnWithAct",
    "Pnn",
    "PsLoci",
    "Puct",
    "Rule",
    "SecretOctets",
    "Service",
    "SimDirectory",
    "SimHeader",
    "SimPin",
    "SmsRecord",
    "Smsp",
    "Smss",
    "Spdi",
    "Spn",
    "Sst",
    "StartHfn",
    "Structure",
    "Threshold",
    "Ust",
    "at",
    "find",
    "key_name",
    "keys",
    "met",
    "service_name",
    "service_number",
    "services",
]
