"""What the stages of a multimedia message answer -> first guess of layer and cause, as data; see `codes`.

Numbers are those of 3GPP TS 24.008 10.5.6.6 and OMA-TS-MMS_ENC-V1_3 7.3.48, 7.3.50 and 7.3.54. A modem's own
client often says no more than where it failed: then all who may be to blame are named, the first on the path
first.
"""

from __future__ import annotations

from typing import Final

from interop.record.verdict import Blame, Cause, InconcReason, Layer

Suspects = tuple[Blame, ...]

_APN: Final[Blame] = (Layer.SUBSCRIPTION, Cause.BEARER_REFUSED)
_GATEWAY: Final[Blame] = (Layer.CORE, Cause.BEARER_REFUSED)
_NOT_SUBSCRIBED: Final[Blame] = (Layer.SUBSCRIPTION, Cause.SERVICE_NOT_SUBSCRIBED)
_PROXY: Final[Blame] = (Layer.CORE, Cause.PROXY_UNREACHABLE)
_CENTRE: Final[Blame] = (Layer.CORE, Cause.MMSC_UNREACHABLE)
_FAILED: Final[Blame] = (Layer.CORE, Cause.NETWORK_FAILURE)
_BUSY: Final[Blame] = (Layer.CORE, Cause.CONGESTION)
_REFUSED: Final[Blame] = (Layer.CORE, Cause.MMS_REFUSED)
_FORMAT: Final[Blame] = (Layer.FORMATTING, Cause.MMS_REFUSED)
_CONTENT: Final[Blame] = (Layer.CORE, Cause.CONTENT_REFUSED)
_ROUTE: Final[Blame] = (Layer.INTERCONNECT, Cause.NO_ROUTE)
_NOT_THERE: Final[Blame] = (Layer.CORE, Cause.RETRIEVAL_REFUSED)
_GONE: Final[Blame] = (Layer.CORE, Cause.MESSAGE_EXPIRED)

_NETWORK_ERROR: Final[Suspects] = (_NOT_SUBSCRIBED, _APN, _PROXY, _CENTRE)
"""what a client that sets up the connection by itself calls an error of the network"""

BEARER_CAUSES: dict[int, Suspects] = {
    7: (_APN,),
    8: (_APN,),
    26: (_BUSY,),
    27: (_APN,),
    29: (_GATEWAY,),
    30: (_GATEWAY,),
    31: (_GATEWAY,),
    32: (_APN,),
    33: (_NOT_SUBSCRIBED,),
    34: (_FAILED,),
    38: (_FAILED,),
}
"""Why there is no packet connection. An unknown APN: the facts know it, this subscription does not. A
client's own number (768 of Quectel's: not set up) says not why, and comes where it was there before.
"""

RESPONSE_STATUSES: dict[int, Blame] = {
    130: _NOT_SUBSCRIBED,
    131: _FORMAT,
    132: _ROUTE,
    134: _FAILED,
    135: _CONTENT,
    192: _FAILED,
    193: _ROUTE,
    195: _FAILED,
    196: _ROUTE,
    225: _NOT_SUBSCRIBED,
    226: _FORMAT,
    227: _ROUTE,
    229: _CONTENT,
}
"""An address that is not resolved accuses the tables of segments by which centres find each other."""

RETRIEVE_STATUSES: dict[int, Blame] = {
    193: _GONE,
    194: _FAILED,
    225: _NOT_SUBSCRIBED,
    226: _GONE,
    227: _CONTENT,
}

_HTTP: dict[int, Suspects] = {
    401: (_NOT_SUBSCRIBED, _PROXY),
    403: (_NOT_SUBSCRIBED, _PROXY),
    407: (_PROXY,),
    408: (_CENTRE,),
    413: (_CONTENT,),
    500: (_FAILED,),
    502: (_PROXY, _CENTRE),
    503: (_CENTRE,),
    504: (_PROXY, _CENTRE),
}
"""Proxies say 502 of an MMSC that they do not reach, and of what is wrong with themselves; who denies access,
they or the MMSC, does not say which of them it is.
"""
HTTP_OF_SENDING: dict[int, Suspects] = {**_HTTP, 400: (_FORMAT,), 404: (_CENTRE,)}
HTTP_OF_RETRIEVAL: dict[int, Suspects] = {**_HTTP, 404: (_NOT_THERE,), 410: (_GONE,)}

