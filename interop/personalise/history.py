"""What a journal tells of the cards of a batch, beside what is read from them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from interop.personalise.entries import Verified, Verifying, Writing, Written
from interop.personalise.identify import torn as may_be_torn
from interop.personalise.journal import Run
from interop.personalise.order import Order
from interop.personalise.steps import CardIdentity, Keys, Plan
from interop.uicc.paths import EF_ICCID

_TAKEN: Final = "9000"


class History:
    """`runs` may grow while the batch is at work."""

    def __init__(self, runs: Sequence[Run]) -> None:
        self._runs = runs

    def torn(self, identity: CardIdentity) -> set[str]:
        """Names of the cards whose ICCID was being written last, says the journal, and may look so now."""
        last: dict[str, Writing | Written] = {}
        for run in self._runs:
            if bytes.fromhex(run.began.atr) == identity.atr:
                for entry in run.entries:
                    if isinstance(entry, Writing | Written) and entry.path == EF_ICCID:
                        last[run.began.card] = entry
        return {
            card
            for card, entry in last.items()
            if isinstance(entry, Writing)
            and may_be_torn(
                identity.octets, bytes.fromhex(entry.before or ""), bytes.fromhex(entry.after or "")
            )
        }

    def keys_written(self, order: Order) -> set[str]:
        """Files that the last run to write keys to this card wrote: for this order, and all runs since were
        done, which takes a proof.
        """
        secret = {wish.path for wish in order.wishes if wish.secret and not wish.leftover}
        found: set[str] = set()
        for run in self._runs:
            if run.began.card in (order.iccid, order.final_iccid):
                keys = secret & {entry.path for entry in run.entries if isinstance(entry, Written)}
                if run.ended is None or run.ended.result != "done":
                    found = set()
                elif keys:
                    found = keys if run.began.job == order.job else set()
        return found

    def not_written_here(self, order: Order, made: Plan) -> Iterator[str]:
        """The new ICCID is the sign of a finished card: another one that has it, and holds something else, is
        not the card of this row.
        """
        if made.identity.iccid == order.iccid or made.identity.iccid != order.new_iccid:
            return
        if made.keys is not Keys.OTHER and len(made.unseen) == len(made.steps):
            return
        mine = [run for run in self._runs if run.began.card in (order.iccid, order.new_iccid)]
        if not any(writing.path == EF_ICCID for run in mine for writing in run.writings):
            yield "it has the new ICCID of the row, holds something else, and the journal has not written it"

    def given_before(self, order: Order, made: Plan, allow_tries: int | None) -> Iterator[str]:
        """Keys that the card did not take when they were given last: who consents to spend a try has not
        consented to one more at each start. Where tries are told, --allow-tries has to name those left now.
        """
        given: dict[int, str] = {}
        for run in self._runs:
            if run.began.card in (order.iccid, order.final_iccid):
                for entry in run.entries:
                    if isinstance(entry, Verifying):
                        given[entry.reference] = run.began.run
                    elif isinstance(entry, Verified) and entry.sw == _TAKEN:
                        given.pop(entry.reference, None)
        for key, tries in ((order.adm, made.tries), (order.pin, made.pin_tries)):
            if not (key and tries) or tries.verified or key.reference not in given:
                continue
            before = f"{key} was given in run {given[key.reference]}, and not taken as far as is known"
            if tries.left is None:
                yield f"{before}, nor does the card tell its tries; with another key, begin another --journal"
            elif allow_tries is not None and allow_tries < tries.left < key.full:
                yield f"{before}; with another key, --allow-tries {tries.left} gives it once"
