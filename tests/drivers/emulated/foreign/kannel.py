"""Kannel's bearerbox at a message centre by SMPP (user guide: groups core, smsc, smsbox)."""

BEARERBOX = """
group = core
admin-port = {admin}
admin-interface = 127.0.0.1
admin-password = x
smsbox-port = {smsbox}
smsbox-interface = 127.0.0.1
box-allow-ip = 127.0.0.1
dlr-storage = internal
log-level = 1

group = smsc
smsc = smpp
smsc-id = interop
host = 127.0.0.1
port = {smsc}
transceiver-mode = true
smsc-username = {account}
smsc-password = {secret}
system-type = VMA
enquire-link-interval = 5
source-addr-ton = 0
dest-addr-ton = 1
dest-addr-npi = 1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {sendsms}
sendsms-interface = 127.0.0.1
global-sender = {number}
log-level = 1
"""
