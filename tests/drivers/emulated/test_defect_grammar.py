"""`name@key=value,key=value`: what is understood, and the one sentence that a mistake gets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from drivers.emulated.defect_kind import Scope
from drivers.emulated.defect_kinds import KINDS, listing
from drivers.emulated.defects import Defects, parse, parse_all
from drivers.emulated.hlr import Subscriber
from interop.lab.model import Lab

LAB_FILE = Path(__file__).resolve().parents[3] / "lab-config" / "small.yaml"
MI = Subscriber("17090001234", "460011709001234", "CUCC", "小米移动", "北京")
CMCC = Subscriber("13900001234", "460001390001234", "CMCC", "中国移动", "北京")


@pytest.fixture
def lab() -> Lab:
    return Lab.model_validate_json(json.dumps(yaml.safe_load(LAB_FILE.read_text(encoding="utf-8"))))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("route.mising", "unknown defect 'route.mising', did you mean 'route.missing'?"),
        ("", "unknown defect ''"),
        ("Route.Missing", "unknown defect 'Route.Missing', did you mean 'route.missing'?"),
        ("route.missing@segmnt=171", "has no parameter 'segmnt', did you mean 'segment'?"),
        ("route.missing@site=bank-a", "has no parameter 'site'"),
        ("route.missing@segment", "'segment' is not of the form key=value"),
        ("route.missing@segment=", "'segment=' is not of the form key=value"),
        ("route.missing@", "'' is not of the form key=value"),
        ("route.missing@segment=171,", "'' is not of the form key=value"),
        ("route.missing@segment=171,segment=170", "segment is given twice"),
        ("route.missing@segment=17", "segment=17 is not three or four digits"),
        ("route.missing@segment=17090", "segment=17090 is not three or four digits"),
        ("route.missing@operator=CMC", "operator=CMC is not the subject's base operator"),
        ("route.missing@from=CMMC", "from=CMMC is not in lab 'small', did you mean 'CMCC'?"),
        ("route.missing@from=小米", "did you mean '小米移动'?"),
        ("route.missing@city=Shanghai", "city=Shanghai is not in lab 'small' (there: 北京, 上海, 广州)"),
        ("route.missing@mvno=京东通信", "mvno=京东通信 is not in lab 'small'"),
        ("route.missing@msisdn=10086", "msisdn '10086': is a service code"),
        ("route.missing@service=mms", "service=mms is not voice or sms"),
        ("route.missing@direction=sideways", "direction=sideways is not in"),
        ("route.missing@from=CMCC,to=CTCC", "one of them only"),
        ("route.missing@from=CMCC,direction=out", "from= means direction=in, not out"),
        ("route.missing@to=CMCC,direction=both", "to= means direction=out, not both"),
        ("site.format@site=bank-z", "site=bank-z is not in lab 'small', did you mean 'bank-a'?"),
        ("release.masked@cause=0", "cause=0 is not a cause code"),
        ("plmn.foreign@mode=air", "mode=air is not core or card"),
        ("mms.refused@status=128", "status=128 is not X-Mms-Response-Status: 129 to 136"),
        ("mms.unsubscribed@as=apn", "as=apn is not bearer or status"),
    ],
)
def test_a_mistake_gets_one_clear_sentence(lab: Lab, text: str, complaint: str) -> None:
    with pytest.raises(ValueError) as raised:
        parse(text, lab)
    assert complaint in str(raised.value) and "\n" not in str(raised.value)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_what_is_listed_can_be_injected(lab: Lab, kind: object) -> None:
    row = next(row for row in listing() if row.name == kind.name)  # type: ignore[attr-defined]
    sample = {
        "segment": "171", "msisdn": "17090001234", "mvno": "小米移动", "operator": "CMCC", "city": "北京",
        "service": "sms", "direction": "in", "from": "CTCC", "to": "CTCC", "site": "bank-a",
        "number": "10086", "cause": "38", "after": "5", "mode": "card", "text": "诈骗", "value": "1",
        "gateway": "cmcc-gw", "code": "6", "digits": "2", "part": "2", "receiver": "13900001234",
        "leg": "first", "speaker": "second", "listener": "controller",
    }  # fmt: skip
    assert row.effect and all(row.parameters.values())
    for key in row.parameters:
        value = sample.get(key) or KINDS[row.name].own[key].default
        assert parse(f"{row.name}@{key}={value}", lab).values[key] == value


@pytest.mark.parametrize(
    ("selectors", "touched"),
    [
        ("", True),
        ("@segment=170", True),
        ("@segment=1709", True),
        ("@segment=1708", False),
        ("@msisdn=+8617090001234", True),
        ("@mvno=小米移动", True),
        ("@mvno=蜗牛移动", False),
        ("@operator=CUCC,city=北京", True),
        ("@operator=CUCC,city=上海", False),
        ("@operator=CMCC", False),
    ],
)
def test_all_selectors_must_agree(lab: Lab, selectors: str, touched: bool) -> None:
    defect = parse(f"registration.barred{selectors}", lab)
    assert defect.touches(MI) is touched
    assert (Defects([defect]).on("registration.barred", MI) is defect) is touched


def test_direction_follows_the_peer_or_is_said(lab: Lab) -> None:
    def ways(text: str) -> tuple[bool, bool]:
        defect = parse(text, lab)
        return defect.between("voice", CMCC, MI), defect.between("voice", MI, CMCC)

    assert ways("route.missing@segment=1709") == (True, False)
    assert ways("route.missing@segment=1709,to=CMCC") == (False, True)
    assert ways("route.missing@segment=1709,direction=both") == (True, True)
    assert ways("clip.missing@segment=1709") == (False, True)
    assert ways("clip.missing@segment=1709,from=CMCC") == (True, False)
    assert ways("clip.missing@segment=1709,from=CTCC") == (False, False)


def test_pairs_say_their_usual_direction() -> None:
    for kind in KINDS.values():
        assert (kind.direction in ("in", "out", "both")) is (kind.scope is Scope.PAIR)


def test_a_defect_at_a_modem_touches_its_sim_only(lab: Lab) -> None:
    modems = tuple(
        modem.model_copy(update={"defects": ("call.barred",)}) if modem.sim == "mi-1709" else modem
        for modem in lab.modems
    )
    defects = parse_all(["sms.barred"], lab.model_copy(update={"modems": modems}))
    assert defects.on("call.barred", MI) and not defects.on("call.barred", CMCC)
    assert defects.on("sms.barred", CMCC)


def test_a_defect_at_a_modem_cannot_select_another_number(lab: Lab) -> None:
    wrong = lab.modems[0].model_copy(update={"defects": ("call.barred@msisdn=13900001234",)})
    with pytest.raises(ValueError, match="stands at the SIM 17090001234 but selects msisdn=13900001234"):
        parse_all([], lab.model_copy(update={"modems": (wrong,)}))
    empty = lab.modems[0].model_copy(update={"sim": None, "defects": ("call.barred",)})
    with pytest.raises(ValueError, match=r"m01: has defect 'call.barred' but no SIM"):
        parse_all([], lab.model_copy(update={"modems": (empty,)}))
