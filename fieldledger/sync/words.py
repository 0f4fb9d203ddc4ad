"""Every sentence that says where a record stands: what happened, who moves next, what to click.

explain() takes a code: a status of QuickBooks ("3100"), an hresult of the Web Connector
("0x80040408", in any case), or one of our own (OWN_WORDS). No code is left without words, and
QuickBooks' own text is quoted, never replaced.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fieldledger.qbxml.hresults import normal_form
from fieldledger.qbxml.statuses import Actor, meaning_of
from fieldledger.sync.content import State
from fieldledger.sync.words_quickbooks import (
    HRESULT_WORDS,
    QUICKBOOKS_STOPPED,
    STATUS_FAMILIES,
    STATUS_WORDS,
    UNKNOWN,
    UNKNOWN_HRESULT,
    UNKNOWN_STATUS,
    Words,
)
from fieldledger.sync.words_unsent import UNSENT_WORDS

STATUS_MAX: Final = 99_999  # What is more than that is an hresult written as a number.
SAID_LENGTH_MAX: Final = 500  # Characters of QuickBooks' own text in a sentence.


@dataclass(frozen=True, slots=True)
class Explanation:
    """What to show for one code; `steps` are for the `actor`, in order."""

    title: str
    sentence: str
    actor: Actor
    steps: tuple[str, ...] = ()


ACTOR_WORDS: Final[Mapping[Actor, str]] = {
    Actor.SYSTEM: "Fieldledger, by itself",
    Actor.OFFICE: "the office",
    Actor.BOOKKEEPER: "the bookkeeper",
    Actor.QUICKBOOKS_ADMIN: "the QuickBooks administrator",
    Actor.QUICKBOOKS_PC: "whoever is at the QuickBooks computer",
    Actor.US: "Fieldledger's makers",
    Actor.NOBODY: "nobody",
}

_RETRY: Final = "Open the entry in the sync log and press Retry."

_CONFIRMED: Final = Words(
    "Confirmed by looking it up",
    "The answer for {name} was lost, and it was found in QuickBooks: it is there once.",
    Actor.NOBODY,
)
_GONE: Final = Words(
    "Gone from QuickBooks",
    "{Name} was in QuickBooks and is not any more. It is not sent again by itself.",
    Actor.BOOKKEEPER,
    (
        "To have it there again, press Retry. To tie it to another, press Relink.",
        "To leave it out of QuickBooks, press Ignore.",
    ),
)
_LOOKED_UP: Final = Words(
    "Being looked up in QuickBooks", "", Actor.SYSTEM, ("Nothing to do: it goes on by itself.",)
)

OWN_WORDS: Final[Mapping[str, Words]] = {
    # What keeps a record from being sent at all: the codes of CannotBeSent.
    **UNSENT_WORDS,
    "approval": Words(
        "Waits for approval",
        "Somebody else has to approve {name} before it goes.",
        Actor.BOOKKEEPER,
        ("Whoever may approve, and did not ask for it, opens the entry: Approve or Refuse.",),
    ),
    "approval_refused": Words(
        "Not approved",
        "Somebody looked at {name} and did not let it go to QuickBooks.",
        Actor.OFFICE,
        ("Read the reason, put it right, and press Sync to QuickBooks again.",),
    ),
    "voided": Words("Voided here", "{Name} is void here, so it is not sent.", Actor.NOBODY),
    "item_left_alone": Words(
        "Another type in QuickBooks",
        "In QuickBooks {name} is of a type that Fieldledger does not change. It is used as it is.",
        Actor.NOBODY,
    ),
    "number_looked_up": Words(
        "Its number is looked up",
        "QuickBooks is asked whether it has an invoice with the number of {name} already.",
        Actor.SYSTEM,
        ("Nothing to do: it goes on by itself.",),
    ),
    "credits_looked_up": Words(
        "Its credits are looked up",
        "What credit memos pay of {name} is looked up in QuickBooks.",
        Actor.SYSTEM,
        ("Nothing to do: it goes on by itself.",),
    ),
    "credits_applied": Words(
        "Credits applied", "QuickBooks applies the credit memos to {name} as here.", Actor.NOBODY
    ),
    "nothing_to_send": Words(
        "Nothing to send",
        "What was changed in {name} is kept here alone: QuickBooks has everything else as it is.",
        Actor.NOBODY,
    ),
    # What became of a record that was sent.
    "named_by_person": Words(
        "Named by hand",
        "{Name} goes to QuickBooks under the name that was chosen for it.",
        Actor.SYSTEM,
    ),
    "merged": Words(
        "Merged",
        "{Name} was merged into another client here, and is not sent by itself.",
        Actor.NOBODY,
    ),
    "linked": Words("Linked", "{Name} is tied to its record in QuickBooks.", Actor.NOBODY),
    "skipped": Words(
        "Left out by the plan",
        "{Name} was left out of QuickBooks when the plan was approved.",
        Actor.NOBODY,
        ("Press Retry if it should go after all.",),
    ),
    "taking_back": Words(
        "To be taken out again",
        "{Name} is to be deleted in QuickBooks again, if nobody has touched it there.",
        Actor.SYSTEM,
        ("Nothing to do. A change of it here takes the wish away.",),
    ),
    "taken_back": Words(
        "Taken out again",
        "{Name} was deleted in QuickBooks again, as asked.",
        Actor.NOBODY,
        ("Press Release if it should go there after all.",),
    ),
    "kept_there": Words(
        "Kept in QuickBooks",
        "{Name} was not deleted: QuickBooks uses it, or somebody changed it there.",
        Actor.NOBODY,
    ),
    "left_there": Words(
        "Left in QuickBooks",
        "{Name} is void here. QuickBooks keeps it as it is, because somebody chose so; nobody moves"
        " it any more.",
        Actor.NOBODY,
        ("Press Release if QuickBooks is to be rid of it after all.",),
    ),
    "in_bank_deposit": Words(
        "In a bank deposit",
        "QuickBooks refuses to change or to delete {name}, for it is in {deposit}.",
        Actor.BOOKKEEPER,
        (
            "In QuickBooks open that deposit, from the register of its account.",
            "Click the line of this payment, choose Edit, Delete Line, and save the deposit.",
            "Then press Retry here. To leave the payment there as it is, press Ignore instead.",
        ),
    ),
    "gone_there": Words(
        "Gone there, void here",
        "{Name} is void here, and is not in QuickBooks any more: nothing is left to do.",
        Actor.NOBODY,
    ),
    "deleted_here": Words(
        "Deleted here", "{Name} was deleted here before it was sent.", Actor.NOBODY
    ),
    "waiting": Words(
        "Waiting",
        "{Name} waits for {waiting_for}, which is not in QuickBooks yet.",
        Actor.SYSTEM,
        ("Nothing to do here, unless what it waits for needs you.",),
    ),
    "parent_unknown": Words(
        "What it belongs to is missing",
        "{Name} belongs to a record that is not on its way to QuickBooks.",
        Actor.OFFICE,
        ("Open the record it belongs to and save it; it is then sent.", _RETRY),
    ),
    "cannot_be_written": Words(
        "QuickBooks cannot hold it",
        "QuickBooks cannot hold one of the fields of {name}.",
        Actor.OFFICE,
        ("Open the record and correct the field that is named.", _RETRY),
    ),
    "name_changed": Words(
        "Sent under another name",
        "The name {wanted} is taken in QuickBooks, so {name} went as {sent_as}.",
        Actor.NOBODY,
        ("To use another name, rename the record here. To tie it to the other, press Relink.",),
    ),
    "differs": Words(
        "The totals differ",
        "QuickBooks took {name}, but makes its total another than it is here. The difference, "
        "QuickBooks minus ours, is {differs_by}.",
        Actor.BOOKKEEPER,
        (
            "Open the entry and compare the lines and the tax: ours beside QuickBooks'.",
            "If ours is wrong, correct it here and press Sync to QuickBooks.",
            "If QuickBooks' is wrong, press Send ours again.",
            "If it may stay so, press Accept QuickBooks' total.",
        ),
    ),
    "left_differs": Words(
        "Another part is applied",
        "QuickBooks took {name}, but another part of it goes to no invoice than here. The "
        "difference, QuickBooks minus ours, is {differs_by}.",
        Actor.BOOKKEEPER,
        (
            "Look in QuickBooks at the invoices that it is applied to.",
            "Send ours again over it, or accept what QuickBooks has.",
        ),
    ),
    "changed_there": Words(
        "Changed in QuickBooks",
        "Somebody changed {name} in QuickBooks after it was sent. Nothing was overwritten.",
        Actor.BOOKKEEPER,
        (
            "Compare what is here, what was sent and what QuickBooks has, side by side.",
            "Send ours again over it, or leave it as it is in QuickBooks.",
        ),
    ),
    "accepted": Words(
        "Left as it is in QuickBooks",
        "Somebody looked at {name} and left it as QuickBooks has it.",
        Actor.NOBODY,
    ),
    "stale_given_up": Words(
        "Changed in QuickBooks again and again",
        "{Name} was changed in QuickBooks each time our change was to be sent.",
        Actor.BOOKKEEPER,
        ("See who is working on it in QuickBooks. When they are done, press Retry.",),
    ),
    "in_use_given_up": Words(
        "Still in use in QuickBooks",
        "{Name} has been in use in QuickBooks at every try.",
        Actor.QUICKBOOKS_PC,
        ("Close the windows that show it in QuickBooks, or restart QuickBooks.", _RETRY),
    ),
    "document_refused": Words(
        "QuickBooks cannot read this record",
        "QuickBooks could not read {name} in the form we sent it, although it went alone. "
        "Nothing was changed there.",
        Actor.US,
        ("Report it to us with this message.", "Press Ignore if it can stay out of QuickBooks."),
    ),
    "no_answer": Words(
        "No answer for this record",
        "QuickBooks answered the others but not {name}, so it is being looked for there.",
        Actor.SYSTEM,
        ("Nothing to do: it is not sent twice.",),
    ),
    "answer_lost": Words(
        "Checking with QuickBooks",
        "{Name} was sent and the answer was lost on the way. QuickBooks is asked first, so that "
        "nothing is entered twice.",
        Actor.SYSTEM,
        ("Nothing to do, and no retry until QuickBooks has answered.",),
    ),
    "confirmed": _CONFIRMED,
    "found": _CONFIRMED,
    "sent_again": Words(
        "Sent again",
        "The answer for {name} was lost and it is not in QuickBooks, so it is sent once more.",
        Actor.SYSTEM,
    ),
    "found_several": Words(
        "Several come into question",
        "The answer for {name} was lost, and QuickBooks has several that could be it.",
        Actor.BOOKKEEPER,
        ("Press Relink and choose the right one.",),
    ),
    "gone": _GONE,
    "deleted_in_quickbooks": _GONE._replace(
        title="Deleted in QuickBooks",
        sentence="{Name} was in QuickBooks and somebody deleted it there. It is not sent again by "
        "itself.",
    ),
    # What stands in the way of all of them.
    "wrong_file": Words(
        "Another company file is open",
        "The company file that is open in QuickBooks is not the one we are linked to. Nothing was "
        "written to it.",
        Actor.QUICKBOOKS_PC,
        (
            "On the QuickBooks computer, open the right company file.",
            "The next session goes on by itself.",
        ),
    ),
    "second_computer": Words(
        "A second computer was refused",
        "Two computers use this business's setup file. One may sync; the other one was refused "
        "before anything was sent.",
        Actor.BOOKKEEPER,
        (
            "On the page Connection & computers, hand over to the other one or refuse it.",
            "Remove Fieldledger from the Web Connector on the computer that should not sync.",
        ),
    ),
    "file_copied": Words(
        "There may be two copies of the company file",
        "Two company files with this connection's mark are in use. Nothing is sent to either.",
        Actor.BOOKKEEPER,
        ("On the page The company file, choose the one that is right.",),
    ),
    "not_this_company": Words(
        "Is this the right company?",
        "None of what was sent last is in the company file that was linked by hand. Nothing was "
        "sent to it.",
        Actor.BOOKKEEPER,
        ("Open the right company file, or press Resume if it is the right one all the same.",),
    ),
    "welcome_back": Words(
        "Welcome back",
        "What changed here and in QuickBooks while nothing was sent has been compared.",
        Actor.BOOKKEEPER,
        ("On the page Welcome back, see what changed and choose how to go on.",),
    ),
    "file_restored": _LOOKED_UP._replace(
        sentence="The company file was restored from a backup. What we sent is being looked up, "
        "and what is missing is sent again.",
    ),
    "file_older": _LOOKED_UP._replace(
        sentence="The company file is older than it was. What we sent is being looked up; what is "
        "gone waits for a person.",
    ),
    "condensed": _LOOKED_UP._replace(
        sentence="The company file was condensed. What we sent is being looked up; what was taken "
        "out stays as it was.",
    ),
    "condensed_or_older": _LOOKED_UP._replace(
        sentence="The company file was condensed, and it may be an older copy as well. What we "
        "sent last is being looked up; what is gone waits for a person.",
    ),
    "database_restored": _LOOKED_UP._replace(
        sentence="Fieldledger was restored from a backup. Everything is being looked up in "
        "QuickBooks before it is sent again.",
    ),
    "file_relinked": _LOOKED_UP._replace(
        sentence="The link was moved to another company file. Everything is being looked up there "
        "before it is sent.",
    ),
    "returned": _LOOKED_UP._replace(
        sentence="{Name} was not found when both sides were compared, and is being looked up.",
    ),
    "too_old": Words(
        "QuickBooks is too old",
        "This QuickBooks is older than 2022 and does not know all that we need. Nothing was "
        "written to it.",
        Actor.QUICKBOOKS_PC,
        ("Update to QuickBooks Desktop 2022 or later.",),
    ),
    "wrong_country": Words(
        "Not a US edition",
        "This QuickBooks is not the US edition. Its taxes work in another way, so nothing was "
        "written to it.",
        Actor.QUICKBOOKS_ADMIN,
        ("Use a company file of QuickBooks Desktop, US edition.",),
    ),
    "unknown_hresult": UNKNOWN_HRESULT,
    "not_qbxml": Words(
        "The answer could not be read",
        "What came back from the QuickBooks computer was not an answer of QuickBooks, or not all "
        "of it. QuickBooks is asked again.",
        Actor.SYSTEM,
        ("Nothing to do. If it stays this way, look at the network and the security software.",),
    ),
}

STATE_WORDS: Final[Mapping[State, Words]] = {
    State.NOT_SENT: Words(
        "Not sent",
        "Nobody has asked for {name} to go to QuickBooks yet.",
        Actor.OFFICE,
        ("Press Sync to QuickBooks when it should go.",),
    ),
    State.PENDING: Words(
        "Pending",
        "{Name} goes to QuickBooks with the Web Connector's next run.",
        Actor.SYSTEM,
    ),
    State.WAITING: Words(
        "Waiting",
        "{Name} waits for {waiting_for}, which is not in QuickBooks yet.",
        Actor.SYSTEM,
        ("Nothing to do here, unless {waiting_for} needs you.",),
    ),
    State.HELD: Words(
        "Held",
        "{Name} was put on hold and is not sent.",
        Actor.OFFICE,
        ("Press Release when it should go.",),
    ),
    State.SENDING: Words(
        "Sending", "{Name} is on its way to QuickBooks; its answer is awaited.", Actor.SYSTEM
    ),
    State.SYNCED: Words("Synced", "{Name} is in QuickBooks as it is here.", Actor.NOBODY),
    State.DIFFERS: OWN_WORDS["differs"]._replace(title="Synced, differs"),
    State.FAILED: Words(
        "Failed, needs you",
        "{Name} could not be sent to QuickBooks.",
        Actor.OFFICE,
        ("Open the entry and do what it says.",),
    ),
    State.CHECKING: OWN_WORDS["answer_lost"]._replace(title="Checking"),
    State.CHANGED: Words(
        "Changed since",
        "{Name} was changed here after it was sent; the change is not in QuickBooks.",
        Actor.OFFICE,
        ("Press Sync to QuickBooks to send the change.",),
    ),
    State.CHANGED_IN_QUICKBOOKS: Words(
        "Changed in QuickBooks",
        "{Name} was changed in QuickBooks after it was sent.",
        Actor.BOOKKEEPER,
        (
            (
                "Open the entry and compare. To have it there as it is here, send ours again; "
                "else leave it as it is there."
            ),
        ),
    ),
    State.GONE: _GONE,
    State.IGNORED: Words(
        "Ignored",
        "{Name} was left out of QuickBooks by choice.",
        Actor.NOBODY,
        ("Press Retry if it should go after all.",),
    ),
    State.CANCELLED: Words(
        "Cancelled",
        "{Name} was voided here before it was ever sent, so QuickBooks never gets it.",
        Actor.NOBODY,
    ),
}


def explain(code: str | int, *, said: str = "", **facts: object) -> Explanation:
    """Return the words for `code`, with `facts` filled in and QuickBooks' text `said` quoted.

    Facts used, all optional: name (also as the record's kind, "the invoice 1042"), number,
    date, closing_date, customer, deposit, tax_rate, waiting_for, differs_by, wanted, sent_as.

    A code nobody knows gets the words of its family, and QuickBooks' own text says the rest.
    For what the Web Connector reports in whatever form, take explain_hresult.
    """
    return _filled(_words_of(str(code).strip()), said, facts)


def explain_hresult(hresult: str, *, said: str = "") -> Explanation:
    """Return the words for what the Web Connector reports; it may be empty or no hresult at all."""
    return _filled(_words_of_hresult(hresult), said, {})


def explain_state(state: State, *, said: str = "", **facts: object) -> Explanation:
    """Return the words for a state, in the same way as explain."""
    return _filled(STATE_WORDS[state], said, facts)


def _words_of(code: str) -> Words:
    if code in OWN_WORDS:
        return OWN_WORDS[code]
    try:
        status = int(code)
    except ValueError:
        status = None
    if status is None or abs(status) > STATUS_MAX:
        is_hresult = normal_form(code) is not None or _is_rpc(code)
        return _words_of_hresult(code) if is_hresult else UNKNOWN
    if status in STATUS_WORDS:
        return STATUS_WORDS[status]
    for first, last, words in STATUS_FAMILIES:
        if first <= status <= last:
            return words
    meaning = meaning_of(status)
    return UNKNOWN_STATUS._replace(
        sentence=f"QuickBooks refused {{name}}. {meaning.meaning}", actor=meaning.actor
    )


def _words_of_hresult(hresult: str) -> Words:
    if _is_rpc(hresult):
        return QUICKBOOKS_STOPPED
    return HRESULT_WORDS.get(normal_form(hresult) or "", UNKNOWN_HRESULT)


def _is_rpc(hresult: str) -> bool:
    return hresult.strip().upper().startswith("RPC_")  # COM: the program at the other end is gone.


class _Facts(dict[str, str]):
    """Facts for a sentence; what is not known gets a general word."""

    def __missing__(self, key: str) -> str:
        return _GENERAL.get(key, "…")


_GENERAL: Final[Mapping[str, str]] = {
    "name": "this record",
    "Name": "This record",
    "number": "of this record",
    "date": "The date",
    "closing_date": "which closes the books",
    "tax_rate": "of the invoice",
    "waiting_for": "something it belongs to",
    "differs_by": "said in the entry",
    "customer": "a customer",
    "deposit": "a bank deposit",
    "wanted": "it has here",
    "sent_as": "another one",
}


def _filled(words: Words, said: str, facts: Mapping[str, object]) -> Explanation:
    texts = {key: str(value) for key, value in facts.items() if value is not None}
    given = _Facts({key: text for key, text in texts.items() if text})
    if "name" in given:
        given["Name"] = given["name"][:1].upper() + given["name"][1:]
    sentence = words.sentence.format_map(given)
    text = " ".join(said.split())
    if text:
        if len(text) > SAID_LENGTH_MAX:
            text = text[: SAID_LENGTH_MAX - 1] + "…"
        sentence += f" QuickBooks says: “{text}”"
    steps = tuple(step.format_map(given) for step in words.steps)
    return Explanation(words.title, sentence, words.actor, steps)
