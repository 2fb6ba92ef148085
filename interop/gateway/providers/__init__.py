"""The providers by the `driver:` of an account.

>>> from interop.gateway.provider import Account
>>> provider = PROVIDERS["cmpp3"](Account("901234", "secret", "1069012345"))
>>> provider.dialect.name, provider.version
('CMPP', 3)
"""

from collections.abc import Callable, Mapping
from typing import Final

from interop.gateway.provider import Account, Provider
from interop.gateway.providers.cmpp import CmppProvider
from interop.gateway.providers.sgip import SgipProvider
from interop.gateway.providers.smgp import SmgpProvider
from interop.gateway.providers.smpp import SmppProvider

PROVIDERS: Final[Mapping[str, Callable[[Account], Provider]]] = {
    "cmpp2": lambda account: CmppProvider(account, 2),
    "cmpp3": lambda account: CmppProvider(account, 3),
    "sgip": SgipProvider,
    "smgp": SmgpProvider,
    "smpp": SmppProvider,
}

__all__ = ["PROVIDERS"]
