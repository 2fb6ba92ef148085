"""What the SIM says it is, against what the lab file expects and what undisputed facts allow."""

from __future__ import annotations

from collections.abc import Callable

from interop import numbering, smspdu, uicc
from interop.engine import Bench, Contrast, Probe, case, role
from interop.lab.model import SimPart
from interop.protocols.simcard import SimCard
from interop.record import Cause, Layer

ABSENT = "(no such file)"
EMPTY = "(empty)"

ICCID, IMSI, SPN, MSISDN, SMSP = 0x2FE2, 0x6F07, 0x6F46, 0x6F40, 0x6F42
MISMATCH = (Layer.SIM, Cause.SIM_IDENTITY_MISMATCH)


@case(
    service="identity",
    standard="3GPP TS 31.102 4.2; ETSI TS 102 221 13.2",
    expected_s=2,
    contrast=Contrast.NONE,
    probe=Probe.ALIVE,
)
async def card_is_who_it_should_be(bench: Bench, *, subject: SimCard = role("card")) -> None:
    """ICCID, IMSI, own number, provider name and service centre are what this SIM was ordered with."""
    sim = bench.sims["subject"]
    iccid = _decoded(await subject.read_file(ICCID), lambda data: uicc.Iccid.decode(data).digits)
    bench.check("ICCID", expected=sim.iccid, actual=iccid, blame=MISMATCH)
    imsi = _decoded(await subject.read_file(IMSI), lambda data: uicc.Imsi.decode(data).digits)
    bench.check("IMSI", expected=sim.imsi, actual=imsi, blame=MISMATCH)
    _check_issuer(bench, sim, imsi, iccid)
    await _check_own_number(bench, subject, sim)
    if sim.spn is not None:
        name = _decoded(await subject.read_file(SPN), lambda data: uicc.Spn.decode(data).name)
        bench.check("service provider name", expected=sim.spn, actual=name, blame=MISMATCH)
    if sim.smsc is not None:
        centre = await _first_number(subject, SMSP, lambda data: uicc.Smsp.decode(data).smsc)
        bench.check("service centre", expected=sim.smsc, actual=centre, blame=MISMATCH)


def _decoded(data: bytes | None, decode: Callable[[bytes], str]) -> str:
    """The content in words; what cannot be decoded is shown as it is, and fails every comparison."""
    if data is None:
        return ABSENT
    try:
        return decode(data) or EMPTY
    except uicc.EfError as error:
        return f"(unreadable: {error})"


def _check_issuer(bench: Bench, sim: SimPart, imsi: str, iccid: str) -> None:
    """The card's numbers belong to the base operator, where nobody disputes whose they are."""
    found: list[tuple[str, numbering.Plmn | numbering.Iccid]] = []
    for name, text, look_up in (("IMSI", imsi, numbering.plmn), ("ICCID", iccid, numbering.iccid)):
        try:
            found.append((name, look_up(text)))
        except numbering.NumberError:
            continue  # already a failed check above
    for name, fact in found:
        if fact.operator is not None and fact.confidence is numbering.Confidence.HIGH:
            bench.check(
                f"{name} belongs to", expected=sim.base_operator, actual=fact.operator, blame=MISMATCH
            )


async def _check_own_number(bench: Bench, subject: SimCard, sim: SimPart) -> None:
    """EF_MSISDN may be empty; where it holds a number, it is this SIM's."""
    number = await _first_number(subject, MSISDN, lambda data: uicc.Msisdn.decode(data).number)
    if number in (ABSENT, EMPTY) and not sim.msisdn_on_card:
        return
    same = numbering.same_number(number, sim.msisdn)
    bench.check("own number", expected=sim.msisdn, actual=number, ok=same, blame=MISMATCH)


async def _first_number(
    subject: SimCard, file_id: int, decode: Callable[[bytes], smspdu.Address | None]
) -> str:
    """The number in the first record that holds one, with "+" where its type says international."""
    records = await subject.read_records(file_id)
    if records is None:
        return ABSENT
    texts = [_decoded(record, lambda data: str(decode(data) or "")) for record in records]
    return next((text for text in texts if text != EMPTY), EMPTY)
