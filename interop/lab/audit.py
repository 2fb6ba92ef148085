"""Which checks found in the wild would refuse the lab's own numbers: information, never a verdict."""

from __future__ import annotations

from typing import Any

from interop.lab.model import Lab
from interop.numbering import audit, segment_label


def number_audit(lab: Lab) -> list[dict[str, Any]]:
    """One row per SIM, MVNO numbers first: sim, msisdn, segment, rejected_by (names), accepted (how many)."""
    rows = []
    for sim in sorted(lab.sims, key=lambda sim: sim.kind != "mvno"):
        answers = audit(sim.msisdn)
        rows.append(
            {
                "sim": sim.name,
                "msisdn": sim.msisdn,
                "segment": segment_label(sim.msisdn),
                "rejected_by": [answer.recogniser for answer in answers if not answer.accepts],
                "accepted": sum(answer.accepts for answer in answers),
            }
        )
    return rows
