"""Verification codes of banks and sites: asked for at the form, read on the handset, given back."""

from __future__ import annotations

from interop.engine import Bench, Cast, case, role
from interop.protocols.modem import Modem
from interop.protocols.site import NumberForm
from suites.codes.arrival import LONGEST_S
from suites.codes.site_steps import SiteCode
from suites.forms import form_of, takes_the_number
from suites.parties import party


@case(
    service="site-code", standard="3GPP TS 23.040; ETSI TS 102 250-2 7.4", expected_s=35, timeout_s=LONGEST_S
)
async def site_sends_code(
    bench: Bench,
    *,
    subject: Modem = role("modem", "sms"),
    site: NumberForm = role("form", cast=Cast.EACH),
) -> None:
    """The site takes the number, its code comes in time, whole and once, and it is the one that the site
    wants to hear.
    """
    code = await SiteCode.of(bench, form_of(bench, "site"), party(bench, "subject", subject))
    await takes_the_number(bench, site, code.part, code.handset.sim, awaited=True)
    arrived = await code.arrives(site)
    said = await code.is_given_back(site, arrived)
    code.is_in_time(arrived)
    await code.is_intact(arrived)
    code.is_the_right_one(said)
