"""3GPP TS 23.038 4, group by group."""

from __future__ import annotations

import pytest

from interop.smspdu import Alphabet, Dcs, PduError, Waiting, WaitingKind

GSM7, OCTETS, UCS2 = Alphabet.GSM7, Alphabet.OCTETS, Alphabet.UCS2


@pytest.mark.parametrize(
    ("value", "alphabet", "message_class", "compressed", "automatic_deletion"),
    [
        (0x00, GSM7, None, False, False),
        (0x03, GSM7, None, False, False),  # class bits without bit 4 have no meaning
        (0x04, OCTETS, None, False, False),
        (0x08, UCS2, None, False, False),
        (0x0C, GSM7, None, False, False),  # reserved alphabet
        (0x10, GSM7, 0, False, False),
        (0x15, OCTETS, 1, False, False),
        (0x18, UCS2, 0, False, False),
        (0x1B, UCS2, 3, False, False),
        (0x20, GSM7, None, True, False),
        (0x3A, UCS2, 2, True, False),
        (0x40, GSM7, None, False, True),
        (0x58, UCS2, 0, False, True),
        (0x80, GSM7, None, False, False),  # reserved groups 1000..1011
        (0xB8, GSM7, None, False, False),
        (0xF0, GSM7, 0, False, False),
        (0xF2, GSM7, 2, False, False),
        (0xF4, OCTETS, 0, False, False),
        (0xF7, OCTETS, 3, False, False),
        (0xF8, GSM7, 0, False, False),  # bit 3 is reserved
    ],
)
def test_coding(
    value: int, alphabet: Alphabet, message_class: int | None, compressed: bool, automatic_deletion: bool
) -> None:
    dcs = Dcs(value)
    assert (dcs.alphabet, dcs.message_class, dcs.compressed) == (alphabet, message_class, compressed)
    assert dcs.automatic_deletion is automatic_deletion
    assert dcs.waiting is None
    assert dcs.is_text is (alphabet is not OCTETS and not compressed)


@pytest.mark.parametrize(
    ("value", "alphabet", "waiting"),
    [
        (0xC0, GSM7, Waiting(WaitingKind.VOICEMAIL, active=False, store=False)),
        (0xC9, GSM7, Waiting(WaitingKind.FAX, active=True, store=False)),
        (0xD2, GSM7, Waiting(WaitingKind.EMAIL, active=False, store=True)),
        (0xD8, GSM7, Waiting(WaitingKind.VOICEMAIL, active=True, store=True)),
        (0xEB, UCS2, Waiting(WaitingKind.OTHER, active=True, store=True)),
    ],
)
def test_message_waiting(value: int, alphabet: Alphabet, waiting: Waiting) -> None:
    dcs = Dcs(value)
    assert (dcs.alphabet, dcs.waiting, dcs.message_class) == (alphabet, waiting, None)


def test_general() -> None:
    assert [Dcs.general(a).value for a in (GSM7, OCTETS, UCS2)] == [0x00, 0x04, 0x08]
    assert [Dcs.general(UCS2, n).value for n in range(4)] == [0x18, 0x19, 0x1A, 0x1B]


@pytest.mark.parametrize("value", [-1, 256])
def test_not_an_octet(value: int) -> None:
    with pytest.raises(PduError):
        Dcs(value)
