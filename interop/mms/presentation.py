"""The SMIL that shows parts as slides (OMA-TS-MMS_CONF 7): what handsets put before text and pictures."""

from __future__ import annotations

from collections.abc import Sequence

from interop.mms.pdus import Body, Part


def slides(parts: Sequence[Part]) -> Body:
    """A related body with a SMIL in front: a slide for each picture with the text behind it, or text alone.
    Parts without name, content id or location get them.
    """
    raise NotImplementedError
