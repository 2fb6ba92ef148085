"""Milenage, the algorithm set of most USIMs (3GPP TS 35.206), and authentication by it (TS 33.102 6.3).

>>> usim = Milenage.of_op(k=bytes(16), op=bytes(16))
>>> challenge = usim.challenge(rand=bytes(16), sqn=32)
>>> usim.answer(challenge.rand, challenge.autn).sqn
32

Keys are never shown by repr, nor in what is raised.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Self

AMF: Final = b"\x80\x00"
"""of a challenge for LTE and 5G: the separation bit is set (33.401 6.1.2)"""

_RESYNCHRONISING: Final = b"\x00\x00"  # AMF of f1* in AUTS (33.102 6.3.3)
_BLOCK: Final = 128  # bits
# Constant and rotation of OUT1 to OUT5 (35.206 4.1)
_F1: Final = (0, 64)
_F2_F5: Final = (1, 0)
_F3: Final = (2, 32)
_F4: Final = (4, 64)
_F5_STAR: Final = (8, 96)


class WrongMac(ValueError):
    """AUTN or AUTS was not made with these keys for this RAND: what a card answers 9862 to."""


@dataclass(frozen=True, slots=True)
class Challenge:
    """An authentication vector (33.102 6.3.2): RAND and AUTN go to the card, the rest is what to expect."""

    rand: bytes
    autn: bytes
    xres: bytes = field(repr=False)
    ck: bytes = field(repr=False)
    ik: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a USIM finds in a challenge and answers (33.102 6.3.3); whether `sqn` is fresh is its to say."""

    sqn: int
    amf: bytes
    res: bytes = field(repr=False)
    ck: bytes = field(repr=False)
    ik: bytes = field(repr=False)

    @property
    def kc(self) -> bytes:
        return gsm_key(self.ck, self.ik)


@dataclass(frozen=True, slots=True)
class Milenage:
    """K and OPc of one subscriber, 16 octets each. RAND has 16 octets, SQN 48 bits as a number, AMF 2 octets.

    All raise ValueError for another length, without the value.
    """

    k: bytes = field(repr=False)
    opc: bytes = field(repr=False)

    def __post_init__(self) -> None:
        _sized("K", self.k, 16)
        _sized("OPc", self.opc, 16)

    @classmethod
    def of_op(cls, k: bytes, op: bytes) -> Self:
        """OPc of this K from the operator's OP (35.206 4.1)."""
        _sized("OP", op, 16)
        return cls(k, _xor(_aes(_sized("K", k, 16), op), op))

    def f1(self, rand: bytes, sqn: int, amf: bytes) -> bytes:
        """MAC-A, 8 octets."""
        return self._out1(rand, sqn, amf)[:8]

    def f1_star(self, rand: bytes, sqn: int, amf: bytes = _RESYNCHRONISING) -> bytes:
        """MAC-S, 8 octets."""
        return self._out1(rand, sqn, amf)[8:]

    def f2(self, rand: bytes) -> bytes:
        """RES, 8 octets."""
        return self._out(rand, *_F2_F5)[8:]

    def f3(self, rand: bytes) -> bytes:
        """CK, 16 octets."""
        return self._out(rand, *_F3)

    def f4(self, rand: bytes) -> bytes:
        """IK, 16 octets."""
        return self._out(rand, *_F4)

    def f5(self, rand: bytes) -> bytes:
        """AK, 6 octets, which hides SQN in AUTN."""
        return self._out(rand, *_F2_F5)[:6]

    def f5_star(self, rand: bytes) -> bytes:
        """AK, 6 octets, which hides SQN in AUTS."""
        return self._out(rand, *_F5_STAR)[:6]

    def challenge(self, rand: bytes, sqn: int, amf: bytes = AMF) -> Challenge:
        """AUTN is SQN xor AK, AMF, MAC-A (33.102 6.3.2)."""
        autn = _xor(_number(sqn), self.f5(rand)) + amf + self.f1(rand, sqn, amf)
        return Challenge(rand, autn, self.f2(rand), self.f3(rand), self.f4(rand))

    def answer(self, rand: bytes, autn: bytes) -> Answer:
        """What a card with these keys makes of a challenge. Raises WrongMac."""
        _sized("AUTN", autn, 16)
        sqn, amf = int.from_bytes(_xor(autn[:6], self.f5(rand)), "big"), autn[6:8]
        if self.f1(rand, sqn, amf) != autn[8:]:
            raise WrongMac("AUTN was not made with these keys")
        return Answer(sqn, amf, self.f2(rand), self.f3(rand), self.f4(rand))

    def auts(self, rand: bytes, sqn: int) -> bytes:
        """14 octets by which a card whose own counter is `sqn` asks to synchronise (33.102 6.3.3)."""
        return _xor(_number(sqn), self.f5_star(rand)) + self.f1_star(rand, sqn)

    def resynchronise(self, rand: bytes, auts: bytes) -> int:
        """The counter of the card that sent `auts`. Raises WrongMac."""
        _sized("AUTS", auts, 14)
        sqn = int.from_bytes(_xor(auts[:6], self.f5_star(rand)), "big")
        if self.f1_star(rand, sqn) != auts[6:]:
            raise WrongMac("AUTS was not made with these keys")
        return sqn

    def triplet(self, rand: bytes) -> tuple[bytes, bytes]:
        """SRES and Kc as a 2G card has them, from RES by c2 and from CK and IK by c3 (33.102 6.8.1.2)."""
        res = self.f2(rand)
        return _xor(res[:4], res[4:]), gsm_key(self.f3(rand), self.f4(rand))

    def _out1(self, rand: bytes, sqn: int, amf: bytes) -> bytes:
        number = _number(sqn) + _sized("AMF", amf, 2)
        return self._out(rand, *_F1, number + number)

    def _out(self, rand: bytes, constant: int, rotation: int, number: bytes = b"") -> bytes:
        """OUT1 with `number`, where TEMP stands beside what is rotated; OUT2 to OUT5 rotate TEMP itself."""
        temp = _aes(self.k, _xor(_sized("RAND", rand, 16), self.opc))
        rotated = int.from_bytes(_xor(number or temp, self.opc), "big")
        rotated = rotated << rotation & (1 << _BLOCK) - 1 | rotated >> _BLOCK - rotation
        block = (rotated ^ constant).to_bytes(16, "big")
        return _xor(_aes(self.k, _xor(block, temp) if number else block), self.opc)


def gsm_key(ck: bytes, ik: bytes) -> bytes:
    """Kc by c3: the halves of CK and IK together (33.102 6.8.1.2)."""
    return _xor(_xor(ck[:8], ck[8:]), _xor(ik[:8], ik[8:]))


def _aes(key: bytes, block: bytes) -> bytes:
    # 20 ms to load, and only who has keys needs it
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    return Cipher(algorithms.AES(key), modes.ECB()).encryptor().update(block)


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes([a ^ b for a, b in zip(one, other, strict=True)])


def _number(sqn: int) -> bytes:
    if not 0 <= sqn < 1 << 48:
        raise ValueError(f"SQN {sqn} is not a number of 48 bits")
    return sqn.to_bytes(6, "big")


def _sized(name: str, value: bytes, size: int) -> bytes:
    if len(value) != size:
        raise ValueError(f"{name} has {len(value)} octets, {size} are needed")
    return value
