"""Bytes in, bytes out: links in memory, on serial ports, sockets, pyserial's URLs, and out of a journal."""

from drivers.links.memory import Far, MemoryLink, memory_pair
from drivers.links.ports import SerialLinks

__all__ = ["Far", "MemoryLink", "SerialLinks", "memory_pair"]
