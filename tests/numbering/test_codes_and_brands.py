"""Service codes and MVNO brands."""

import pytest

from interop.numbering import Msisdn, NumberError, brand, brands, is_short_code, service_code
from interop.numbering.tables import rows


@pytest.mark.parametrize(
    ("number", "owner", "category"),
    [
        ("10086", "中国移动", "通讯服务"),
        ("10010", "中国联通", "通讯服务"),
        ("10000", "中国电信", "通讯服务"),
        ("10099", "中国广电", "通讯服务"),
        ("95588", "中国工商银行", "金融银行"),
        ("1065795555", "招商银行", "金融银行"),  # exact before range
        ("10657123456", "China Mobile enterprise SMS channel", "106"),
        ("10655999", "Unicom enterprise SMS channel", "106"),
        ("10650999", "Unicom enterprise SMS channel", "106"),
        ("1069000012345", "nationwide code, enterprise/industry users, works on all three networks", "106"),
        ("10611234", "SP code range by MII", "106"),
        ("10020", "MVNO customer-service numbers", "mvno"),
        ("10039", "MVNO customer-service numbers", "mvno"),
        # verified hotlines, reference/china.md section 4
        ("10026", "迪信通", "mvno"),
        ("10029", "阿里通信", "mvno"),
        ("10035", "苏宁互联", "mvno"),
        ("10037", "国美极信", "mvno"),
        ("10040", "蜗牛移动", "mvno"),
        ("10044", "海航通信", "mvno"),
        ("10046", "小米移动", "mvno"),
    ],
)
def test_whose_code(number: str, owner: str, category: str) -> None:
    found = service_code(number)
    assert found is not None
    assert found.owner.startswith(owner)
    assert found.category == category
    assert found.sources


@pytest.mark.parametrize("number", ["10041", "10019", "100200", "1060123", "17090001234", "", "abc"])
def test_codes_nobody_told_us_about(number: str) -> None:
    assert service_code(number) is None


def test_emergency_numbers() -> None:
    """reference/china.md section 6; 122 too, which libphonenumber does not count."""
    for number in ("110", "119", "120", "122", "112"):
        code = service_code(number)
        assert code is not None and code.emergency, number
    assert not [n for n in ("10086", "12315", "12321") if (code := service_code(n)) and code.emergency]


@pytest.mark.parametrize(
    "number", [row["number"] for row in rows("service_codes") if row["number"].isdigit()]
)
def test_every_listed_code_is_a_short_code_and_no_msisdn(number: str) -> None:
    assert is_short_code(number)
    with pytest.raises(NumberError, match="service code"):
        Msisdn.parse(number)


@pytest.mark.parametrize("name", ["小米移动", "Mi Mobile", "mi mobile", "Xiaomi", "MiMobile"])
def test_a_brand_by_any_name(name: str) -> None:
    found = brand(name)
    assert found is not None
    assert (found.name, found.hotline) == ("小米移动", "10046")
    assert found.hotline_sources


def test_aliases_in_the_tables() -> None:
    assert brand("话机世界") is brand("话机通信") is brand("Telephone World") is not None
    assert brand("d phone") is brand("迪信通") is not None
    assert brand("U.友") is brand("爱施德") is not None


@pytest.mark.parametrize("name", ["", "小米", "China Mobile", "中国移动"])
def test_no_such_brand(name: str) -> None:
    assert brand(name) is None


def test_only_verified_hotlines() -> None:
    hotlines = {b.hotline for b in brands() if b.hotline}
    assert hotlines == {"10026", "10029", "10035", "10037", "10040", "10044", "10046"}
    assert all(b.sources for b in brands())


def test_names_are_not_shared() -> None:
    names = [name for b in brands() for name in b.names]
    assert len(names) == len(set(names)) and all(brand(name) for name in names)