TOO_LARGE: Final = frozenset({135, 229})
HTTP_TOO_LARGE: Final = 413
"""what a centre says of a message that is larger than it takes"""

DELIVERY_STATUSES: dict[int, Suspects] = {
    128: ((Layer.CORE, Cause.NOTIFICATION_MISSING),),
    129: ((Layer.CORE, Cause.REPORT_FALSE), (Layer.INTERCONNECT, Cause.REPORT_FALSE)),
    130: ((Layer.CORE, Cause.MESSAGE_REFUSED),),
    132: ((Layer.INTERCONNECT, Cause.MESSAGE_LOST), (Layer.CORE, Cause.NOTIFICATION_MISSING)),
    133: ((Layer.INTERCONNECT, Cause.MESSAGE_LOST), (Layer.CORE, Cause.NOTIFICATION_MISSING)),
    135: (_ROUTE,),
}
"""Of a report on a message that never came: what the far centre, or the one before it, says that it did."""


def of_sending(
    stage: str, *, status: int | None = None, http: int | None = None, code: int | None = None
) -> Suspects | InconcReason:
    """Whom the refusal of a message accuses, the first on the path first, or why it says nothing.

    `stage`: of `interop.protocols.mms.MmsStage`, where it was refused.

    >>> of_sending("mmsc", status=132)
    ((<Layer.INTERCONNECT: 'interconnect'>, <Cause.NO_ROUTE: 'no_route'>),)
    """
    return _of(stage, RESPONSE_STATUSES, HTTP_OF_SENDING, _REFUSED, status, http, code)


def of_retrieval(
    stage: str, *, status: int | None = None, http: int | None = None, code: int | None = None
) -> Suspects | InconcReason:
    """As `of_sending`, of a message that was announced and cannot be fetched."""
    where = "fetch" if stage in ("submit", "mmsc") else stage  # a modem's own client says less here
    return _of(where, RETRIEVE_STATUSES, HTTP_OF_RETRIEVAL, _NOT_THERE, status, http, code)


def is_gone(stage: str, *, status: int | None, http: int | None, code: int | None) -> bool:
    """Whether a refusal to hand a message out says that there is none (any more). A modem's own client says
    no more than that it failed there.
    """
    if stage != "fetch":
        return False
    if status is not None:
        return RETRIEVE_STATUSES.get(status) == _GONE
    return http in (404, 410) or (http is None and code is not None)


def as_reached(suspects: Suspects, *, proxied: bool, crosses: bool) -> Suspects:
    """Only those who are there: no proxy where none stands before the MMSC, no interconnection where sender
    and recipients have one MMSC.
    """
    there = []
    for layer, cause in suspects:
        if cause is Cause.PROXY_UNREACHABLE and not proxied:
            cause = Cause.MMSC_UNREACHABLE
        there.append((Layer.CORE if layer is Layer.INTERCONNECT and not crosses else layer, cause))
    return tuple(dict.fromkeys(there))


def of_delivery(status: int) -> Suspects:
    """What a delivery report accuses, where the message itself never came."""
    return DELIVERY_STATUSES.get(status, ((Layer.CORE, Cause.MESSAGE_LOST),))


def _of(
    stage: str,
    statuses: dict[int, Blame],
    of_http: dict[int, Suspects],
    otherwise: Blame,
    status: int | None,
    http: int | None,
    code: int | None,
) -> Suspects | InconcReason:
    if stage == "device":
        return InconcReason.DEVICE
    if stage == "bearer":
        # a modem that does not tell why may be the one that refused it
        return InconcReason.MODEM if code is None else BEARER_CAUSES.get(code, InconcReason.MODEM)
    if status is not None:
        return (statuses.get(status, otherwise),)
    if http is not None and not 200 <= http < 300:
        return of_http.get(http, (otherwise,))
    if code is not None:
        refused = tuple(dict.fromkeys((*statuses.values(), otherwise)))
        both = tuple(dict.fromkeys((*_NETWORK_ERROR, *refused)))
        return {"submit": _NETWORK_ERROR, "mmsc": refused}.get(stage, both)
    if http is not None:
        # no PDU, or none that can be read: the centre's, or a page of whoever stands before it
        return (_PROXY, otherwise, (Layer.FORMATTING, otherwise[1]))
    return (_PROXY,)
