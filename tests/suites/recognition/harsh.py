"""Every quirk with the sensible parameters that do most harm, and how much must be judged all the same."""

from __future__ import annotations

from drivers.emulated.quirks import listing

NEARLY_ALL = 0.9
"""the good driver survives: a quirk that makes much inconclusive hides lies"""

# The least share of the sample's cases with a verdict. Lower than usual is one of: messages (12 of 28 cases)
# or calls (8) that this quirk makes impossible on every modem; what is lost at random.
LEAST: dict[str, float] = {
    "answer.late@rate=0.02": NEARLY_ALL,
    "answer.late@command=+CSQ": 0.85,
    "answer.late@command=+CMGS,by=70,times=2": 0.7,
    "answer.lost@rate=0.03": 0.85,
    "answer.lost@command=+CMGS,times=2": 0.7,
    "answer.lost@command=D,times=2": 0.7,
    "answer.lost@command=A,rate=0.5": 0.85,
    "answer.lost@command=+CMGR,rate=0.3": NEARLY_ALL,
    "answer.swapped@rate=0.03": 0.8,
    "answer.swapped@command=+CLCC,rate=0.2": 0.85,
    "answer.twice": NEARLY_ALL,
    "answer.twice@rate=0.1": NEARLY_ALL,
    **dict.fromkeys((f"clcc.form@form={form}" for form in ("any", "bare", "short", "alpha")), NEARLY_ALL),
    "command.refused@rate=0.2": NEARLY_ALL,
    "command.refused@command=+CREG,code=515,rate=0.1": NEARLY_ALL,
    "command.refused@command=D,code=30,rate=0.3": 0.8,
    "command.refused@command=+CMGS,code=500,rate=0.3": NEARLY_ALL,
    "command.refused@command=+CMGR,code=314,rate=0.3": NEARLY_ALL,
    "command.swallowed": NEARLY_ALL,
    "command.swallowed@times=1000,rate=0.02": 0.85,
    "creg.form": NEARLY_ALL,
    **dict.fromkeys((f"creg.form@form={form}" for form in ("status", "broken", "swapped")), NEARLY_ALL),
    **dict.fromkeys((f"creg.form@form={form}" for form in ("area", "unquoted", "open", "long")), NEARLY_ALL),
    "dial.waits": 0.6,
    "dial.waits@rate=0.3": 0.8,
    "final.first": NEARLY_ALL,
    "final.first@command=+CLCC": NEARLY_ALL,
    "final.missing": NEARLY_ALL,
    "final.missing@command=+CLCC,rate=0.1": 0.85,
    "line.swallowed@rate=0.3": NEARLY_ALL,
    "line.swallowed@rate=0.2,line=+CDS:": NEARLY_ALL,
    "line.swallowed@rate=0.3,line=+CLIP:": NEARLY_ALL,
    "line.swallowed@line=NO CARRIER": NEARLY_ALL,
    "line.swallowed@line=+CRING:": NEARLY_ALL,
    "line.swallowed@line=OK,rate=0.02": 0.85,
    "message.refused@rate=0.3": NEARLY_ALL,
    "message.refused@sent=yes,rate=0.3": NEARLY_ALL,
    "message.refused@code=322": 0.55,
    "modem.crash": 0.75,
    "modem.crash@sign=no": 0.75,
    "modem.crash@command=D": NEARLY_ALL,
    "modem.crash@command=D,sign=no": 0.8,
    "modem.crash@command=+CLCC,sign=no": 0.85,
    "modem.crash@command=+CREG,sign=no": 0.85,
    "modem.reset": NEARLY_ALL,
    "modem.reset@sign=no": NEARLY_ALL,
    "modem.reset@after=25,times=20": 0.75,
    "modem.reset@after=90,sign=no,times=9": 0.8,
    "modem.unplug": NEARLY_ALL,
    "modem.unplug@powered=no": NEARLY_ALL,
    "modem.unplug@after=30,for=2": NEARLY_ALL,
    "modem.unplug@after=45,for=90": 0.85,
    "prefix.missing": NEARLY_ALL,
    "prefix.missing@command=+CLCC": NEARLY_ALL,
    "prefix.missing@command=+CREG": NEARLY_ALL,
    **dict.fromkeys((f"prompt.form@form={form}" for form in ("blank", "behind", "around")), NEARLY_ALL),
    "prompt.stuck@rate=0.2": 0.8,
    "prompt.stuck": 0.55,
    "random": 0.0,
    "random@count=5": 0.0,
    "sim.busy": NEARLY_ALL,
    "sim.busy@code=515": NEARLY_ALL,
    "sim.busy@for=9999,rate=0.3": NEARLY_ALL,
    "sim.busy@code=314,for=9999,rate=0.3": NEARLY_ALL,
    "storage.full": 0.55,
    "storage.full@after=60": 0.55,
    "urc.inside": NEARLY_ALL,
    "urc.inside@line=NO CARRIER,command=+CSQ": NEARLY_ALL,
    "urc.inside@line=RING,rate=0.02": NEARLY_ALL,
    "urc.inside@line=BUSY,command=+CLCC": NEARLY_ALL,
    "urc.twice": NEARLY_ALL,
    "urc.twice@line=+CDS:": NEARLY_ALL,
    "urc.twice@line=NO CARRIER": NEARLY_ALL,
    "urc.twice@line=+CLIP:": NEARLY_ALL,
    "write.split": NEARLY_ALL,
    "write.split@size=1,gap=0.02": NEARLY_ALL,
}  # fmt: skip
# Of all 144 cases 72 are messages, of the sample's 28 only 12.
LEAST_OF_ALL = LEAST | dict.fromkeys(
    ("message.refused@code=322", "prompt.stuck", "storage.full", "storage.full@after=60"), 0.5
)
NAMES = tuple(row.name for row in listing())


def variants(name: str) -> tuple[str, ...]:
    """The rows of one quirk; a quirk that has none is played as it is."""
    return tuple(quirk for quirk in LEAST if quirk.partition("@")[0] == name) or (name,)
