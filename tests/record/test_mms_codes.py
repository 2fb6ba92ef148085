"""Where the answer to a multimedia message points first, by the words of the standards."""

from __future__ import annotations

import pytest

from interop.mms import ResponseStatus, RetrieveStatus, Status
from interop.record import Cause, InconcReason, Layer
from interop.record.mms_codes import Suspects, is_gone, of_delivery, of_retrieval, of_sending

SUB, CORE, BETWEEN, TEXT = Layer.SUBSCRIPTION, Layer.CORE, Layer.INTERCONNECT, Layer.FORMATTING
APN, GATEWAY = (SUB, Cause.BEARER_REFUSED), (CORE, Cause.BEARER_REFUSED)
NOT_SUBSCRIBED = (SUB, Cause.SERVICE_NOT_SUBSCRIBED)
PROXY, CENTRE = (CORE, Cause.PROXY_UNREACHABLE), (CORE, Cause.MMSC_UNREACHABLE)
REFUSED, FAILED = (CORE, Cause.MMS_REFUSED), (CORE, Cause.NETWORK_FAILURE)
ROUTE, CONTENT = (BETWEEN, Cause.NO_ROUTE), (CORE, Cause.CONTENT_REFUSED)
GONE, NOT_THERE = (CORE, Cause.MESSAGE_EXPIRED), (CORE, Cause.RETRIEVAL_REFUSED)


@pytest.mark.parametrize(
    ("stage", "codes", "told"),
    [
        ("device", {"code": 182}, InconcReason.DEVICE),
        ("bearer", {}, InconcReason.MODEM),
        ("bearer", {"code": 148}, InconcReason.MODEM),
        ("bearer", {"code": 27}, (APN,)),
        ("bearer", {"code": 29}, (GATEWAY,)),
        ("bearer", {"code": 33}, (NOT_SUBSCRIBED,)),
        ("bearer", {"code": 38}, (FAILED,)),
        ("bearer", {"code": 768}, InconcReason.MODEM),
        ("submit", {}, (PROXY,)),
        ("submit", {"http": 502}, (PROXY, CENTRE)),
        ("submit", {"http": 403}, (NOT_SUBSCRIBED, PROXY)),
        ("submit", {"http": 404}, (CENTRE,)),
        ("submit", {"http": 413}, (CONTENT,)),
        ("submit", {"http": 418}, (REFUSED,)),
        ("submit", {"code": 190}, (NOT_SUBSCRIBED, APN, PROXY, CENTRE)),
        ("mmsc", {"http": 200, "status": 130}, (NOT_SUBSCRIBED,)),
        ("mmsc", {"http": 200, "status": 227}, (ROUTE,)),
        ("mmsc", {"http": 200, "status": 131}, ((TEXT, Cause.MMS_REFUSED),)),
        ("mmsc", {"http": 200, "status": 229}, (CONTENT,)),
        ("mmsc", {"http": 200, "status": 224}, (REFUSED,)),
        ("mmsc", {"http": 200, "status": 255}, (REFUSED,)),
    ],
)
def test_a_message_is_refused(stage: str, codes: dict[str, int], told: Suspects | InconcReason) -> None:
    assert of_sending(stage, **codes) == told


@pytest.mark.parametrize(
    ("stage", "codes", "told"),
    [
        ("bearer", {"code": 33}, (NOT_SUBSCRIBED,)),
        ("device", {}, InconcReason.DEVICE),
        ("submit", {}, (PROXY,)),
        ("fetch", {"http": 404}, (NOT_THERE,)),
        ("fetch", {"http": 410}, (GONE,)),
        ("fetch", {"http": 503}, (CENTRE,)),
        ("fetch", {"http": 200}, (PROXY, NOT_THERE, (TEXT, Cause.RETRIEVAL_REFUSED))),
        ("fetch", {"http": 200, "status": 226}, (GONE,)),
        ("fetch", {"http": 200, "status": 194}, (FAILED,)),
        ("fetch", {"http": 200, "status": 225}, (NOT_SUBSCRIBED,)),
        ("fetch", {"http": 200, "status": 192}, (NOT_THERE,)),
    ],
)
def test_a_message_is_not_handed_out(
    stage: str, codes: dict[str, int], told: Suspects | InconcReason
) -> None:
    assert of_retrieval(stage, **codes) == told


@pytest.mark.parametrize("stage", ["submit", "mmsc", "fetch"])
def test_a_modems_own_client_names_all_that_may_have_gone_wrong(stage: str) -> None:
    """Whatever it calls it: it has asked for the message, and did not get it."""
    suspects = of_retrieval(stage, code=188)
    assert isinstance(suspects, tuple)
    assert {NOT_SUBSCRIBED, APN, PROXY, CENTRE, GONE, NOT_THERE, FAILED} <= set(suspects)
    refused = of_sending("mmsc", code=189)
    assert isinstance(refused, tuple)
    assert set(refused) >= {NOT_SUBSCRIBED, ROUTE, CONTENT, FAILED, REFUSED}
    assert not {PROXY, CENTRE} & set(refused), "somebody answered"


@pytest.mark.parametrize("status", [one for one in ResponseStatus if one is not ResponseStatus.OK])
def test_every_status_of_a_refusal_accuses_one(status: int) -> None:
    suspects = of_sending("mmsc", status=status)
    assert isinstance(suspects, tuple)
    assert len(suspects) == 1


def test_what_says_that_nothing_is_left() -> None:
    gone = {one for one in RetrieveStatus if is_gone("fetch", status=one, http=200, code=None)}
    assert gone == {RetrieveStatus.TRANSIENT_MESSAGE_NOT_FOUND, RetrieveStatus.PERMANENT_MESSAGE_NOT_FOUND}
    http = {404: True, 410: True, 403: False, 502: False}
    assert {code: is_gone("fetch", status=None, http=code, code=None) for code in http} == http
    assert not is_gone("submit", status=None, http=None, code=None)
    assert not is_gone("fetch", status=None, http=None, code=None), "nobody was there to say so"


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (Status.EXPIRED, ((CORE, Cause.NOTIFICATION_MISSING),)),
        (Status.RETRIEVED, ((CORE, Cause.REPORT_FALSE), (BETWEEN, Cause.REPORT_FALSE))),
        (Status.INDETERMINATE, ((BETWEEN, Cause.MESSAGE_LOST), (CORE, Cause.NOTIFICATION_MISSING))),
        (Status.UNREACHABLE, (ROUTE,)),
        (Status.FORWARDED, ((CORE, Cause.MESSAGE_LOST),)),
    ],
)
def test_what_is_reported_of_a_message_that_never_came(status: int, told: Suspects) -> None:
    assert of_delivery(status) == told
