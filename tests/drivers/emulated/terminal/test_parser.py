"""V.250 5: how a command line is cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.emulated.terminal.parser import Command, Malformed, parse


@pytest.mark.parametrize(
    ("line", "commands"),
    [
        ("", []),
        ("E0V1", [("E", "0"), ("V", "1")]),
        ("&F0E1 Q0", [("&F", "0"), ("E", "1"), ("Q", "0")]),
        ("&C1&D2", [("&C", "1"), ("&D", "2")]),
        ("S0=0S3?", [("S=", "0,0"), ("S?", "3,")]),
        ("+CMEE=1;+CREG=2", [("+CMEE=", "1"), ("+CREG=", "2")]),
        ("E0+CSQ", [("E", "0"), ("+CSQ", "")]),
        ("+creg?;+cops=?", [("+CREG?", ""), ("+COPS=?", "")]),
        ('+CUSD=1,"*100;#",15;+CSQ', [("+CUSD=", '1,"*100;#",15'), ("+CSQ", "")]),
        ("DT10086;", [("D", "T10086;")]),
        ("D+8610086I;+CLCC", [("D", "+8610086I;"), ("+CLCC", "")]),
        ("^CURC=0", [("^CURC=", "0")]),
        ("$TSSPCSW=?", [("$TSSPCSW=?", "")]),
        ('+CPMS="SM","ME","ME"', [("+CPMS=", '"SM","ME","ME"')]),
    ],
)
def test_lines_as_clients_send_them(line: str, commands: list[tuple[str, str]]) -> None:
    assert [(command.key, command.text) for command in parse(line)] == commands


@pytest.mark.parametrize("line", ["+", "+CSQ!!?x", "?", "0", "+CREG?7", '"'])
def test_what_is_no_command_is_refused(line: str) -> None:
    with pytest.raises(Malformed):
        parse(line)


def test_commas_inside_quotes_do_not_separate() -> None:
    assert Command("+X=", '1,"a,b",,"",5').values == ["1", "a,b", "", "", "5"]
    assert Command("+X=", "1,,3").values == ["1", "", "3"]


@given(st.text(alphabet=st.characters(max_codepoint=255), max_size=60))
def test_any_line_ends_in_commands_or_malformed(line: str) -> None:
    try:
        for command in parse(line):
            assert command.values is not None
    except Malformed:
        pass
