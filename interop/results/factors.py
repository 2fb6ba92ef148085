"""The factors that failures are laid to: what a campaign crosses, the localiser accuses."""

from __future__ import annotations

from typing import Final

CROSSED: Final = ("mvno", "base_operator", "city", "service", "originator", "modem", "peer")
"""What a plan chooses. `originator`: the form, label service, gateway or other sender; `peer`: the class of
the far end. A case has one of the two, or neither: a level "" does not apply.
"""
FAR: Final = "far"
"""The SIM of ours at the far end, with the modem that holds it: the first player besides the subject. It is
drawn when a case is played. Without it a sick SIM of ours would be laid to the operator that it belongs to.
"""
FACTORS: Final = (*CROSSED, FAR)
