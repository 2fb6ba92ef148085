"""The WAP proxy of an operator, as far as HTTP goes through it: 10.0.0.172:80, Telecom's 10.0.0.200:80."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from drivers.emulated.defects import Defects
from drivers.emulated.hlr import Subscriber
from drivers.emulated.mms.front import Answer, Request, Response, Service
from drivers.emulated.mms.internet import Reach

_VIA: Final = "1.1 wapgw"
_HOST: Final = "x-online-host"
"""what handsets of China Mobile say beside a request in origin form, to name the server they mean"""
_CHALLENGE: Final = ("Proxy-Authenticate", 'Basic realm="wap"')


class WapProxy:
    """Implements `Service`. `servers`: by "host:port". Any other is 502, as is one that refuses."""

    def __init__(self, servers: Mapping[str, Service], defects: Defects) -> None:
        self._servers = servers
        self._defects = defects

    def reach(self, caller: Subscriber) -> Reach:
        defect = self._defects.on("mms.proxy", caller)
        return Reach.SILENT if defect and defect.values["as"] == "unreachable" else Reach.LISTENS

    def serve(self, request: Request, caller: Subscriber, answer: Answer) -> None:
        if defect := self._defects.on("mms.proxy", caller):
            status = int(defect.values["as"])
            answer(Response(status, headers=(_CHALLENGE,) if status == 407 else ()))
            return
        if request.method == "CONNECT":
            answer(Response(405, headers=(("Allow", "GET, POST"),)))
            return
        named = request.headers.get(_HOST, "").lower()
        host = request.host if request.absolute or not named else named
        server = self._servers.get(host if ":" in host else f"{host}:80")
        if (
            server is None
            or _VIA in request.headers.get("via", "")
            or server.reach(caller) is not Reach.LISTENS
        ):
            answer(_passed(Response(502)))
        else:
            server.serve(request, caller, lambda response: answer(_passed(response)))


def _passed(response: Response) -> Response:
    return Response(response.status, response.body, response.content_type, (*response.headers, ("Via", _VIA)))
