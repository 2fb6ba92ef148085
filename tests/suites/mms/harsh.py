"""Quirks with the parameters that do most harm to multimedia messages, and how much must be judged."""

from __future__ import annotations

from tests.suites.recognition import harsh

NEARLY_ALL = 0.8

# The least share of the sample's cases with a verdict. Lower than usual is what makes messages impossible on
# every modem, or is lost at random: nobody can tell what became of a message whose answer is lost.
LEAST: dict[str, float] = dict.fromkeys(harsh.LEAST, 0.3) | {
    # notifications
    "line.swallowed@line=+CMTI:": 0.5,
    "line.swallowed@line=+CMTI:,rate=0.3": 0.5,
    "line.swallowed@line=+CMT:,rate=0.3": 0.5,
    "urc.twice@line=+CMTI:": NEARLY_ALL,
    "urc.twice@line=+CMTI:,rate=0.5": NEARLY_ALL,
    "answer.lost@command=+CMGR,rate=0.3": 0.3,
    "answer.swapped@command=+CMGR,rate=0.3": 0.3,
    "storage.full": 0.0,
    "storage.full@after=4": 0.0,
    "storage.full@after=9,rate=0.5": 0.0,
    "stray.message@every=3": 0.5,
    # the packet connection
    "command.refused@command=+CGACT,code=148,rate=0.5": 0.2,
    "command.refused@command=+QIACT,code=3,rate=0.5": 0.2,
    "answer.lost@command=+CGACT,rate=0.3": 0.2,
    "answer.lost@command=+QIACT,rate=0.3": 0.2,
    "answer.late@command=+QIACT,by=3,rate=0.5": 0.3,
    "packet.drops": 0.5,
    "packet.drops@after=1,times=99,rate=0.3": 0.0,
    # a Quectel's sockets
    "socket.cut@rate=0.05": 0.2,
    "socket.cut@times=3": 0.3,
    "socket.pieces": NEARLY_ALL,
    "answer.lost@command=+QISEND,rate=0.05": 0.2,
    "answer.lost@command=+QIRD,rate=0.05": 0.2,
    "answer.swapped@command=+QIRD,rate=0.05": 0.2,
    "line.swallowed@line=+QIURC:,rate=0.2": 0.1,
    "line.swallowed@line=+QIOPEN:,rate=0.3": 0.2,
    "modem.crash@command=+QISEND": 0.3,
    "modem.crash@command=+QIRD,sign=no,times=4": 0.1,
    # a SIMCom's own client
    "mms.absent": 0.0,
    "mms.untold": 0.0,
    "mms.untold@by=20": 0.5,
    "upload.late": NEARLY_ALL,
    "upload.late@by=20,rate=0.5": 0.5,
    "upload.refused@rate=0.3": 0.3,
    "upload.twice@rate=0.5": 0.3,
    "line.swallowed@line=+CMMSSEND:,rate=0.5": 0.2,
    "line.swallowed@line=+CMMSRECV:,rate=0.5": 0.2,
    "answer.lost@command=+CMMSSEND,rate=0.5": 0.2,
    "answer.lost@command=+CMMSREAD,rate=0.3": 0.2,
    "modem.crash@command=+CMMSSEND": 0.3,
    "modem.crash@command=+CMMSRECV,sign=no": 0.3,
    # between one stage and the next
    "modem.reset@after=4,times=30": 0.0,
    "modem.reset@after=7,sign=no,times=30": 0.0,
    "modem.unplug@after=5,for=40,times=9": 0.0,
    "modem.unplug@after=6,for=3,powered=no,times=9": 0.0,
}
