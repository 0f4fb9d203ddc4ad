"""The failures that the program must survive, by their numbers; a campaign counts each of them."""

from collections.abc import Mapping
from typing import Final

FAILURES: Final[Mapping[int, str]] = {
    1: "the Web Connector dies before it signs in",
    2: "the reply to the sign-in is lost",
    3: "the Web Connector dies once it has signed in",
    4: "the request for a document is lost on its way",
    5: "the reply with a document is lost",
    6: "the request for a document arrives twice",
    7: "the Web Connector dies with a document in its hands",
    8: "it wakes up hours later and runs that document",
    9: "QuickBooks cannot be opened",
    10: "QuickBooks dies before it runs the document",
    11: "QuickBooks dies in the middle of the document",
    12: "QuickBooks dies before it stores the answer",
    13: "the answer is stored in QuickBooks and lost on its way",
    14: "the call with the answer is lost on its way",
    15: "the reply to the answer is lost",
    16: "the answer arrives twice",
    17: "the answer to another document arrives",
    18: "an answer is cut off, empty or a proxy's page",
    19: "a call comes out of order",
    20: "a call comes with a ticket that is none, or is dead",
    21: "two sessions at once",
    22: "the server is killed before it commits",
    23: "the server is killed after it committed, before it replies",
    24: "the database does not answer",
    25: "the disk is full: whatever writes fails",
    26: "the database confirms a commit and loses it",
    27: "another company file is open",
    28: "a copy of the company file is open",
    29: "the company file is brought back from a backup",
    30: "after that, an id of ours belongs to somebody else's record",
    31: "after that, our record is an older version of itself",
    32: "the company file is condensed, and ours is among what goes",
    33: "our record is renamed or renumbered there",
    34: "our record is edited there",
    35: "our record is deleted there",
    36: "two customers are merged there",
    37: "a vendor has the name of a client",
    38: "what a record refers to is refused",
    39: "of one document some is taken and some is refused",
    40: "a document is refused whole because of one record",
    41: "an error that says nothing about what ran",
    42: "an answer is too large to be taken in",
    43: "a list breaks off in the middle of its pages",
    44: "a clock is wrong: the PC's, or the server's",
    45: "the server is replaced in the middle of a session",
    46: "the schema is migrated while a document is under way",
    47: "our database is restored from a backup",
    48: "two servers answer on one database",
    49: "the password is renewed in the middle of a session",
    50: "the feature is switched off or paused in the middle of a session",
    51: "a record is voided or archived here while it is under way",
    52: "a record is changed here while it is under way",
}

# What no world can show, and what shows it.
ELSEWHERE: Final[Mapping[int, str]] = {
    26: (
        "memory cannot lie; who allows it is refused at the start (tests/website/test_database.py),"
        " and `fieldledger kill-server --postgres` crashes a real database"
    ),
}
