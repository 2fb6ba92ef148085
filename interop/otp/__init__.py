"""Finding the verification code in a message: the code, why it is that one, and what else was weighed."""

from interop.otp.bound import OriginBound, origin_bound
from interop.otp.candidate import Candidate, Shape
from interop.otp.find import Finding, Kind, Weighed, find

__all__ = ["Candidate", "Finding", "Kind", "OriginBound", "Shape", "Weighed", "find", "origin_bound"]
