"""Banks, sites and label services: does the rest of the world take this number for a phone number?"""

from __future__ import annotations

from interop.engine import Bench, Cast, Probe, case, role
from interop.protocols.modem import Modem
from interop.protocols.site import LabelService, NumberForm
from interop.record import Cause, InconcReason, Layer
from suites.forms import form_of, takes_the_number


@case(
    service="site",
    standard="MIIT numbering plan 2017",
    expected_s=2,
    probe=Probe.NONE,
)
async def form_accepts(
    bench: Bench, *, subject: Modem = role("modem"), site: NumberForm = role("form", cast=Cast.EACH)
) -> None:
    """A bank's or site's number form takes the number."""
    del subject  # held while the form works: a code it sends belongs to this case
    await takes_the_number(bench, site, form_of(bench, "site"), bench.sims["subject"], awaited=False)


@case(service="label", standard="caller labels of handset makers", expected_s=2, probe=Probe.NONE)
async def carries_no_label(
    bench: Bench, *, subject: Modem = role("modem"), service: LabelService = role("label", cast=Cast.EACH)
) -> None:
    """A number-label service does not mark the number as harassment or fraud."""
    del subject
    label = await service.lookup(bench.sims["subject"].msisdn)
    if label is None:
        bench.inconclusive(InconcReason.SITE, "the label service gave no usable answer")
    bench.check(
        "label", expected="none", actual=label or "none", blame=(Layer.ORIGINATOR, Cause.NUMBER_LABELLED)
    )
