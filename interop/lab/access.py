"""How a SIM of the lab comes to its MMSC: as its base operator's subscribers do, or as the lab file says."""

from __future__ import annotations

from interop.lab.model import SimPart
from interop.numbering import BaseOperator, mms_access
from interop.protocols.mms import MmsService


def mms_service(sim: SimPart, password: str | None = None) -> MmsService:
    """Each value of `mms:` stands for itself: another MMSC keeps the operator's access point.

    `password`: what the lab file's reference (env:NAME, file:PATH) stands for, where it has one.
    """
    usual, own = mms_access(BaseOperator(sim.base_operator)), sim.mms
    return MmsService(
        apn=usual.apn if own.apn is None else own.apn,
        mmsc=usual.mmsc if own.mmsc is None else own.mmsc,
        proxy=usual.proxy if own.proxy is None else own.proxy,
        user=usual.user if own.user is None else own.user,
        password=password or (usual.password if own.password is None else own.password),
    )
