"""Content types by their number (WAP-230-WSP table 40, and what OMNA assigned since)."""

from __future__ import annotations

from typing import Final

_IN_ORDER: Final = """
*/* text/* text/html text/plain text/x-hdml text/x-ttml text/x-vcalendar text/x-vcard
text/vnd.wap.wml text/vnd.wap.wmlscript text/vnd.wap.wta-event multipart/* multipart/mixed
multipart/form-data multipart/byteranges multipart/alternative
application/* application/java-vm application/x-www-form-urlencoded application/x-hdmlc
application/vnd.wap.wmlc application/vnd.wap.wmlscriptc application/vnd.wap.wta-eventc
application/vnd.wap.uaprof application/vnd.wap.wtls-ca-certificate
application/vnd.wap.wtls-user-certificate application/x-x509-ca-cert application/x-x509-user-cert
image/* image/gif image/jpeg image/tiff
image/png image/vnd.wap.wbmp application/vnd.wap.multipart.* application/vnd.wap.multipart.mixed
application/vnd.wap.multipart.form-data application/vnd.wap.multipart.byteranges
application/vnd.wap.multipart.alternative application/xml text/xml application/vnd.wap.wbxml
application/x-x968-cross-cert application/x-x968-ca-cert application/x-x968-user-cert text/vnd.wap.si
application/vnd.wap.sic text/vnd.wap.sl
application/vnd.wap.slc text/vnd.wap.co application/vnd.wap.coc application/vnd.wap.multipart.related
application/vnd.wap.sia text/vnd.wap.connectivity-xml application/vnd.wap.connectivity-wbxml
application/pkcs7-mime application/vnd.wap.hashed-certificate application/vnd.wap.signed-certificate
application/vnd.wap.cert-response application/xhtml+xml application/wml+xml text/css
application/vnd.wap.mms-message application/vnd.wap.rollover-certificate
application/vnd.wap.locc+wbxml application/vnd.wap.loc+xml application/vnd.syncml.dm+wbxml
application/vnd.syncml.dm+xml application/vnd.syncml.notification application/vnd.wap.xhtml+xml
application/vnd.wv.csp.cir application/vnd.oma.dd+xml application/vnd.oma.drm.message
application/vnd.oma.drm.content application/vnd.oma.drm.rights+xml application/vnd.oma.drm.rights+wbxml
application/vnd.wv.csp+xml application/vnd.wv.csp+wbxml application/vnd.syncml.ds.notification audio/*
video/* application/vnd.oma.dd2+xml application/mikey application/vnd.oma.dcd application/vnd.oma.dcdc
text/x-vmessage application/vnd.omads-email+wbxml text/x-vbookmark application/vnd.syncml.dm.notification
"""

NAMES: Final = dict(enumerate(_IN_ORDER.split())) | {0x5A: "application/octet-stream"}

NUMBERS: Final = {name: number for number, name in NAMES.items() if number <= 0x34}
"""What is written by number: those of encoding version 1.2, which everybody has (WSP 8.4.2.70)."""

OCTETS: Final = NAMES[0x5A]
"""what a number nobody assigned is taken for"""
