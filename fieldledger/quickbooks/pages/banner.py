"""The one banner on every page: what about the link to QuickBooks everybody should know now."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from fieldledger.quickbooks import computers, returning, verification
from fieldledger.quickbooks.deciding import WRONG_FILE
from fieldledger.quickbooks.models import Connection, SyncEntry
from fieldledger.sync.content import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Banner:
    """`view` names the page where it is decided, `words` is its link; "" where nothing is to do."""

    family: str
    title: str
    sentence: str
    view: str = ""
    words: str = ""
    is_notice: bool = False  # Stops nothing, and can be dismissed.


_RESTORES: Final[Mapping[str, str]] = {
    verification.FILE_RESTORED: "The company file was restored from a backup",
    verification.FILE_OLDER: "The company file is older than it was",
    verification.CONDENSED: "The company file was condensed",
    verification.DATABASE_RESTORED: "Fieldledger was restored from a backup",
    verification.RELINKED: "The link was moved to another company file",
}
_TITLES: Final[Mapping[str, tuple[str, str]]] = {
    "too_old": ("This QuickBooks is too old", "quickbooks"),
    "wrong_country": ("This QuickBooks is another country's edition", "quickbooks"),
    verification.NOT_THIS_COMPANY: ("Is this the right company?", "company_file"),
}


def banner_of(connection: Connection) -> Banner | None:
    """Return what to show on every page; None when all is as it should be."""
    if not connection.enabled:
        return None
    code = connection.attention_code
    if code in verification.BANNERS:
        return _restore(connection, code)
    if code:
        return _question(connection, code)
    if returning.is_comparing(connection):
        at = connection.comparison
        return Banner(
            family="blue",
            title="Welcome back: comparing before anything goes",
            sentence=f"{at['read']} of {at['total']} records compared. Nothing is sent meanwhile.",
            view="welcome_back",
            words="See the comparison",
        )
    return _notice(connection.notice)


def _question(connection: Connection, code: str) -> Banner:
    found, linked = connection.found, connection.company_name or "not known yet"
    message = connection.attention_message
    match code:
        case computers.SECOND_COMPUTER:
            return Banner(
                family="amber",
                title=f"{connection.computer} may sync; {found.get('computer')} was refused",
                sentence="Both use this business's setup file. Nothing was sent from the second"
                " one.",
                view="connection",
                words="Hand over or refuse",
            )
        case computers.FILE_COPIED:
            title, sentence, view = "There may be two copies of the company file", message, ""
        case returning.WELCOME_BACK:
            return Banner(
                family="blue",
                title="Welcome back",
                sentence="The comparison is there. Nothing is sent until you have looked at it.",
                view="welcome_back",
                words="See what changed",
            )
        case "wrong_file":
            title = "Another company file is open in QuickBooks"
            opened = found.get("name") or "a company without a name"
            sentence = f"Open: {_file(opened, found.get('path', ''))}; linked:"
            sentence += f" {_file(linked, connection.company_file)}. Nothing was sent."
            view = ""
        case _:
            title, view = _TITLES.get(code, ("QuickBooks needs you", "quickbooks"))
            sentence = message
    view = view or "company_file"
    words = "Decide" if view == "company_file" else "See the overview"
    return Banner(family="red", title=title, sentence=sentence, view=view, words=words)


def _file(name: str, path: str) -> str:
    """Return a company with its file's own name: "Acme HVAC (acme.qbw)"."""
    file = path.replace("\\", "/").rpartition("/")[2]
    return f"{name} ({file})" if file else name


def _restore(connection: Connection, code: str) -> Banner:
    at = connection.verification
    if verification.waits(connection) or not at:
        sentence = connection.attention_message
    else:
        left = SyncEntry.objects.filter(
            connection=connection, state=State.PENDING, look_first=True
        ).count()
        done = max(at["total"] - left, 0)
        sentence = (
            f"{done} of {at['total']} records looked up in QuickBooks so far: {found_words(at)}."
            " There is nothing to do; this goes away by itself."
        )
    return Banner(
        family="amber",
        title=_RESTORES[code],
        sentence=sentence,
        view="quickbooks",
        words="See the overview",
    )


def found_words(counts: Mapping[str, Any]) -> str:
    """Return what a look-up has found, in words."""
    return (
        f"{counts[verification.AS_IT_WAS]} as they were, {counts[verification.SENT_AGAIN]} sent"
        f" again, {counts[verification.GONE]} gone"
    )


def _notice(notice: Mapping[str, Any]) -> Banner | None:
    match notice.get("code"):
        case verification.VERIFIED:
            gone = notice[verification.GONE]
            title = "Everything was looked up after the restore"
            if notice["reason"] == verification.RELINKED:
                title = "Everything was looked up in the company file that was linked"
            sentence = f"Of {notice['total']} records: {found_words(notice)}."
            view, words = ("sync_log", "See what is gone") if gone else ("", "")
            family = "amber" if gone else "green"
        case computers.FILE_MOVED:
            title = "The company file was moved or renamed"
            sentence = (
                f"It is now {notice['path']}; it was {notice['was']}. It carries our mark, so the"
                " sync goes on."
            )
            family, view, words = "amber", "company_file", "Is it a copy?"
        case computers.TAKEN_OVER:
            title = f"{notice['computer']} syncs now, in place of {notice['instead_of']}"
            sentence = "Only one computer can. If that is not what you want, hand it back."
            family, view, words = "amber", "connection", "See the computers"
        case computers.TWO_CONNECTORS if notice["count"] > computers.STRAYS_OF_ONE:
            title = "Two Web Connectors may be calling"
            sentence = (
                f"Calls come in turn from {' and '.join(notice['addresses'])} with one password."
                " Nothing is doubled by it, but they break off each other's sessions."
            )
            family, view, words = "amber", "connection", "See what to do"
        case returning.WELCOME_BACK:
            title = "Welcome back: nothing has changed meanwhile"
            sentence = f"{notice['read']} records were compared. The sync goes on."
            family, view, words = "green", "", ""
        case _:
            return None
    return Banner(
        family=family, title=title, sentence=sentence, view=view, words=words, is_notice=True
    )


def is_about_files(connection: Connection) -> bool:
    """Whether the page about the company file has a question to put."""
    return connection.attention_code in {
        WRONG_FILE,
        computers.FILE_COPIED,
        verification.NOT_THIS_COMPANY,
    }


def moment_of(text: str) -> dt.datetime | None:
    """Return a time that was kept as text."""
    return dt.datetime.fromisoformat(text) if text else None
