"""Codes: do texts of banks, sites and gateways reach an MVNO number, in time, whole, once, and do its answers
reach them? And if not, where on the way were they lost?"""
