"""Multimedia messages at one modem: the transports that satisfy `interop.protocols.mms.MmsTransport`.

`transport.Multimedia` does what all have in common: who may send, what it costs, what is told, the packet
connection before and after. A `way.Way` does the rest, by commands of the modem's own client (`simcom`,
`quectel`) or by our own PDUs over HTTP (`pdus`) on the modem's sockets or this machine's network interface
(`sockets`, `host`); `choice` says which.
"""
