"""The emulated message centre (SMPP) and the operators' gateways (CMPP, SGIP, SMGP): servers that other
people's clients can bind to.

`country.endpoint("emulated:/gateways/NAME")` gives ("", path of a unix socket). SGIP's connection back goes
to the unix socket at that path with ".back" behind it, where the provider listens; on loopback TCP
(`interop emulate`) it goes to the account's `listen`.
"""
