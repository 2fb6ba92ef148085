"""One attempt's hold on its devices."""

from __future__ import annotations

from dataclasses import dataclass, field

from interop.record import Event


@dataclass(eq=False)
class Lease:
    """`events`: what its devices did meanwhile, with who did it; `ended`: when its case did, None while
    it runs; clean-up and the probe behind it still hold the devices.
    """

    case: str
    attempt: int
    events: list[tuple[str, Event]] = field(default_factory=list)
    ended: float | None = None

    @property
    def key(self) -> str:
        return f"{self.case}#{self.attempt}"
