"""What gateways do to texts they do not understand."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from drivers.emulated.gateways.texts import Message
from interop.smspdu import Alphabet, Dcs

_MOST: Final = 134
"""octets, which fit behind any header of a part"""


def garbled(message: Message) -> Message:
    """Every character outside ASCII is '?'."""
    dcs, user_data = message
    if isinstance(user_data.body, bytes):
        return message
    plain = "".join(char if char.isascii() else "?" for char in user_data.body)
    return dcs, replace(user_data, body=plain)


def swapped(message: Message) -> Message:
    """The wrong coding: UCS2 with its octets the other way round, 7 bit text taken for UCS2.

    >>> from interop.smspdu import UserData
    >>> swapped((Dcs(8), UserData("验")))[1].body == chr(0x8C9A)
    True
    """
    dcs, user_data = message
    if isinstance(user_data.body, bytes):
        return message
    if dcs.alphabet is Alphabet.UCS2:
        octets = user_data.body.encode("utf-16-le", "surrogatepass")
    else:
        octets = user_data.body.encode("latin-1", "replace")[:_MOST]
        octets += b" " * (len(octets) % 2)
    text = octets.decode("utf-16-be", "surrogatepass")
    return Dcs.general(Alphabet.UCS2, dcs.message_class), replace(user_data, body=text)
