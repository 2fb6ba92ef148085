"""`interop benchmark sms` with one round: who is judged right, never how fast anybody is."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from drivers.benchmark import codecs, report
from drivers.benchmark.codecs import CODECS, OURS, Codec, Contestant, Decoder, Encoder
from drivers.benchmark.sms_set import Number, Sample, orders, samples
from interop.smspdu import Direction
from tests.forked import interop

SAMPLES, ORDERS = samples(), orders()


def benchmark(*options: str) -> str:
    done = interop("benchmark", "sms", "--rounds", "1", *options)
    assert done.returncode == 0 and not done.stderr, done.stderr
    return done.stdout


def encoder(codec: Contestant) -> Encoder:
    assert codec.encoder is not None
    return codec.encoder


def test_the_set_is_what_it_says_and_the_same_each_time() -> None:
    types = Counter((sample.direction, int(sample.pdu[3], 16) & 3) for sample in SAMPLES)
    assert types == {
        (Direction.SC_TO_MS, 0): 209,
        (Direction.MS_TO_SC, 1): 67,
        (Direction.SC_TO_MS, 2): 24,
    }
    assert samples() == SAMPLES and orders() == ORDERS and len(ORDERS) == 60


def test_the_plain_encoder_gives_published_octets() -> None:
    """TS 23.038 6.1.2.1 packs "hellohello" so; the address and its type are those of 23.040 9.1.2.5."""
    from drivers.benchmark.sms_set import Body

    assert Body("hellohello").octets().hex().upper() == "0AE8329BFD4697D9EC37"
    assert Number.of("+8613800100500").octets().hex().upper() == "0D91683108100005F0"
    # a header of 6 octets leaves one fill bit, and 7 septets are taken before the text
    assert Body("A", elements=(b"\x00\x03\x01\x02\x01",)).octets() == bytes.fromhex("0805000301020182")


def test_our_codec_gives_every_field_and_every_one_right() -> None:
    ours = Contestant(OURS, SAMPLES, ORDERS)
    assert not ours.misread and not ours.miswritten and not ours.cannot and not ours.cannot_write
    for sample in SAMPLES:
        told = ours.decoder.told(ours.decoder.read(sample))
        assert told.keys() >= sample.fields.keys(), sample


@pytest.mark.parametrize("name", ["number", "body", "part", "time", "reference", "status", "discharge"])
def test_one_wrong_field_is_a_wrong_answer(name: str) -> None:
    ours = Contestant(OURS, SAMPLES, ORDERS).decoder
    sample = next(sample for sample in SAMPLES if name in sample.fields)
    assert ours.right(sample)
    assert not ours.right(replace(sample, fields=sample.fields | {name: "another"}))


def test_a_submit_with_another_text_number_or_length_is_wrong() -> None:
    order = ORDERS[0]
    assert order.became("01" + order.head + order.tail)
    assert order.became("11" + order.head + "00" + order.tail)  # with a validity of its own choice
    assert not order.became("11" + order.head + order.tail)
    assert not order.became("01" + order.head + order.tail + "00")
    assert not order.became("01" + ORDERS[1].head + order.tail)
    assert not order.became("41" + order.head + order.tail)


def test_exceptions_are_wrong_and_what_is_not_done_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(sample: Sample) -> Any:
        raise IndexError(sample.pdu)

    monkeypatch.setitem(CODECS, "broken", Codec(lambda: (Decoder(broken, dict, reports=False), None)))
    codec = Contestant("broken", SAMPLES, ORDERS)
    codec.turn()
    row = report.Codec.of(codec)
    assert (row.decode_right, row.decode_wrong, row.decode_cannot) == (0, 276, 24)
    assert row.encode_per_s is None and row.encode_cannot == 60


def test_every_codec_has_a_row_or_a_reason() -> None:
    document = json.loads(benchmark("--json"))
    rows = {row["client"]: row for row in document["clients"]}
    for name in CODECS:
        assert (name in rows) != any(note.startswith(f"{name}: ") for note in document["notes"])
    for row in rows.values():
        assert row["decode_right"] + row["decode_wrong"] + row["decode_cannot"] == 300
        assert row["encode_right"] + row["encode_wrong"] + row["encode_cannot"] == 60
        assert row["decode_per_s"] > 0
    assert rows[OURS]["decode_right"] == 300 and rows[OURS]["encode_right"] == 60
    right = [figure for figure in document["figures"] if figure["what"].endswith("right by our codec")]
    assert [(figure["value"], figure["met"]) for figure in right] == [(100, True), (100, True)]


def test_in_a_pipe_each_row_is_a_line() -> None:
    first = benchmark().splitlines()[0].split("\t")
    assert first[0] == OURS and len(first) == 1 + len(report.Codec.headings)


@pytest.mark.foreign
@pytest.mark.parametrize("name", [name for name in CODECS if name != OURS])
def test_a_peer_is_asked_in_its_own_way(name: str) -> None:
    """Were it asked wrongly, it would get the plainest kinds wrong."""
    if why := codecs.missing(name):
        pytest.skip(why)
    peer = Contestant(name, SAMPLES, ORDERS)
    for kind in ("GSM 7 bit", "UCS2 Chinese", "8 bit", "time zone", "submit", "report", "UCS2, concatenated"):
        assert not peer.misread[kind], kind
    if peer.encoder:
        international = [
            order for order in ORDERS if order.number.startswith("+") and order.kind == "GSM 7 bit"
        ]
        assert all(encoder(peer).right(order) for order in international)


def test_a_peer_that_cannot_be_imported_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent() -> Any:
        raise ModuleNotFoundError("No module named 'gammu'")

    monkeypatch.setitem(CODECS, "python-gammu", Codec(absent, "python-gammu"))
    assert codecs.missing("python-gammu").endswith("No module named 'gammu'; pip install python-gammu")
    assert not codecs.missing(OURS)


def test_slower_than_a_pure_peer_is_missed_and_than_c_is_not_judged() -> None:
    row = report.Codec(OURS, 10, 300, 0, 0, 10, 60, 0, 0)
    rows = [
        row,
        replace(row, client="python-gsmmodem-new", decode_per_s=20),
        replace(row, client="python-gammu"),
    ]
    judged = [(figure.what, figure.value, figure.unit, figure.met) for figure in report.beside_peers(rows)]
    assert judged[2:] == [
        ("our decoding", 0.5, "x python-gsmmodem-new", False),
        ("our encoding", 1.0, "x python-gsmmodem-new", True),
    ]
