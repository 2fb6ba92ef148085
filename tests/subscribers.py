"""The subscriber whose card the tests of cards use: 小米移动 (Xiaomi) sells on China Unicom."""

from __future__ import annotations

from typing import Final

from interop.lab.model import SimPart

XIAOMI: Final = SimPart(
    name="s1",
    msisdn="17090001234",
    imsi="460011709001234",
    iccid="89860120811000017091",
    kind="mvno",
    brand="小米移动",
    base_operator="CUCC",
    city="北京",
    spn="小米移动",
    smsc="+8613010112500",
    msisdn_on_card=True,
)
