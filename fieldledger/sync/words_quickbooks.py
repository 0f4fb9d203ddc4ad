"""What QuickBooks and the Web Connector say, in an office's words: one row for each code.

A row is a title, what happened, whose move is next, and what that person clicks. "{name}" and the
like are filled in by words.explain. The codes' meanings are those of qbxml.statuses and
qbxml.hresults, where each has its source; here stands only how they are said.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from fieldledger.qbxml.statuses import Actor


class Words(NamedTuple):
    """How one code is said; `steps` are what the actor does, in order."""

    title: str
    sentence: str
    actor: Actor
    steps: tuple[str, ...] = ()


_RETRY: Final = "Open the entry in the sync log and press Retry."
_WAIT: Final = "Nothing to do: it is sent again with the next session."
_REPORT: Final = "If it is refused again, report it to us with QuickBooks' own words."
_ON_THE_PC: Final = "On the QuickBooks computer"

_IN_USE: Final = Words(
    "In use in QuickBooks",
    "{Name} could not be changed because it, or something it belongs to, is open or in use in "
    "QuickBooks.",
    Actor.SYSTEM,
    (
        _WAIT,
        "If it stays this way, ask whoever works in QuickBooks to close open windows and save.",
    ),
)
_NOT_UNDERSTOOD: Final = Words(
    "QuickBooks did not accept a value",
    "QuickBooks did not accept a value in {name}. Nothing was changed there.",
    Actor.US,
    ("Open the record, look at the field that QuickBooks names and correct it.", _RETRY, _REPORT),
)
_NOT_SUPPORTED: Final = Words(
    "Not available in this QuickBooks",
    "This QuickBooks does not know what we asked of it for {name}. Nothing was changed there.",
    Actor.US,
    ("Make sure that QuickBooks is the 2022 US edition or later and is updated.", _RETRY, _REPORT),
)
_REFERENCE: Final = Words(
    "Something it needs is not in QuickBooks",
    "{Name} points to something that QuickBooks does not have, such as a customer, an item, an "
    "account or a tax item that was deleted or made inactive there.",
    Actor.BOOKKEEPER,
    (
        "Look at what QuickBooks names, and restore it or make it active there.",
        "Or choose another one: press Open mapping for accounts, tax, terms and methods.",
        _RETRY,
    ),
)
_PERMISSION: Final = Words(
    "QuickBooks does not allow it",
    "The QuickBooks user that Fieldledger works as may not do this.",
    Actor.QUICKBOOKS_ADMIN,
    (
        (
            "In QuickBooks, sign in as Admin and open Edit > Preferences > "
            "Integrated Applications > Company Preferences."
        ),
        "Select Fieldledger, press Properties, and choose a user with full access.",
        _RETRY,
    ),
)
_STORED_ANSWER: Final = Words(
    "QuickBooks was asked whether it has it",
    "QuickBooks holds no stored answer for this, so it is being looked for by name and number.",
    Actor.SYSTEM,
    (_WAIT,),
)

STATUS_WORDS: Final[Mapping[int, Words]] = {
    0: Words("In QuickBooks", "QuickBooks took {name}.", Actor.NOBODY),
    1: Words("Nothing found", "QuickBooks has nothing that matches.", Actor.NOBODY),
    500: Words(
        "Gone from QuickBooks",
        "{Name} is not in QuickBooks any more: it was deleted or merged there.",
        Actor.BOOKKEEPER,
        (
            "To have it there again, press Retry: we look for it once more and add it if absent.",
            "To tie it to another record there, press Relink. To leave it out, press Ignore.",
        ),
    ),
    530: Words(
        "Taken, one field left out",
        "QuickBooks took {name} but does not know one of its fields.",
        Actor.NOBODY,
    ),
    550: Words("Taken, with a remark", "QuickBooks took {name} with a remark.", Actor.NOBODY),
    570: Words(
        "Not tied to the invoice",
        "QuickBooks could not tie {name} to its invoice, because the invoice is already closed or "
        "paid there.",
        Actor.BOOKKEEPER,
        (
            "Look in QuickBooks how the invoice was paid.",
            "If this payment is there already, press Relink; otherwise press Retry.",
        ),
    ),
    600: _STORED_ANSWER,
    1000: Words(
        "QuickBooks had an internal error",
        "QuickBooks reported an internal error and did not take {name}.",
        Actor.SYSTEM,
        (
            "Nothing to do: it is tried again, with fewer records at a time.",
            f"If it stays this way: {_ON_THE_PC.lower()}, close QuickBooks and open it again.",
        ),
    ),
    1010: Words(
        "QuickBooks was not available",
        "QuickBooks was not available for a moment and did not take {name}.",
        Actor.SYSTEM,
        (_WAIT,),
    ),
    1030: _NOT_SUPPORTED,
    3000: Words(
        "QuickBooks does not know its number",
        "QuickBooks does not know the internal number under which we keep {name}.",
        Actor.BOOKKEEPER,
        ("Press Relink and choose the record in QuickBooks.", "Or press Retry to look for it."),
    ),
    3070: Words(
        "Too long for QuickBooks",
        "A text in {name} is longer than QuickBooks can hold.",
        Actor.OFFICE,
        ("Open the record and shorten the field that QuickBooks names.", _RETRY),
    ),
    3090: Words(
        "Name not allowed",
        "QuickBooks does not allow the name of {name}.",
        Actor.OFFICE,
        ("Open the record and change its name; do not use a colon.", _RETRY),
    ),
    3100: Words(
        "This name is taken",
        "The name of {name} is taken in QuickBooks by another customer, vendor, employee or item, "
        "perhaps an inactive one.",
        Actor.OFFICE,
        (
            (
                "Open the entry in the sync log: it shows whose name it is, and lets you give ours "
                "another one, link the two, or merge two clients."
            ),
            (
                "To have it done by itself, switch on “Resolve future conflicts” in the settings: "
                "ours then goes under a name such as “John Smith – 2”. Then press Retry."
            ),
        ),
    ),
    3120: Words(
        "Not found in QuickBooks",
        "What {name} refers to is not in QuickBooks: it was deleted or merged there.",
        Actor.BOOKKEEPER,
        (
            "Press Relink to choose another record in QuickBooks, or Retry to look for it again.",
            "To leave it out of QuickBooks, press Ignore.",
        ),
    ),
    3130: _REFERENCE,
    3140: _REFERENCE,
    3150: Words(
        "Something is missing",
        "QuickBooks needs a field that {name} does not have.",
        Actor.OFFICE,
        ("Open the record and fill in the field that QuickBooks names.", _RETRY, _REPORT),
    ),
    3160: Words(
        "Cannot be deleted in QuickBooks",
        "{Name} cannot be deleted in QuickBooks because other records use it.",
        Actor.BOOKKEEPER,
        ("Look in QuickBooks what uses it (a bank deposit, for example) and undo that.", _RETRY),
    ),
    3161: Words(
        "Cannot be deleted: the books are closed",
        "{Name} cannot be deleted because its date is in a period that is closed in QuickBooks.",
        Actor.BOOKKEEPER,
        ("Ask your accountant whether the period may be opened.", _RETRY),
    ),
    3162: Words(
        "Cannot be deleted now",
        "QuickBooks does not allow {name} to be deleted now.",
        Actor.BOOKKEEPER,
        ("Read what QuickBooks says and put it right there.", _RETRY),
    ),
    3170: _IN_USE,
    3171: Words(
        "The books are closed",
        "The date of {name} is in a period that is closed in QuickBooks. Nothing was changed.",
        Actor.BOOKKEEPER,
        (
            "Change the date to one after the closing date, or ask your accountant.",
            (
                "To open the period: in QuickBooks, Edit > Preferences > Accounting > Company "
                "Preferences > Set Date/Password."
            ),
            _RETRY,
        ),
    ),
    3175: _IN_USE,
    3176: _IN_USE,
    3177: Words(
        "Listed twice",
        "The same invoice is listed twice in {name}.",
        Actor.US,
        (_RETRY, _REPORT),
    ),
    3180: Words(
        "QuickBooks could not save it",
        "QuickBooks could not save {name}.",
        Actor.BOOKKEEPER,
        ("Read what QuickBooks says and put it right.", _RETRY),
    ),
    3185: Words(
        "Cannot be voided in QuickBooks",
        "QuickBooks does not allow {name} to be voided.",
        Actor.BOOKKEEPER,
        ("Read what QuickBooks says, and void it there by hand if it is right.", _RETRY),
    ),
    3190: Words(
        "A field cannot be emptied",
        "QuickBooks does not allow a field of {name} to be empty.",
        Actor.OFFICE,
        ("Open the record and fill in the field that QuickBooks names.", _RETRY, _REPORT),
    ),
    3200: Words(
        "Changed in QuickBooks meanwhile",
        "{Name} was changed in QuickBooks since we last read it. Nothing was overwritten.",
        Actor.SYSTEM,
        ("Nothing to do: it is read again, and our change is sent on top.",),
    ),
    3205: Words(
        "Address not accepted",
        "QuickBooks did not accept the address of {name}.",
        Actor.OFFICE,
        ("Open the record and correct the address.", _RETRY),
    ),
    3210: Words(
        "QuickBooks refused a value",
        "QuickBooks checked {name} and refused one of its values.",
        Actor.BOOKKEEPER,
        (
            (
                "For a payment: see in QuickBooks what is still due on the invoice. QuickBooks "
                "takes no more than that."
            ),
            "Correct the value that QuickBooks names.",
            _RETRY,
        ),
    ),
    3220: _PERMISSION,
    3230: Words(
        "Undone with the others",
        "QuickBooks undid {name} because another record sent with it failed.",
        Actor.SYSTEM,
        (_WAIT,),
    ),
    3231: Words(
        "Skipped",
        "QuickBooks skipped {name} because an earlier record sent with it failed.",
        Actor.SYSTEM,
        (_WAIT,),
    ),
    3240: Words(
        "Replaced in QuickBooks",
        "The record that {name} was tied to has been replaced by another in QuickBooks.",
        Actor.BOOKKEEPER,
        ("Press Relink and choose the right record in QuickBooks.",),
    ),
    3250: Words(
        "Switched off in QuickBooks",
        "{Name} needs a feature that is switched off in QuickBooks or not in this edition.",
        Actor.QUICKBOOKS_ADMIN,
        (
            "In QuickBooks, sign in as Admin and switch the feature on in Edit > Preferences.",
            _RETRY,
        ),
    ),
    3260: _PERMISSION,
    3261: Words(
        "Personal data not allowed",
        "Fieldledger may not see personal data in QuickBooks, and {name} needs it.",
        Actor.QUICKBOOKS_ADMIN,
        (
            (
                "In QuickBooks, open Edit > Preferences > Integrated Applications > Company "
                "Preferences, select Fieldledger and press Properties."
            ),
            "Tick the box that allows access to personal data.",
            _RETRY,
        ),
    ),
    3263: Words(
        "Fieldledger may only read",
        "QuickBooks lets Fieldledger read but not write.",
        Actor.QUICKBOOKS_ADMIN,
        (
            (
                "In QuickBooks, open Edit > Preferences > Integrated Applications > Company "
                "Preferences, select Fieldledger and press Properties."
            ),
            "Allow it to change this company file.",
            _RETRY,
        ),
    ),
    3270: Words(
        "An account is missing",
        "QuickBooks needs an account for {name} and got none.",
        Actor.BOOKKEEPER,
        ("Press Open mapping and choose an income account.", _RETRY),
    ),
    9001: _STORED_ANSWER,
    9002: _STORED_ANSWER,
    9004: _STORED_ANSWER,
    9005: _STORED_ANSWER,
    **dict.fromkeys((1060, 3010, 3020, 3030, 3031, 3035, 3040), _NOT_UNDERSTOOD),
    **dict.fromkeys((3045, 3050, 3060, 3065, 3080, 3085, 3110, 3151), _NOT_UNDERSTOOD),
}

# The families, where a code has no row of its own: first code, last code, words.
STATUS_FAMILIES: Final[tuple[tuple[int, int, Words], ...]] = (
    (0, 499, STATUS_WORDS[0]),
    (500, 999, STATUS_WORDS[550]),
    (1000, 1999, STATUS_WORDS[1000]),
    (2000, 2999, _NOT_SUPPORTED),
    (3000, 3099, _NOT_UNDERSTOOD),
    (9100, 9199, _NOT_UNDERSTOOD),
)

_OPEN_FILE: Final = (
    f"{_ON_THE_PC}, open QuickBooks with the right company file and leave it open.",
    "Then press Update Selected in the Web Connector, or wait for its next run.",
)
_INTEGRATED: Final = (
    (
        "In QuickBooks, sign in as Admin and open Edit > Preferences > Integrated Applications > "
        "Company Preferences."
    ),
)
_REINSTALL: Final = (
    f"{_ON_THE_PC}, restart the computer and try again.",
    "If it stays this way, install the latest QuickBooks Web Connector, or repair QuickBooks.",
)
_NEXT_RUN: Final = (
    "Nothing to do: the Web Connector tries again at its next run.",
    f"If it stays this way: {_ON_THE_PC.lower()}, close QuickBooks and open it again.",
)

QUICKBOOKS_STOPPED: Final = Words(
    "QuickBooks stopped",
    "QuickBooks closed or stopped answering during the session.",
    Actor.SYSTEM,
    _NEXT_RUN,
)

HRESULT_WORDS: Final[Mapping[str, Words]] = {
    "0x80040400": Words(
        "QuickBooks could not read what we sent",
        "QuickBooks refused the whole message and did nothing. The records are sent again in "
        "smaller groups until the one that is in the way is found.",
        Actor.SYSTEM,
        ("Nothing to do. The record in the way will be marked as failed, the others go on.",),
    ),
    "0x80040401": Words(
        "QuickBooks could not be reached",
        "The Web Connector could not reach QuickBooks on its computer.",
        Actor.QUICKBOOKS_PC,
        _REINSTALL,
    ),
    "0x80040402": Words(
        "QuickBooks had an unexpected error",
        "QuickBooks had an unexpected error; its own log (qbsdklog.txt) says more.",
        Actor.SYSTEM,
        _NEXT_RUN,
    ),
    "0x80040408": Words(
        "QuickBooks could not open the company file",
        "QuickBooks could not be started with the company file: another file is open, or it is "
        "in single-user mode, renamed or moved.",
        Actor.QUICKBOOKS_PC,
        (
            *_OPEN_FILE,
            (
                "Start QuickBooks and the Web Connector as the same Windows user, neither of them "
                "with “Run as administrator”."
            ),
        ),
    ),
    "0x80040409": Words(
        "The link to QuickBooks broke off",
        "The Web Connector lost its link to QuickBooks.",
        Actor.SYSTEM,
        _NEXT_RUN,
    ),
    "0x8004040A": Words(
        "Another company file is open",
        "A different company file is open in QuickBooks. Nothing was written to it.",
        Actor.QUICKBOOKS_PC,
        _OPEN_FILE,
    ),
    "0x8004040D": Words(
        "The QuickBooks session had ended",
        "The Web Connector's session with QuickBooks had already ended.",
        Actor.SYSTEM,
        _NEXT_RUN,
    ),
    "0x80040410": Words(
        "Single-user or multi-user mode",
        "The company file is open in another mode than asked for.",
        Actor.QUICKBOOKS_PC,
        ("In QuickBooks, use File > Switch to Multi-user Mode (or Single-user Mode).",),
    ),
    "0x80040414": Words(
        "A window is waiting in QuickBooks",
        "QuickBooks is showing a message or a dialog and does nothing else until it is closed.",
        Actor.QUICKBOOKS_PC,
        (f"{_ON_THE_PC}, answer or close the open dialog.", _OPEN_FILE[1]),
    ),
    "0x80040416": Words(
        "QuickBooks is not running",
        "QuickBooks is closed, and the Web Connector does not know which company file to open.",
        Actor.QUICKBOOKS_PC,
        _OPEN_FILE,
    ),
    "0x80040418": Words(
        "Not authorized yet",
        "Fieldledger has never been allowed into this company file, and only a QuickBooks "
        "administrator can allow it the first time.",
        Actor.QUICKBOOKS_ADMIN,
        (
            "In QuickBooks, sign in as Admin in single-user mode, with the company file open.",
            "Press Update Selected in the Web Connector, and choose Yes when QuickBooks asks.",
        ),
    ),
    "0x8004041A": Words(
        "No access to the company file",
        "QuickBooks does not let Fieldledger into this company file.",
        Actor.QUICKBOOKS_ADMIN,
        (*_INTEGRATED, "Tick “Allow access” beside Fieldledger."),
    ),
    "0x8004041B": Words(
        "The company file is locked",
        "The company file is locked for the moment.",
        Actor.SYSTEM,
        _NEXT_RUN,
    ),
    "0x8004041C": Words(
        "QuickBooks had an internal error",
        "QuickBooks had an internal error.",
        Actor.SYSTEM,
        _NEXT_RUN,
    ),
    "0x8004041D": Words(
        "QuickBooks is closed",
        "QuickBooks is closed, and Fieldledger may not open it by itself.",
        Actor.QUICKBOOKS_ADMIN,
        (
            "Open QuickBooks. Or, to let it work unattended:",
            *_INTEGRATED,
            (
                "Select Fieldledger, press Properties, and tick “Allow this application to login "
                "automatically”."
            ),
        ),
    ),
    "0x8004041E": Words(
        "Certificate expired",
        "QuickBooks says that the certificate of the application has expired.",
        Actor.QUICKBOOKS_PC,
        _REINSTALL,
    ),
    "0x8004041F": Words(
        "This QuickBooks is not supported",
        "This edition of QuickBooks cannot work with other programs.",
        Actor.QUICKBOOKS_PC,
        ("Fieldledger needs QuickBooks Desktop Pro, Premier or Enterprise 2022 or later.",),
    ),
    "0x80040420": Words(
        "Access was denied",
        "Somebody chose No when QuickBooks asked whether Fieldledger may have access.",
        Actor.QUICKBOOKS_ADMIN,
        (
            *_INTEGRATED,
            (
                "Tick “Allow access” beside Fieldledger. If it is not in the list, remove it from "
                "the Web Connector, add the set-up file again, and choose Yes."
            ),
        ),
    ),
    "0x80040421": Words(
        "QuickBooks has a message",
        "QuickBooks passed on a message instead of an answer.",
        Actor.QUICKBOOKS_PC,
        (f"{_ON_THE_PC}, read the message and do what it says.", _OPEN_FILE[1]),
    ),
    "0x80040422": Words(
        "Single-user mode is needed",
        "QuickBooks must be in single-user mode for this, and somebody else is working in it.",
        Actor.QUICKBOOKS_PC,
        ("Ask the others to close the company file, then use File > Switch to Single-user Mode.",),
    ),
    "0x80040423": Words(
        "QuickBooks is too old",
        "This QuickBooks does not know the form in which we write to it. It did nothing.",
        Actor.QUICKBOOKS_PC,
        ("Update QuickBooks; Fieldledger needs QuickBooks Desktop 2022 or later.",),
    ),
    "0x80040424": Words(
        "QuickBooks is still starting",
        "QuickBooks is still starting.",
        Actor.SYSTEM,
        _NEXT_RUN,
    ),
    "0x80040427": Words(
        "QuickBooks is not registered",
        "This copy of QuickBooks is not registered.",
        Actor.QUICKBOOKS_PC,
        ("In QuickBooks, use Help to register or activate it.",),
    ),
    "0x8004042A": Words(
        "Remote access is not allowed",
        "QuickBooks does not allow access from another computer.",
        Actor.QUICKBOOKS_ADMIN,
        ("Install the Web Connector on the computer that QuickBooks runs on.",),
    ),
    "0x8004042C": Words(
        "Certificate revoked",
        "QuickBooks says that the certificate of the application was revoked.",
        Actor.US,
        ("Report it to us with this message.",),
    ),
    "0x80040154": Words(
        "Part of QuickBooks is missing",
        "The part of QuickBooks that other programs talk to is not installed, or is of the other "
        "kind (32 or 64 bit) than the Web Connector.",
        Actor.QUICKBOOKS_PC,
        _REINSTALL,
    ),
    "0x8007000E": Words(
        "QuickBooks’ answer was too large",
        "QuickBooks’ answer was larger than that computer’s memory could take. Fieldledger asks "
        "for less at once.",
        Actor.SYSTEM,
        _NEXT_RUN,
    ),
    **dict.fromkeys(("0x800706BA", "0x800706BE", "0x80010108"), QUICKBOOKS_STOPPED),
}
UNKNOWN_HRESULT: Final = Words(
    "The Web Connector reports a problem",
    "The Web Connector could not work with QuickBooks.",
    Actor.QUICKBOOKS_PC,
    (*_OPEN_FILE, "If it stays this way, report it to us with this message."),
)
UNKNOWN_STATUS: Final = Words(
    "QuickBooks refused it",
    "QuickBooks refused {name}.",
    Actor.BOOKKEEPER,
    ("Read what QuickBooks says and put it right.", _RETRY, _REPORT),
)
UNKNOWN: Final = Words(
    "It could not be sent",
    "{Name} could not be sent to QuickBooks.",
    Actor.OFFICE,
    ("Open the record and read what it says.", _RETRY, _REPORT),
)
