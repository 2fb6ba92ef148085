"""What the diagram says of multimedia messages."""

from __future__ import annotations

import pytest

from interop.record import Event
from interop.record.events import (
    Answered,
    BearerOpened,
    BearerRefused,
    MmsAsked,
    MmsConfirmed,
    MmsGot,
    MmsNotified,
    MmsReadHeard,
    MmsReadTold,
    MmsReported,
    MmsSubmitted,
    MmsTaken,
)
from interop.reports import ladder, multimedia

PARTS = (
    "application/smil 512 sha256:00",
    "image/jpeg 812 sha256:0123456789abcdef",
    "text/plain 38 sha256:ff",
)


@pytest.mark.parametrize(
    ("event", "label"),
    [
        (BearerOpened("3gwap", "10.64.0.1"), "connected to 3gwap as 10.64.0.1"),
        (BearerOpened("3gwap"), "connected to 3gwap"),
        (BearerRefused("3gwap", 33, "CME 133"), "no connection to 3gwap, cause 33: CME 133"),
        (
            MmsSubmitted(("17090001234", "13900001234"), "彩信", PARTS, 1500),
            "MMS to 17090001234, 13900001234: 彩信 [image/jpeg 812, text/plain 38]",
        ),
        (MmsTaken("accepted", "mmsc", "m-1", 128, "ok"), "accepted (mmsc): ok, id m-1"),
        (
            MmsTaken("rejected", "mmsc", status=132, text="no such"),
            "rejected (mmsc), status 132 (address unresolved): no such",
        ),
        (MmsTaken("rejected", "mmsc", status=255), "rejected (mmsc), status 255"),
        (MmsTaken("unknown", "submit", text="no answer"), "unknown (submit): no answer"),
        (
            MmsNotified("t1", "http://mmsc/1", 900, "+8617090001234", "hi", "personal", 3600.0),
            "MMS announced from +8617090001234: hi, 900 octets, kept 3600 s, at http://mmsc/1 (t1)",
        ),
        (MmsNotified("t1", "http://mmsc/1", 900), "MMS announced, 900 octets, at http://mmsc/1 (t1)"),
        (MmsAsked("http://mmsc/1"), "fetches http://mmsc/1"),
        (
            MmsGot("accepted", "fetch", "1", "hi", PARTS),
            "MMS fetched from 1: hi [image/jpeg 812, text/plain 38]",
        ),
        (
            MmsGot("rejected", "fetch", status=226, text="gone"),
            "rejected (fetch), status 226 (permanent message not found): gone",
        ),
        (MmsConfirmed("retrieved", True), "tells the MMSC: retrieved"),
        (MmsConfirmed("deferred", False), "tells the MMSC: deferred, the MMSC does not take it"),
        (MmsConfirmed("retrieved"), "tells the MMSC: retrieved, says its own client"),
        (
            MmsReported("m-1", "1390", 129, "2026-01-05T09:00:00+08:00"),
            "delivery report: 129 (retrieved), 1390, m-1, 2026-01-05T09:00:00+08:00",
        ),
        (MmsReadTold("m-1", "1709"), "tells 1709 that m-1 is read"),
        (MmsReadHeard("m-1", "1390", 129), "read report: 129 (deleted unread), 1390, m-1"),
    ],
)
def test_labels(event: Event, label: str) -> None:
    assert ladder.label(event) == label


def test_other_events_are_not_its_own() -> None:
    assert multimedia.label(Answered()) is None
