"""SIMs on other modems: where each sits in its own for ever, "SIM" and "modem" are one column of the table,
and no statistics can tell them apart (reference: verdicts.md section 11).
"""

from __future__ import annotations

from collections.abc import Sequence

from interop.lab.model import Lab


def alike(lab: Lab) -> list[list[str]]:
    """The modems that hold a SIM, together with those of the same capabilities: what every SIM can do in one
    of them it can do in the others.
    """
    classes: dict[frozenset[str], list[str]] = {}
    for modem in lab.modems:
        if modem.sim:
            classes.setdefault(frozenset(modem.capabilities), []).append(modem.name)
    return [names for names in classes.values() if len(names) > 1]


def rotated(lab: Lab, groups: Sequence[Sequence[str]]) -> Lab:
    """The lab after every SIM of a group has moved on to the group's next modem."""
    sims = {modem.name: modem.sim for modem in lab.modems}
    moved = {
        new: sims[old] for names in groups for old, new in zip(names, [*names[1:], *names[:1]], strict=True)
    }
    modems = tuple(modem.model_copy(update={"sim": moved.get(modem.name, modem.sim)}) for modem in lab.modems)
    return lab.model_copy(update={"modems": modems})
