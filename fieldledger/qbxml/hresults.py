"""What the hresults mean that the Web Connector reports when QuickBooks could not be asked.

They arrive in connectionError, and in receiveResponseXML instead of an answer. The meanings are
those of tables kept by others, because Intuit's own cannot be opened any more.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from fieldledger.qbxml.statuses import Actor


@dataclass(frozen=True, slots=True)
class HresultMeaning:
    """What an hresult means; `retry`, `actor` and `certain` as with `statuses.StatusMeaning`."""

    code: str  # "0x80040408".
    name: str
    meaning: str
    actor: Actor
    retry: bool
    certain: bool
    source: str


TABLES: Final = "hresult tables of consolibyte, QbConnectService and a trucking application"
LIVE: Final = "RealDealCPA, live notes"
WINDOWS: Final = "Microsoft, winerror.h"
OUT_OF_MEMORY: Final = "0x8007000E"

_A, _PC, _US = Actor.QUICKBOOKS_ADMIN, Actor.QUICKBOOKS_PC, Actor.US


def _row(
    code: int,
    name: str,
    meaning: str,
    actor: Actor,
    *,
    retry: bool = False,
    source: str = TABLES,
) -> HresultMeaning:
    return HresultMeaning(f"0x{code:08X}", name, meaning, actor, retry, True, source)


_ROWS: Final = (
    _row(
        0x80040154,
        "not_installed",
        "QuickBooks' request processor is missing or made for another Windows (32 or 64 bit).",
        _PC,
    ),
    _row(0x80040400, "not_parsed", "QuickBooks could not read our request at all.", _US),
    _row(0x80040401, "not_reached", "QuickBooks could not be reached on that computer.", _PC),
    _row(0x80040402, "unexpected", "QuickBooks had an unexpected error.", _PC, retry=True),
    # Sources disagree: QuickBooks is busy for a moment, or another company file is open, or it
    # runs as another user or as administrator.
    _row(
        0x80040408,
        "not_started",
        "QuickBooks could not be started.",
        _PC,
        retry=True,
        source=f"{LIVE}; desktopaccountingapi",
    ),
    _row(
        0x80040409,
        "connection_lost",
        "The connection to QuickBooks was lost.",
        _PC,
        retry=True,
        source=LIVE,
    ),
    _row(0x8004040A, "other_file_open", "Another company file is open in QuickBooks.", _PC),
    _row(
        0x8004040D,
        "ticket_invalid",
        "QuickBooks no longer knew its own session.",
        _PC,
        retry=True,
    ),
    _row(
        0x80040410,
        "mode_differs",
        "The company file is open in the other mode, single-user or multi-user.",
        _PC,
    ),
    _row(0x80040414, "dialog_open", "A dialog is open in QuickBooks.", _PC),
    _row(0x80040416, "no_file_open", "QuickBooks is closed and no company file was named.", _PC),
    _row(0x80040418, "not_authorised", "This company file does not know us yet.", _A),
    _row(0x8004041A, "no_permission", "We may not access this company file.", _A),
    _row(0x8004041B, "file_locked", "The company file could not be locked.", _PC, retry=True),
    _row(0x8004041C, "internal_error", "QuickBooks had an internal error.", _PC, retry=True),
    _row(
        0x8004041D,
        "no_automatic_login",
        "QuickBooks is closed, and we may not open it by ourselves.",
        _A,
    ),
    _row(0x8004041E, "certificate_expired", "A certificate has expired.", _US),
    _row(0x8004041F, "edition_too_small", "This edition of QuickBooks takes no requests.", _A),
    _row(0x80040420, "access_denied", "Somebody answered No when QuickBooks asked.", _A),
    _row(0x80040421, "message_passed_on", "QuickBooks says why itself.", _PC),
    _row(0x80040422, "single_user_needed", "Somebody else has the company file open.", _PC),
    _row(0x80040423, "version_unknown", "QuickBooks does not know our version of qbXML.", _US),
    _row(0x80040424, "starting", "QuickBooks is still starting.", _PC, retry=True),
    _row(0x80040427, "not_registered", "This QuickBooks is not registered.", _A),
    _row(0x8004042A, "no_remote_access", "QuickBooks allows no access from afar.", _A),
    _row(0x8004042C, "certificate_revoked", "A certificate was revoked.", _US),
    _row(
        0x8007000E,
        "out_of_memory",
        "QuickBooks’ answer was larger than that computer’s memory could take.",
        _US,
        retry=True,
        source=WINDOWS,
    ),
    _row(
        0x800706BA,
        "gone",
        "QuickBooks is no longer running.",
        _PC,
        retry=True,
        source=WINDOWS,
    ),
    _row(
        0x800706BE,
        "gone",
        "QuickBooks stopped while it was working.",
        _PC,
        retry=True,
        source=WINDOWS,
    ),
    _row(
        0x80010108,
        "gone",
        "QuickBooks is no longer running.",
        _PC,
        retry=True,
        source=WINDOWS,
    ),
)

HRESULTS: Final[Mapping[str, HresultMeaning]] = MappingProxyType({row.code: row for row in _ROWS})

_HEX: Final = re.compile(r"(?:0[xX])?([0-9a-fA-F]{8})")
_DECIMAL: Final = re.compile(r"-[0-9]{1,10}")


def normal_form(hresult: str) -> str | None:
    """Return `hresult` as "0x" and eight capitals, or None if it is no hresult.

    It comes as 0x80040408, in either case or without 0x, and as the number that has those bits.
    """
    text = hresult.strip()
    if match := _HEX.fullmatch(text):
        return f"0x{match[1].upper()}"
    if _DECIMAL.fullmatch(text) and -(2**31) <= int(text) < 0:
        return f"0x{int(text) + 2**32:08X}"
    return None


def meaning_of(hresult: str) -> HresultMeaning:
    """Return what `hresult` means; for an unknown one, that QuickBooks could not be asked."""
    code = normal_form(hresult) or ""
    if code in HRESULTS:
        return HRESULTS[code]
    return HresultMeaning(
        code,
        "unknown",
        "QuickBooks could not be asked; its message may say why.",
        _PC,
        True,
        False,
        TABLES,
    )
