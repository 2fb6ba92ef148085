"""Published figures of the protocols, the stream, reports; tshark reads CMPP 3.0 and SMPP."""

from __future__ import annotations

import shutil
import struct
import subprocess
from hashlib import md5
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interop.gateway import Dialect, Frame, Frames, GatewayError, Unknown, cmpp, sgip, smgp, smpp

ALL = [(cmpp.CMPP, 2), (cmpp.CMPP, 3), (sgip.SGIP, 2), (smgp.SMGP, 2), (smpp.SMPP, 3)]


@pytest.mark.parametrize(
    ("dialect", "version", "pdu", "size"),
    [
        # china.md 7.2: total octets with n receivers and L octets of content
        (cmpp.CMPP, 2, cmpp.Connect(), 39),
        (cmpp.CMPP, 2, cmpp.ConnectResp(), 30),
        (cmpp.CMPP, 2, cmpp.Submit(destinations=("1",) * 3, content=b"x" * 7), 138 + 21 * 3 + 7),
        (cmpp.CMPP, 2, cmpp.SubmitResp(), 21),
        (cmpp.CMPP, 2, cmpp.Deliver(content=b"x" * 7), 85 + 7),
        (cmpp.CMPP, 2, cmpp.DeliverResp(), 21),
        (cmpp.CMPP, 3, cmpp.Connect(), 39),
        (cmpp.CMPP, 3, cmpp.ConnectResp(), 33),
        (cmpp.CMPP, 3, cmpp.Submit(destinations=("1",) * 3, content=b"x" * 7), 163 + 32 * 3 + 7),
        (cmpp.CMPP, 3, cmpp.SubmitResp(), 24),
        (cmpp.CMPP, 3, cmpp.Deliver(content=b"x" * 7), 109 + 7),
        (cmpp.CMPP, 3, cmpp.ActiveTestResp(), 13),
        (sgip.SGIP, 2, sgip.Bind(), 61),
        (sgip.SGIP, 2, sgip.BindResp(), 29),
        (sgip.SGIP, 2, sgip.Submit(destinations=("1",) * 3, content=b"x" * 7), 143 + 21 * 3 + 7),
        (sgip.SGIP, 2, sgip.Deliver(content=b"x" * 7), 77 + 7),
        (sgip.SGIP, 2, sgip.Report(), 64),
        (smgp.SMGP, 2, smgp.Login(), 42),
        (smgp.SMGP, 2, smgp.LoginResp(), 33),
        (smgp.SMGP, 2, smgp.Submit(destinations=("1",) * 3, content=b"x" * 7), 126 + 21 * 3 + 7),
        (smgp.SMGP, 2, smgp.SubmitResp(), 26),
        (smgp.SMGP, 2, smgp.Deliver(content=b"x" * 7), 89 + 7),
    ],
)
def test_published_sizes(dialect: Dialect, version: int, pdu: Any, size: int) -> None:
    assert len(dialect.encode(Frame(pdu, dialect.first), version)) == size


def test_authentication() -> None:
    """The time in ten digits keeps its leading zero: 0301000000 is 11F0E540 (CMPP 3.0, 8.4.1.1)."""
    assert 301000000 == 0x11F0E540
    assert (
        cmpp.authenticator("901234", "secret", 301000000)
        == md5(b"901234" + bytes(9) + b"secret0301000000").digest()
    )
    assert (
        smgp.authenticator("12345678", "s", 301000000)
        == md5(b"12345678" + bytes(7) + b"s0301000000").digest()
    )
    one = cmpp.server_authenticator(0, bytes(16), "secret", 1)
    assert one != cmpp.server_authenticator(0, bytes(16), "secret", 4)
    assert one == md5(bytes(17) + b"secret").digest()


def test_message_ids() -> None:
    value = int(cmpp.MessageId(1, 5, 9, 0, 7, 123456, 42))
    assert value.bit_length() <= 64
    assert value >> 60 == 1 and value & 0xFFFF == 42
    assert cmpp.MessageId.of(value) == cmpp.MessageId(1, 5, 9, 0, 7, 123456, 42)


def test_reports() -> None:
    report = cmpp.Report(5, "DELIVRD", "2601050900", "2601050901", "8617012345678", 9)
    assert [len(report.encode(version)) for version in (2, 3)] == [60, 71]
    assert cmpp.decode_report(report.encode(2)) == cmpp.decode_report(report.encode(3)) == report
    told = smgp.Report(bytes(range(10)), "2601050900", "2601050901", "UNDELIV", "047")
    assert len(told.encode()) == 122
    assert smgp.decode_report(told.encode()) == told
    # [go_smgp] seen in the field
    odd = (
        b"id:"
        + bytes(10)
        + b"sSub:001sDlvrd:000sSubmit_Date:2601050900sDone_Date:2601050901sStat:UNDELIVsErr:015sText:"
    )
    with pytest.raises(GatewayError):
        smgp.decode_report(b"nothing of the kind")
    assert (
        smgp.decode_report(
            odd.replace(b"sS", b" S").replace(b"sD", b" D").replace(b"sE", b" E").replace(b"sT", b" T")
        ).error
        == "015"
    )


