"""A small country of our own: SIMs in modems, others at the far end, and faults planted by hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from random import Random

from interop.campaign.cells import Cell, Level, Trial, stage_seed
from interop.campaign.course import Began, Course, Ended, Line, Replay, State
from interop.campaign.screening import screen
from interop.campaign.spending import UNLIMITED, Budget, Spend
from interop.campaign.stages import Stage
from interop.record import Attempt, InconcReason, Subject, Verdict
from interop.results.sequential import Plan

OPERATORS = ("CMCC", "CUCC", "CTCC")
CITIES = ("北京", "上海", "广州", "成都")
PEERS = ("CMCC", "CUCC", "CTCC", "MVNO")
FARS = {"CMCC": 3, "CUCC": 2, "CTCC": 1, "MVNO": 3}
"""SIMs at the far end, of each class: cmcc-1, cmcc-2 ..."""
ORIGINATORS = ("bank", "shop", "post", "rail", "mail")
SPENDS = {"voice-mo": Spend(calls=1), "sms-mo": Spend(messages=1), "sms-mt": Spend(messages=2)}
TRIES = 3
"""of an inconclusive attempt, in all"""


@dataclass(frozen=True)
class Device:
    name: str
    resources: tuple[str, ...]


def cells(seating: int) -> list[Cell]:
    """SIM i is in modem i, or in the next one: then modem 1 holds the SIM of M00."""
    found = []
    for number in range(12):
        modem = f"m{(number + seating) % 12:02}"
        own = {
            "mvno": f"M{number:02}",
            "base_operator": OPERATORS[number % 3],
            "city": CITIES[number // 3],
            "modem": modem,
        }
        device = Device(modem, (f"modem:{modem}", f"sim:s{number}"))
        for service in ("voice-mo", "sms-mo", "sms-mt"):
            found += [_cell({**own, "service": service, "peer": peer}, device, seating) for peer in PEERS]
        for originator in ORIGINATORS:
            found.append(_cell({**own, "service": "code", "originator": originator}, device, seating))
    return found


def _cell(levels: Mapping[str, str], device: Device, seating: int) -> Cell:
    far = levels.get("peer") or levels["originator"]
    name = f"toy.{levels['service']}[{levels['mvno']}->{far}"
    spend = SPENDS.get(levels["service"], Spend())
    roles: dict[str, tuple[Device, ...]] = {"subject": (device,)}
    if peer := levels.get("peer", "").lower():
        names = [f"{peer}-{number}" for number in range(1, FARS[peer.upper()] + 1)]
        roles["peer"] = tuple(Device(f"of-{sim}", (f"modem:of-{sim}", f"sim:{sim}")) for sim in names)
    return Cell(name, "", levels, 20.0, seating, spend, roles, "peer" if peer else "")


def course(
    size: int = 3000,
    *,
    rotation: bool = True,
    budget: Budget = UNLIMITED,
    seed: int = 1,
    controls: float = 0.01,
    test: Plan | None = None,
) -> Course:
    home, moved = cells(0), cells(1) if rotation else []
    drawn = screen(home, moved, size=size, each=8, share=0.08, seed=seed)
    test = test or Plan(0.02, 0.10)
    return Course((*home, *moved), drawn, test, controls=controls, budget=budget, seed=seed)


@dataclass(frozen=True)
class Country:
    """`faults`: levels -> how often a case that touches all of them fails; `background`: how often one fails
    without; `unclear`: how often an attempt says nothing. Every attempt's outcome depends on its name alone.
    `seed`: of its campaign, too.
    """

    faults: Mapping[tuple[Level, ...], float] = field(default_factory=dict)
    background: float = 0.0
    unclear: float = 0.0
    seed: int = 1

    def attempt(self, stage: int, cell: Cell, case: str, number: int) -> Attempt:
        key = f"{self.seed} {stage} {case} {number}"
        random = Random(sha256(key.encode()).digest())
        verdict = Verdict.PASS
        if random.random() < self.unclear:
            verdict = Verdict.INCONC
        else:
            chances = [depth for levels, depth in self.faults.items() if cell.touches(levels)]
            if any(random.random() < chance for chance in (*chances, self.background)):
                verdict = Verdict.FAIL
        return attempt(case, verdict, number, cell.spend)

    def play(self, stage: Stage, left: Iterable[Trial], before: Sequence[Attempt]) -> Iterable[Attempt]:
        """As the engine does: an inconclusive attempt is made again, a fail is followed by its contrast.

        `before`: the stage's attempts so far; those that were interrupted were no tries.
        """
        known: dict[str, list[Attempt]] = defaultdict(list)
        for made in before:
            known[made.case].append(made)
        for trial in left:
            number = len(known[trial.case])
            levels = trial.levels(stage_seed(self.seed, stage.number))
            tries = sum(made.reason is not InconcReason.INTERRUPTED for made in known[trial.case])
            for which in range(tries + 1, TRIES + 1):
                number += 1
                cell = replace(trial.cell, levels=levels)
                made = self.attempt(stage.number, cell, trial.case, which)
                yield replace(made, attempt=number)
                if made.verdict is Verdict.FAIL:
                    for again in range(1, TRIES + 1):  # the dearest contrast there can be
                        control_of = f"{trial.case}#{number}"
                        yield attempt(f"{trial.case}*", Verdict.INCONC, again, trial.cell.spend, control_of)
                if made.verdict is not Verdict.INCONC:
                    break


def attempt(case: str, verdict: Verdict, number: int, spend: Spend, control_of: str | None = None) -> Attempt:
    counts = {"calls": spend.calls, "messages": spend.messages, "multimedia": spend.multimedia}
    return Attempt(
        case=case,
        suite="toy",
        service="",
        standard="",
        subject=Subject("", "", "", "", "", ""),
        peer=None,
        devices={"subject": "m"},
        attempt=number,
        verdict=verdict,
        started=0.0,
        duration_s=20.0,
        reason=InconcReason.MODEM if verdict is Verdict.INCONC else None,
        control_of=control_of,
        spent={"s": counts},
    )


def go_on(course: Course, country: Country, lines: list[Line], *, order: int | None = None) -> State:
    """Play to the end and append what is written; `order`: seed of the order in which cases end."""
    replay = Replay(course)
    for line in lines:
        replay.hear(line)

    def write(line: Line) -> None:
        lines.append(line)
        replay.hear(line)

    while (now := replay.state()).stage is not None:
        if not now.began:
            write(Began(now.stage.number))
        begun = lines.index(Began(now.stage.number))
        before = [line for line in lines[begun:] if isinstance(line, Attempt) and not line.control_of]
        left = list(now.left)
        if order is not None:
            Random(order).shuffle(left)
        for made in country.play(now.stage, left, before):
            write(made)
        write(Ended(now.stage.number))
    return now
