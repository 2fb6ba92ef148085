"""Multimedia messages in the emulated country: packet connections, WAP proxies, MMSCs."""