def test_smpp_receipts() -> None:
    receipt = smpp.Receipt("0A1B", "DELIVRD", "2601050900", "2601050901")
    assert smpp.receipt_of(receipt.deliver("8617012345678", "1069")) == receipt
    # Kannel and others send the text alone
    text = (
        b"id:77 sub:001 dlvrd:001 submit date:2601050900 done date:2601050901 stat:EXPIRED err:00f text:hello"
    )
    found = smpp.receipt_of(smpp.DeliverSm(esm_class=4, content=text))
    assert found == smpp.Receipt("77", "EXPIRED", "2601050900", "2601050901", "00f")
    assert smpp.receipt_of(smpp.DeliverSm(content=text)) is None
    payload = ((smpp.MESSAGE_PAYLOAD, text),)
    assert smpp.receipt_of(smpp.DeliverSm(esm_class=4, options=payload)) == found


def test_a_refusal_without_a_body() -> None:
    """SMPP 3.4 4.4.2: submit_sm_resp has no body where the status is an error."""
    data = bytes.fromhex("00000010 80000004 00000058 00000007")
    assert smpp.SMPP.decode(data, 3) == Frame(smpp.SubmitSmResp(), 7, smpp.THROTTLED)


def test_an_unknown_command_is_kept() -> None:
    data = bytes.fromhex("0000000e 00000099 00000007 abcd")
    frame = cmpp.CMPP.decode(data, 3)
    assert frame == Frame(Unknown(0x99, b"\xab\xcd"), 7)
    assert cmpp.CMPP.encode(frame, 3) == data


def test_passwords_are_not_shown() -> None:
    for pdu in (smpp.BindTransceiver("me", "hunter22"), sgip.Bind(name="me", password="hunter22")):
        assert "hunter22" not in repr(pdu) + str(Frame(pdu, 1))


def test_no_error_repeats_a_password() -> None:
    with pytest.raises(GatewayError) as said:
        sgip.SGIP.encode(Frame(sgip.Bind(name="me", password="hünter22"), (1, 2, 3)), 2)
    assert "nter22" not in str(said.value)
    octets = bytearray(sgip.SGIP.encode(Frame(sgip.Bind(name="me", password="hunter22"), (1, 2, 3)), 2))
    octets[octets.index(b"hunter22") + 8] = 0xFF
    with pytest.raises(GatewayError) as said:
        sgip.SGIP.decode(bytes(octets), 2)
    assert b"hunter22".hex() not in str(said.value)


@given(st.lists(st.integers(1, 40), max_size=8), st.integers(1, 50))
def test_however_the_stream_is_cut(bodies: list[int], step: int) -> None:
    pdus = [cmpp.CMPP.encode(Frame(cmpp.Submit(destinations=("1",), content=bytes(n)), n), 3) for n in bodies]
    frames = Frames(cmpp.CMPP)
    stream = b"".join(pdus)
    found = [pdu for at in range(0, len(stream), step) for pdu in frames.feed(stream[at : at + step])]
    assert found == pdus


@pytest.mark.parametrize("length", [0, 11, 5000, 2**32 - 1])
def test_a_length_that_cannot_be(length: int) -> None:
    frames = Frames(cmpp.CMPP)
    for _ in range(2):
        with pytest.raises(GatewayError, match="length"):
            list(frames.feed(length.to_bytes(4, "big")))


@given(st.binary(max_size=250))
def test_octets_from_anywhere(body: bytes) -> None:
    for dialect, version in ALL:
        for command in (*dialect.commands, 0x77):
            head = (8 + len(body)).to_bytes(4, "big") + command.to_bytes(4, "big")
            try:
                frame = dialect.decode(head + body, version)
            except GatewayError:
                continue
            assert dialect.decode(dialect.encode(frame, version), version) == frame


@pytest.mark.parametrize(
    "pdu",
    [
        cmpp.Submit(),
        cmpp.Submit(destinations=("1",) * 101),
        cmpp.Submit(destinations=("1" * 33,)),
        cmpp.Submit(destinations=("1",), content=bytes(161)),
        cmpp.Submit(destinations=("1",), service="服务"),
        cmpp.Submit(destinations=("1",), parts=256),
        cmpp.Connect(authenticator=bytes(17)),
        cmpp.Submit(destinations=("1\0",)),
        smpp.SubmitSm(),
    ],
)
def test_what_cannot_be_sent(pdu: Any) -> None:
    with pytest.raises(GatewayError):
        cmpp.CMPP.encode(Frame(pdu, 1), 3)


# tshark

_RAW_IPV4 = 101
_PORT = 7890


