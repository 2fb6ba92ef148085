"""May these numbers be released in this city? A release list, held against what the store knows.

The list is a file (china.yaml ships with Interop and names its sources); nothing of it is in code.
"""

from interop.results.release.board import Answer, Board, board_of, boards, worst
from interop.results.release.model import Item, ReleaseList
from interop.results.release.reading import Origin, Tried

__all__ = ["Answer", "Board", "Item", "Origin", "ReleaseList", "Tried", "board_of", "boards", "worst"]
