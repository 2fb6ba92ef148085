"""`interop send` from outside: a text followed to the handset, in emulated labs and on a real port."""

from __future__ import annotations

import json
import socket
import threading
from importlib import resources
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from interop.gateway import smpp
from interop.gateway.session import Answered, Asked, Session, counting
from tests.forked import interop

CODE = "【甲银行】验证码 482913，5分钟内有效。"
LONG = "尊敬的客户：" + "您的验证码是 482913，请勿告诉他人。" * 6


def send(*arguments: str, lab: str = "small", password: str | None = None) -> CompletedProcess[str]:
    """`password`: of the gateway whose lab file names the variable GW."""
    known = {} if password is None else {"GW": password}
    return interop("send", *arguments, "--lab", lab, environment=known)


def data(done: CompletedProcess[str]) -> Any:
    return json.loads(done.stdout)


@pytest.mark.parametrize("via", ["cmcc-gw", "cucc-gw", "ctcc-gw", "smsc"])
def test_a_long_text_is_followed_to_the_handset(via: str) -> None:
    done = send("--via", via, "17090001234", LONG, "--json")
    answer = data(done)
    assert (done.returncode, done.stderr) == (0, "")
    assert (answer["acceptance"], answer["claimed_delivered"], answer["handset"]) == ("accepted", True, "m01")
    assert answer["got"] == LONG and answer["arrived"]
    kinds = [event["kind"] for event in answer["events"]]
    assert kinds[:2] == ["TextHanded", "TextTaken"]
    assert kinds.count("GatewayClaimed") == kinds.count("PartReceived") == 2
    assert kinds.count("MessageReceived") == 1


def test_a_long_text_of_which_a_part_is_lost() -> None:
    """What came stands among the events; no part of a text is taken for a text."""
    defect = ("--defect", "gateway.part_lost@segment=1709,part=2")
    done = send("--via", "cmcc-gw", "17090001234", LONG, *defect)
    assert done.returncode == 1
    assert any(line.endswith("m01: part 1 of 2 from 1065795588") for line in done.stdout.splitlines())
    assert done.stdout.splitlines()[-1].endswith("m01 got no whole message in 120 s")
    answer = data(send("--via", "cmcc-gw", "17090001234", LONG, *defect, "--json"))
    assert (answer["got"], answer["arrived"]) == (None, False)
    assert [event["number"] for event in answer["events"] if event["kind"] == "PartReceived"] == [1]