def dissect(name: str, pdus: list[bytes], folder: Path) -> list[dict[str, str]]:
    """What tshark says of each PDU on one TCP connection."""
    program = shutil.which("tshark")
    if program is None:
        pytest.skip("tshark is not installed (apt install tshark)")
    out, sequence = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, _RAW_IPV4)], 1
    for pdu in pdus:
        tcp = struct.pack(">HHIIBBHHH", 40000, _PORT, sequence, 1, 0x50, 0x18, 65535, 0, 0)
        address = bytes((127, 0, 0, 1))
        size = 20 + len(tcp) + len(pdu)
        packet = struct.pack(">BBHHHBBH4s4s", 0x45, 0, size, 0, 0, 64, 6, 0, address, address) + tcp + pdu
        out.append(struct.pack("<IIII", 0, 0, len(packet), len(packet)) + packet)
        sequence += len(pdu)
    path = folder / "gateway.pcap"
    path.write_bytes(b"".join(out))
    command = [program, "-n", "-r", str(path), "-T", "pdml", "-d", f"tcp.port=={_PORT},{name}"]
    run = subprocess.run(command, capture_output=True, check=True)
    shown = []
    for dissected in ElementTree.fromstring(run.stdout).iter("packet"):
        protocols = [
            proto for proto in dissected.iter("proto") if proto.get("name") in (name, "_ws.malformed")
        ]
        fields = {str(f.get("name")): f.get("show", "") for proto in protocols for f in proto.iter("field")}
        shown.append(fields | {str(proto.get("name")): "" for proto in protocols})
    return shown


@pytest.mark.foreign
def test_tshark_reads_smpp(tmp_path: Path) -> None:
    message = smpp.SubmitSm(
        source="10690000955588",
        destination="8617012345678",
        esm_class=smpp.ESM_UDHI,
        coding=8,
        registered_delivery=1,
        content=bytes.fromhex("050003070201") + "验证码".encode("utf-16-be"),
        options=((smpp.SAR_TOTAL, b"\x02"),),
    )
    pdus: list[tuple[Any, dict[str, str]]] = [
        (smpp.BindTransceiver("me", "pw"), {"smpp.system_id": "me", "smpp.interface_version": "52"}),
        (smpp.BindTransceiverResp("smsc"), {"smpp.system_id": "smsc"}),
        (
            message,
            {
                "smpp.source_addr": "10690000955588",
                "smpp.destination_addr": "8617012345678",
                "smpp.sm_length": "12",
            },
        ),
        (smpp.SubmitSmResp("00AB"), {"smpp.message_id": "00AB"}),
        (
            smpp.Receipt("00AB", "DELIVRD", "2601050900", "2601050901").deliver("8617012345678", "1069"),
            {"smpp.message_state": "2"},
        ),
        (smpp.EnquireLink(), {"smpp.command_id": "0x00000015"}),
        (smpp.Unbind(), {"smpp.command_id": "0x00000006"}),
        (smpp.GenericNack(), {"smpp.command_id": "0x80000000"}),
    ]
    shown = dissect("smpp", [smpp.SMPP.encode(Frame(pdu, 5), 3) for pdu, _ in pdus], tmp_path)
    for (pdu, want), fields in zip(pdus, shown, strict=True):
        assert "smpp" in fields and "_ws.malformed" not in fields and "_ws.expert" not in fields, (
            pdu,
            fields,
        )
        assert {name: fields.get(name) for name in want} == want
        assert fields["smpp.sequence_number"] == "5"


@pytest.mark.foreign
def test_tshark_reads_cmpp_3(tmp_path: Path) -> None:
    submit = cmpp.Submit(
        registered_delivery=1, coding=8, sender="901234", source="10690000955588",
        destinations=("8617012345678", "8617112345678"), content="验证码".encode("utf-16-be"), link_id="L1",
    )  # fmt: skip
    report = cmpp.Report(5, "DELIVRD", "2601050900", "2601050901", "8617012345678", 9).encode(3)
    pdus: list[tuple[Any, dict[str, str]]] = [
        (cmpp.Connect("901234", bytes(16), 0x30, 301000000), {"cmpp.connect.Source_Addr": "901234"}),
        (cmpp.ConnectResp(0, bytes(16), 0x30), {"cmpp.connect_resp.Status": "0"}),
        (
            submit,
            {"cmpp.submit.Src_Id": "10690000955588", "cmpp.Msg_Length": "6", "cmpp.submit.DestUsr_tl": "2"},
        ),
        (cmpp.SubmitResp(77, 13), {"cmpp.submit_resp.Result": "13"}),
        (
            cmpp.Deliver(5, "1069", source="8617012345678", registered_delivery=1, content=report),
            {
                "cmpp.deliver.Dest_Id": "1069",
                "cmpp.deliver.Report.Status": "DELIVRD",
                "cmpp.Report.SMSC_sequence": "9",
            },
        ),
        (cmpp.DeliverResp(5, 0), {"cmpp.deliver_resp.Result": "0"}),
        (cmpp.ActiveTest(), {}),
        (cmpp.ActiveTestResp(), {}),
        (cmpp.Terminate(), {}),
    ]
    shown = dissect("cmpp", [cmpp.CMPP.encode(Frame(pdu, 5), 3) for pdu, _ in pdus], tmp_path)
    for (pdu, want), fields in zip(pdus, shown, strict=True):
        assert "cmpp" in fields and "_ws.malformed" not in fields, (pdu, fields)
        assert {name: fields.get(name) for name in want} == want, fields
        assert fields["cmpp.Sequence_Id"] == "5"
