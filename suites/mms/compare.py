"""What was fetched, held against what was sent: sender, recipients, subject, each part octet for octet."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Final

from interop import mms
from interop.engine import Bench
from interop.mms import Part, RetrieveConf
from interop.numbering import same_number
from interop.record import Blame, Cause, InconcReason, Layer, Verdict
from interop.record.events import MmsNotified
from suites.mms.arrival import Arriving
from suites.mms.contents import is_text
from suites.mms.media import is_picture
from suites.parties import Party

_CORRUPTED: Final[Blame] = (Layer.FORMATTING, Cause.TEXT_CORRUPTED)
_CODINGS: Final = ("utf-8", "utf-16", "utf-16-le", "utf-16-be", "gb18030")
_MARK: Final = "\ufeff"


async def is_intact(bench: Bench, arriving: Arriving, event: MmsNotified, message: RetrieveConf) -> None:
    """What the receiver's own client does not show is not checked, and accuses nobody; sender and subject
    stand in the notification as well, which we read ourselves.
    """
    submitted, party = arriving.submitted, arriving.receiver.party
    exact = (await party.modem.mms.capabilities()).exact
    sender, content = submitted.sender.party, submitted.content
    shown, subject = mms.number_of(message.sender), message.subject
    if not exact:
        shown = _surely(shown, mms.number_of(event.sender), lambda one: same_number(one, sender.number))
        subject = _surely(subject, event.subject, lambda one: one == content.subject)
    if shown or exact:
        bench.check(
            "fetch: sender",
            expected=sender.number,
            actual=shown or "none",
            ok=same_number(shown, sender.number),
            ambiguous=arriving.suspects(Cause.SENDER_REWRITTEN),
        )
    else:
        _not_shown(bench, party, "sender")
    if subject or exact:
        bench.check("fetch: subject", expected=content.subject, actual=subject, blame=_CORRUPTED)
    else:
        _not_shown(bench, party, "subject")
    _recipients(bench, arriving, message, exact)
    _parts(bench, arriving, message, exact)


def _surely(shown: str, announced: str, is_right: Callable[[str], bool]) -> str:
    """What is wrong in what a client shows may be wrong by the client, unless the notification has it wrong,
    too; "" where nobody can tell.
    """
    if not shown or is_right(shown):
        return shown or announced
    return "" if is_right(announced) else announced


def _not_shown(bench: Bench, party: Party, what: str) -> None:
    bench.not_checked(f"fetch: {what}", f"{party.modem.name} does not show it, or not as it came")


def _recipients(bench: Bench, arriving: Arriving, message: RetrieveConf, exact: bool) -> None:
    """One alone need not be named: the receiver knows himself."""
    expected = [one.number for one in arriving.submitted.to]
    shown = [mms.number_of(address) for address in (*message.to, *message.cc)]
    if not shown and (not exact or len(expected) == 1):
        _not_shown(bench, arriving.receiver.party, "recipients")
        return
    bench.check(
        "fetch: recipients",
        expected=", ".join(expected),
        actual=", ".join(shown) or "none",
        ok=len(shown) == len(expected)
        and all(any(same_number(one, number) for one in shown) for number in expected),
        ambiguous=arriving.suspects(Cause.RECIPIENTS_ALTERED),
    )


def _parts(bench: Bench, arriving: Arriving, message: RetrieveConf, exact: bool) -> None:
    """A client of the receiver's own that hands out fewer parts than were sent may be what lost them."""
    party = arriving.receiver.party
    sims = (arriving.submitted.sender.party.sim, party.sim)
    adapts = any(sim.mms.adapts for sim in sims)
    pairs = matched(arriving.submitted.content.media, message.body.media)
    lost = []
    for place, (sent, got) in enumerate(pairs, 1):
        kind = sent.content_type.partition("/")[0] if sent else "nothing else"
        if sent is None and not exact:
            bench.not_checked(f"fetch: part {place}, {kind}", f"{party.modem.name} may show what it has made")
            continue
        if sent is None:
            assert got is not None
            blames, same = arriving.suspects(Cause.MEDIA_ALTERED), False
        elif got is None:
            lost.append(kind)
            if not exact:
                _not_shown(bench, party, f"part {place}, {kind}")
                continue
            blames, same = arriving.suspects(Cause.PART_LOST), False
        else:
            same = is_same(sent, got, typed=exact) or (adapts and _is_smaller(sent, got))
            blames = _of_damage(arriving, sent, got)
        bench.check(
            f"fetch: part {place}, {kind}",
            expected=_described(sent),
            actual=_described(got),
            ok=same,
            ambiguous=blames,
        )
    if lost and not exact and not any(check.verdict is Verdict.FAIL for check in bench.checks):
        what = f"{party.modem.name} shows no {', no '.join(lost)}: whether it came is not known"
        bench.inconclusive(InconcReason.DEVICE, what)


def matched(sent: tuple[Part, ...], got: tuple[Part, ...]) -> list[tuple[Part | None, Part | None]]:
    """Each part that was sent beside what came of it, and what nobody sent. Centres may change the order and
    the names: the same content comes first, then the same name, then the next one of the same kind.
    """
    left = list(got)
    found: dict[int, Part] = {}
    for alike in (_same_content, _same_name, _same_kind):
        for place, part in enumerate(sent):
            other = next((one for one in left if alike(part, one)), None)
            if place not in found and other is not None:
                found[place] = other
                left.remove(other)
    return [(part, found.get(place)) for place, part in enumerate(sent)] + [(None, part) for part in left]


def _same_content(sent: Part, got: Part) -> bool:
    return is_same(sent, got, typed=False)


def _same_name(sent: Part, got: Part) -> bool:
    return sent.name in (got.name, got.content_id, got.location)


def _same_kind(sent: Part, got: Part) -> bool:
    return sent.content_type.partition("/")[0] == got.content_type.partition("/")[0]


def is_same(sent: Part, got: Part, *, typed: bool) -> bool:
    """A text may come in another coding, if it is the same text. `typed`: its type counts as well, and the
    coding is told; else it is whichever gives the same text.
    """
    if is_text(sent) and is_text(got):
        read = [got.text] if typed else [got.text, *(got.data.decode(one, "replace") for one in _CODINGS)]
        return sent.text in (text.removeprefix(_MARK) for text in read)
    return sent.data == got.data and (not typed or sent.content_type == got.content_type)


def _is_smaller(sent: Part, got: Part) -> bool:
    """What an operator that makes pictures smaller, and says so, may make of one."""
    is_image = sent.content_type.startswith("image/") and got.content_type.startswith("image/")
    return is_image and is_picture(got.data) and len(got.data) <= len(sent.data)


def _of_damage(arriving: Arriving, sent: Part, got: Part) -> tuple[Blame, ...]:
    if len(got.data) < len(sent.data) and sent.data.startswith(got.data):
        return arriving.suspects(Cause.MESSAGE_TRUNCATED)
    return (_CORRUPTED,) if is_text(sent) else arriving.suspects(Cause.MEDIA_ALTERED)


def _described(part: Part | None) -> str:
    if part is None:
        return "nothing"
    if is_text(part):
        return part.text
    return f"{part.content_type}, {len(part.data)} octets, sha256 {sha256(part.data).hexdigest()[:16]}"
