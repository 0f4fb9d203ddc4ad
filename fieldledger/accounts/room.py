"""Whether a database error says that there is no room left, so that people hear it in plain words.

Sources: SQLite's text for SQLITE_FULL (sqlite.org/rescode.html#full); PostgreSQL's for ENOSPC, as
in "could not extend file ...: No space left on device" (postgresql.org, appendix A, 53100).
"""

from typing import Final

NO_ROOM: Final = (
    "The server's disk is full. Nothing of this was saved, and nothing that was saved before is"
    " lost. Whoever looks after the server has to make room; then everything goes on by itself."
)
_SIGNS: Final = ("disk is full", "no space left on device")


def is_out_of_room(error: Exception) -> bool:
    """Whether the error means a full disk."""
    said = str(error).lower()
    return any(each in said for each in _SIGNS)
