"""Lies that once were told, each with what made it: the run that told it, kept as it was found."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.suites.recognition.truth import Recognition

FOUND = {
    # every form of +CNMI was refused until SMS Ready, and nobody asked again: "report missing"
    "reports that nobody asked for": Recognition(
        (
            "lines.blanks@rate=1,modem=m0[4-6]",
            "urc.inside@line=NO ANSWER,rate=0.1,modem=m01",
            "prompt.stuck@rate=0.05,modem=m02",
            "urc.twice@line=+CDSI:,rate=0.7,modem=m0[1-3]",
            "settings.late@rate=0.7,modem=m0[4-6]",
        ),
        ("plmn.foreign@segment=171,mode=card",),
        1038,
        dialects=("simcom", "cinterion", "telit", "telit", "zte", "simcom"),
    ),
    # CONNECT at once, while +CLCC says that it dials: "no RING there" where there was no route
    "a connect too early": Recognition(
        (
            "dial.waits@rate=0.3,modem=*",
            "prompt.stuck@rate=0.2,modem=m0[1-3]",
            "report.stored@rate=0.4,modem=m02",
            "urc.inside@line=NO ANSWER,rate=0.1,modem=m0[4-6]",
        ),
        ("route.missing@segment=170,to=CMCC",),
        1047,
        dialects=("zte", "huawei", "huawei", "ublox", "cinterion", "simcom"),
    ),
    # and the same in a control, which passed: the hotline is empty for all, not for the segment
    "a connect too early in a control": Recognition(
        ("urc.inside@line=NO ANSWER,rate=0.1,modem=m0[1-3]", "dial.waits@rate=0.3,modem=*"),
        ("hotline.empty@segment=1709",),
        1202,
        dialects=("huawei", "quectel", "simcom", "generic", "zte", "huawei"),
    ),
    # an ATD that is not answered, and +CLCC may not be asked meanwhile: "network failure"
    "a dial without an answer": Recognition(
        (
            "stray.message@rate=0.2,modem=m0[1-3]",
            "answer.late@command=D,by=40,rate=0.5,modem=*",
        ),
        ("sim.iccid@segment=1709",),
        1055,
        dialects=("generic", "cinterion", "ublox", "quectel", "huawei", "zte"),
    ),
    # NO CARRIER came, +CLCC was refused: "the caller is not released"
    "a list that is refused": Recognition(
        (
            "line.swallowed@rate=0.5,line=+CDSI:,modem=m02",
            "command.refused@command=+CLCC,code=100,rate=0.8,modem=m0[4-6]",
        ),
        ("route.missing@segment=1709,from=CTCC,service=sms",),
        1063,
        dialects=("ublox", "cinterion", "generic", "cinterion", "huawei", "cinterion"),
    ),
    # released, and the answer to +CEER came elsewhere: "network failure"
    "a cause that is not told": Recognition(
        (
            "urc.twice@line=+CDSI:,rate=0.7,modem=*",
            "answer.twice@command=A,rate=0.4,modem=*",
            "answer.swapped@command=+CEER,rate=0.5,modem=*",
            "lines.blanks@rate=0.2,modem=*",
            "prefix.missing@command=+CMGR,rate=0.05,modem=*",
        ),
        ("route.missing@segment=170,to=CMCC",),
        1081,
        dialects=("generic", "cinterion", "cinterion", "ublox", "simcom", "cinterion"),
    ),
    # a NO ANSWER of no call at all came before "Call rejected" of +CEER: "wrong release cause"
    "a word against a cause": Recognition(
        (
            "final.first@command=+CEER,rate=0.7,modem=m02",
            "slot.dummy@rate=1,modem=m0[1-3]",
            "urc.vendors@rate=0.05,modem=m0[4-6]",
            "urc.inside@line=NO ANSWER,rate=0.1,modem=m0[1-3]",
        ),
        ("route.missing@segment=1709,from=CMCC,service=voice", "clip.doubled86@segment=1709"),
        1087,
        dialects=("ublox", "simcom", "telit", "cinterion", "huawei", "huawei"),
    ),
    # the same word, and +CEER said what it had said of the call before: "subscriber absent"
    "a word against an old cause": Recognition(
        (
            "urc.inside@line=NO ANSWER,rate=0.1,modem=m01",
            "command.refused@command=+CPMS,code=302,rate=0.5,modem=m0[4-6]",
            "prefix.missing@command=+CMGR,rate=0.2,modem=m02",
        ),
        ("call.barred@segment=1709", "sim.smsc@segment=1709"),
        1094,
        dialects=("cinterion", "cinterion", "telit", "ublox", "cinterion", "telit"),
    ),
    # full memories, and the answer to +CPMS? was lost: "message lost"
    "a full memory that is not told": Recognition(
        (
            "urc.blank@rate=0.05,modem=*",
            "line.swallowed@rate=0.1,line=+,modem=m0[1-3]",
            "storage.full@after=40,rate=0.4,modem=m01",
        ),
        ("sim.smsc@segment=1709", "free.unreachable@segment=1709,number=10086"),
        1129,
        dialects=("zte", "generic", "generic", "ublox", "cinterion", "generic"),
    ),
}


@pytest.mark.parametrize("lie", FOUND)
def test_it_is_not_told_again(lie: str, tmp_path: Path) -> None:
    lies = FOUND[lie].lies(FOUND[lie].run(tmp_path / "run"))
    assert not lies, "\n".join([lie, *lies])