def test_lines_as_it_happens() -> None:
    done = send("--via", "cmcc-gw", "17090001234", CODE)
    lines = [line.partition(" s  ")[2] for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert lines[0] == f"cmcc-gw: text to 17090001234 from 1065795588: {CODE}"
    assert lines[1].startswith("cmcc-gw: accepted: ")
    assert f"m01: SMS from 1065795588: {CODE}" in lines
    assert any(line.endswith("the gateway claims DELIVRD (delivered)") for line in lines)
    assert lines[-1] == "arrived as it was sent"


@pytest.mark.parametrize(
    ("defect", "acceptance", "claimed", "got"),
    [
        ("gateway.segment", "refused", False, None),
        ("gateway.dropped", "accepted", False, None),
        ("gateway.false_report", "accepted", True, None),
        ("gateway.text", "accepted", True, "?????? 482913?5??????"),
        ("gateway.throttled", "refused", False, None),
    ],
)
def test_claim_and_handset_are_never_merged(
    defect: str, acceptance: str, claimed: bool, got: str | None
) -> None:
    done = send("--via", "ctcc-gw", "17090001234", CODE, "--json", "--defect", f"{defect}@segment=1709")
    answer = data(done)
    assert done.returncode == 1
    assert (answer["acceptance"], answer["claimed_delivered"], answer["arrived"]) == (
        acceptance,
        claimed,
        False,
    )
    assert (answer["got"] is None) is (got is None)
    if defect == "gateway.segment":
        taken = answer["events"][1]
        assert taken["code"] == 58 and taken["text"] == "58, no matching route"


@pytest.fixture
def branch(tmp_path: Path) -> str:
    """The small lab, of which one modem is an originator, too."""
    small = resources.files("interop.lab.shipped").joinpath("small.yaml").read_text(encoding="utf-8")
    path = tmp_path / "branch.yaml"
    part = "{name: branch, title: 网点, driver: modem, sim: cmcc-bj, operator: CMCC, city: 北京}"
    path.write_text(f"{small}\noriginators:\n  - {part}\n", encoding="utf-8")
    return str(path)


def test_another_modem_sends(branch: str, tmp_path: Path) -> None:
    journal = tmp_path / "said"
    done = send("--via", "branch", "17090001234", CODE, "--json", "--journal", str(journal), lab=branch)
    answer = data(done)
    assert (done.returncode, done.stderr) == (0, "")
    assert (answer["via"], answer["acceptance"], answer["claimed_delivered"]) == ("branch", "accepted", True)
    assert (answer["got"], answer["handset"]) == (CODE, "m01")
    seen = [(event["party"], event["kind"]) for event in answer["events"]]
    assert seen == [
        ("m04", "MessageSubmitted"),
        ("m04", "MessageAccepted"),
        ("m01", "MessageReceived"),
        ("branch", "GatewayClaimed"),
    ]
    assert "AT+CMGS=" in journal.read_text(encoding="utf-8")


def test_names_that_are_close_are_guessed(branch: str) -> None:
    done = send("--via", "brunch", "17090001234", CODE, lab=branch)
    assert done.returncode == 2
    assert 'smsc, branch); did you mean "branch"?' in done.stderr


def test_a_number_that_no_modem_of_the_lab_holds_rests_on_the_claim() -> None:
    done = send("--via", "cucc-gw", "13311112222", CODE)
    assert done.returncode == 1
    assert "UNDELIV:29 (not delivered)" in done.stdout
    assert "no modem of this lab holds 13311112222: what the handset got is not known" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("--via", "nix", "17090001234", "x"),
            'lab small has no originator "nix" (there are: cmcc-gw, cucc-gw, ',
        ),
        (("--via", "smsc", "17090001234", "\udcff"), "the text is not UTF-8"),
        (("--via", "smsc", "110", "x"), "'110' is no mobile number of 11 digits"),
        (("--via", "smsc", "17090001234", "x", "--defect", "nonsense"), "nonsense"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(arguments: tuple[str, ...], said: str) -> None:
    done = send(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr and done.stderr.startswith("interop send: ")
    assert len(done.stderr.splitlines()) == 1
    assert said in data(send(*arguments, "--json"))["error"]


@pytest.fixture
def live(tmp_path: Path) -> str:
    """A lab whose gateway is at a port that nobody listens on."""
    text = """\
name: live
city: 北京
modems: []
sims: []
gateways:
  - name: gw
    title: 网关
    driver: smpp
    url: tcp://127.0.0.1:1
    account: us
    secret: env:GW
    number: "1069012345"
    operator: CMCC
    city: 北京
"""
    path = tmp_path / "live.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_live_text_wants_a_word_first(live: str) -> None:
    done = send("--via", "gw", "17090001234", CODE, lab=live, password="hu5h")
    assert done.returncode == 2
    assert done.stderr == ("interop send: a live text is about to leave, and it costs; allow it with --yes\n")


def test_a_port_that_nobody_listens_on(live: str) -> None:
    done = send("--via", "gw", "17090001234", CODE, "--yes", lab=live, password="hu5h")
    assert done.returncode == 1
    assert done.stderr == (
        "interop send: gw: tcp://127.0.0.1:1: Connection refused; is it up, and may this host reach it?\n"
    )


def test_a_secret_that_is_not_there(live: str) -> None:
    done = send("--via", "gw", "17090001234", CODE, "--yes", lab=live, password="")
    assert done.returncode == 2
    assert "env:GW: this environment variable is not set" in done.stderr


def test_the_journal_keeps_every_pdu_and_no_secret(tmp_path: Path) -> None:
    path = tmp_path / "pdus"
    assert send("--via", "smsc", "17090001234", CODE, "--journal", str(path)).returncode == 0
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    first = next(line for line in lines if "data" in line)
    assert (first["dir"], bytes.fromhex(first["data"])[4:8]) == (">", bytes((0, 0, 0, 9)))  # bind_transceiver
    said = [bytes.fromhex(line["data"]) for line in lines if line.get("dir") == ">"]
    assert any(CODE.encode("utf-16-be") in pdu for pdu in said)


def half_a_text(listener: socket.socket, name: str = "id1") -> None:
    """A message centre that takes the first part, claims to have delivered it, and hangs up at the second.

    `name`: its message id.
    """
    stream, _ = listener.accept()
    session, parts = Session(smpp.SMPP, 3, sequence=counting()), 0
    with stream:
        while octets := stream.recv(4096):
            for event in session.receive(octets):
                assert isinstance(event, Asked | Answered)
                match event.frame.pdu:
                    case smpp.BindTransceiver():
                        stream.sendall(session.answer(event.frame, smpp.BindTransceiverResp("gw")))
                    case smpp.SubmitSm():
                        parts += 1
                        if parts == 2:
                            return
                        claim = smpp.Receipt(name, "DELIVRD", "2603010900", "2603010901")
                        report = session.request(claim.deliver("17090001234", "1069"))[1]
                        stream.sendall(report + session.answer(event.frame, smpp.SubmitSmResp(name)))


def follow(live: str, text: str, *, secret: str, name: str) -> CompletedProcess[str]:
    """Through a message centre of ours that gives `name` to the first part."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = threading.Thread(target=half_a_text, args=(listener, name))
        serving.start()
        path = Path(live)
        port = listener.getsockname()[1]
        path.write_text(
            path.read_text(encoding="utf-8").replace("127.0.0.1:1\n", f"127.0.0.1:{port}\n"), "utf-8"
        )
        done = send("--via", "gw", "17090001234", text, "--yes", "--json", lab=live, password=secret)
        serving.join()
    return done


def test_a_claim_on_the_first_part_is_no_arrival_of_the_whole(live: str) -> None:
    done = follow(live, LONG, secret="hu5h", name="id1")
    answer = data(done)
    assert (done.returncode, answer["acceptance"]) == (1, "unknown")
    assert (answer["claimed_delivered"], answer["arrived"]) == (False, False)
    assert [each["state"] for each in answer["events"] if each["kind"] == "GatewayClaimed"] == ["DELIVRD"]


def test_a_secret_that_the_gateway_says_again_is_not_shown(live: str) -> None:
    secret = 'hu"5\\5h'  # JSON escapes two of its characters
    done = follow(live, CODE, secret=secret, name=secret)
    taken = next(each for each in data(done)["events"] if each["kind"] == "TextTaken")
    assert taken["references"] == ['**"****']
    assert secret not in done.stdout and json.dumps(secret)[1:-1] not in done.stdout
