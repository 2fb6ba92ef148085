"""What the facts say about the SIMs of a lab file."""

from __future__ import annotations

import re

from interop.lab.item import Item
from interop.lab.shape import close
from interop.numbering import (
    BaseOperator,
    Confidence,
    Msisdn,
    NumberError,
    brand,
    brands,
    iccid,
    plmn,
    segment,
    smsc,
)


def check_sim(sim: Item) -> None:
    for check in (_number, _imsi, _iccid, _smsc, _brand):
        check(sim)


def _number(sim: Item) -> None:
    number, kind, operator = sim.text("msisdn"), sim.text("kind"), sim.text("base_operator")
    if not number:
        return
    try:
        msisdn = Msisdn.parse(number)
    except NumberError as error:
        sim.refuse("msisdn", f'msisdn: "{number}": {error.reason}')
        return
    if msisdn.national != number:
        sim.refuse("msisdn", f'msisdn: write the national digits: "{msisdn.national}"')
        return
    found = segment(msisdn)
    if kind == "ordinary" and found.resale and found.confidence is Confidence.HIGH:
        # as the control of a contrast it would acquit every segment
        sim.refuse("msisdn", f"msisdn: {found.prefix} is sold by virtual operators only, so kind is mvno")
    elif kind == "mvno" and not found.resale:
        sim.warn("msisdn", f"msisdn: {found.prefix} is no segment of virtual operators")
    if not found.assigned:
        sim.warn("msisdn", f"msisdn: {found.prefix}: {found.status}")
    if operator and found.base_operator and found.base_operator != operator:
        # never a mistake: numbers are ported, and it is the IMSI that says where one lives
        sim.warn(
            "msisdn", f"msisdn: {found.prefix} was given to {found.base_operator}, not {operator}: ported?"
        )


def _imsi(sim: Item) -> None:
    imsi = sim.text("imsi")
    if not imsi:
        return
    if len(imsi) != 15:
        sim.refuse("imsi", f'imsi: "{imsi}" has {len(imsi)} digits, not 15')
        return
    home = plmn(imsi)
    if home.operator is None:
        why = "; ".join(home.disputes) or home.holder or "no source knows it"
        sim.warn("imsi", f"imsi: whose network {home.mccmnc} is, is not sure: {why}")
    else:
        _same_operator(sim, "imsi", home.mccmnc, home.operator, home.confidence)


def _iccid(sim: Item) -> None:
    text = sim.text("iccid")
    if not text:
        return
    try:
        card = iccid(text)
    except NumberError as error:
        sim.refuse("iccid", f'iccid: "{text}": {error.reason}')
        return
    if card.luhn_ok is False:
        sim.refuse("iccid", f'iccid: "{text}" is mistyped: its check digit (Luhn) is wrong')
    elif card.operator is None:
        why = "; ".join(card.disputes) or "no source knows it"
        sim.warn("iccid", f"iccid: who issues {card.prefix}, is not sure: {why}")
    else:
        _same_operator(sim, "iccid", card.prefix, card.operator, card.confidence)


def _same_operator(sim: Item, key: str, shown: str, found: BaseOperator, confidence: Confidence) -> None:
    operator = sim.text("base_operator")
    if operator and found != operator:
        judge = sim.refuse if confidence is Confidence.HIGH else sim.warn
        judge(key, f"{key}: {shown} is of {found}, but base_operator is {operator}")


def _smsc(sim: Item) -> None:
    address, operator = sim.text("smsc"), sim.text("base_operator")
    if not address:
        return
    if not re.fullmatch(r"\+?[0-9]{3,20}", address):
        sim.refuse("smsc", f'smsc: "{address}" is no number of a service centre ("+8613800100500")')
        return
    found = smsc(address)
    if found and found.operator and operator and found.operator != operator:
        sim.warn("smsc", f"smsc: {address} looks like one of {found.operator}, not {operator}")


def _brand(sim: Item) -> None:
    name, hotline = sim.text("brand"), sim.text("hotline")
    if not name or sim.text("kind") != "mvno":
        return
    known = brand(name)
    if known is None:
        spellings = [spelling for entry in brands() for spelling in entry.names]
        sim.warn("brand", f'brand: no source knows a virtual operator "{name}"{close(name, spellings)}')
    elif hotline and known.hotline and hotline != known.hotline:
        sim.warn("hotline", f"hotline: sources say {known.hotline} for {name}, not {hotline}")
