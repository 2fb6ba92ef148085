"""What a lab file says of multimedia messages: mistakes with their place, and what leads nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from interop.lab.access import mms_service
from interop.lab.load import LabError, LabFile, parse
from interop.lab.secrets import SecretError, known, secrets

BASE = """\
name: bench
city: 北京
modems:
  - name: m1
    port: socket://10.0.0.9:5001
    sim: mi
    dialect: quectel
    capabilities: [sms, mms]
  - name: m2
    port: emulated
    sim: other
    capabilities: [sms, mms]
    mms: {way: host, interface: emulated}
sims:
  - name: mi
    msisdn: "17090001234"
    imsi: "460011709001234"
    iccid: "89860120811000017091"
    kind: mvno
    brand: 小米移动
    base_operator: CUCC
    city: 北京
    mms: {largest: 102400, adapts: true}
  - name: other
    msisdn: "18600001234"
    imsi: "460011860001234"
    iccid: "89860120811000000030"
    kind: ordinary
    brand: 中国联通
    base_operator: CUCC
    city: 北京
"""


def read(*changes: tuple[str, str]) -> LabFile:
    text = BASE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return parse(text.encode(), source="lab.yaml", directory=Path())


def test_a_lab_that_says_all() -> None:
    found = read()
    assert not found.warnings
    first, second = found.lab.modems
    assert (first.mms.way, second.mms.way, second.mms.interface) == ("modem", "host", "emulated")
    sim = found.lab.sims[0]
    assert (sim.mms.largest, sim.mms.adapts) == (102400, True)
    assert mms_service(sim).mmsc == "http://mmsc.myuni.com.cn"


def test_each_value_of_a_sim_stands_for_itself() -> None:
    own = "{mmsc: 'http://mms.example:8080/x', proxy: ''}"
    sim = read(("{largest: 102400, adapts: true}", own)).lab.sims[0]
    service, usual = mms_service(sim), mms_service(read().lab.sims[0])
    assert (service.mmsc, service.proxy, service.apn) == ("http://mms.example:8080/x", "", usual.apn)


def test_a_password_is_read_from_where_its_reference_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """Taken to the letter it would be refused by the network, and look like a missing subscription."""
    lab = read(("largest: 102400", "user: u, password: env:MMS_PW")).lab
    with pytest.raises(SecretError, match=r"mms.password: env:MMS_PW: this environment variable is not set"):
        secrets(lab, lab.sims[0])
    monkeypatch.setenv("MMS_PW", "hu5h")
    found = secrets(lab, lab.sims[0])
    assert mms_service(lab.sims[0], found.get("mms.password")).password == "hu5h"
    assert "hu5h" in known(lab)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "interface: emulated",
            "interface: wwan0",
            "13:33: mms.interface: that of an emulated modem is emulated",
        ),
        (
            ", interface: emulated",
            "",
            "13:16: mms: `way: host` needs the `interface` of the modem here (wwan0, ppp0)",
        ),
        ("{way: host, ", "{", "13:22: mms.interface: only with `way: host`"),
        (
            "[sms, mms]\n  - name",
            "[sms, mms]\n    mms: {way: host, interface: emulated}\n  - name",
            "9:33: mms.interface: m1 on socket://10.0.0.9:5001 is not emulated",
        ),
        ("way: host", "way: hosts", '13:16: unknown way "hosts" (known: modem, host); did you mean "host"?'),
        ("largest: 102400", "largest: 512", '23:20: largest: "512" is less than 1024'),
        ("largest: 102400", "apn: '3g wap'", '23:16: mms.apn: "3g wap" is no name of an access point'),
        (
            "largest: 102400",
            "mmsc: mmsc.myuni.com.cn",
            '23:17: mms.mmsc: "mmsc.myuni.com.cn" is no URL of an MMSC (http://mmsc.example)',
        ),
        (
            "largest: 102400",
            "mmsc: 'https://mmsc.example'",
            '23:17: mms.mmsc: "https://mmsc.example" is no URL of an MMSC (http://mmsc.example)',
        ),
        (
            "largest: 102400",
            "proxy: 10.0.0.172",
            '23:18: mms.proxy: "10.0.0.172" is no proxy ("10.0.0.172:80", or "" for none)',
        ),
        (
            "largest: 102400",
            "proxy: '10.0.0.172:99999'",
            '23:18: mms.proxy: "10.0.0.172:99999" is no proxy ("10.0.0.172:80", or "" for none)',
        ),
        (
            "largest: 102400",
            "mmsc: 'http://彩信.cn'",
            '23:17: mms.mmsc: "http://彩信.cn" is no URL of an MMSC (http://mmsc.example)',
        ),
        ("largest: 102400", "user: '', password: x", "23:31: mms.password: of no user"),
        (
            "largest: 102400",
            "user: 'a\"b'",
            '23:17: mms.user: "a"b" has what cannot be said in an AT command (printable ASCII, no quotes)',
        ),
        (
            "largest: 102400",
            "password: 'hu\"sh'",
            "23:21: mms.password: has what cannot be said in an AT command (printable ASCII, no quotes)",
        ),
    ],
)
def test_mistakes(old: str, new: str, said: str) -> None:
    with pytest.raises(LabError) as caught:
        read((old, new))
    assert [problem.removeprefix("lab.yaml:") for problem in str(caught.value).splitlines()] == [said]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "dialect: quectel",
            "dialect: huawei",
            '8:19: mms: the dialect "huawei" has no commands for it, so nothing comes of it;'
            " `mms: {way: host, interface: wwan0}` sends over the modem's data connection",
        ),
        (
            "[sms, mms]\n    mms",
            "[sms]\n    mms",
            '13:10: mms: of no use without "mms" among its capabilities',
        ),
    ],
)
def test_what_leads_nowhere(old: str, new: str, said: str) -> None:
    assert [warning.at("lab.yaml") for warning in read((old, new)).warnings] == [f"lab.yaml:{said}"]
