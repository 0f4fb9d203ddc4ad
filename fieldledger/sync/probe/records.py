"""Questions about list records: marks, EditSequences, empty elements, characters, deletions."""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import pairwise
from typing import Any, Final

from fieldledger.qbxml.objects import (
    Address,
    CompanyActivityQuery,
    CustomerMod,
    ListDeletedQuery,
    TxnDeletedQuery,
)
from fieldledger.qbxml.writing import Request
from fieldledger.sync.probe.asking import (
    REFUSED_FROM,
    Found,
    NotEstablished,
    Question,
    Run,
    Seen,
    Step,
)

GUESSES: Final = 16  # Seconds that may have passed in QuickBooks since its last answer.
SAME_SECOND_TRIES_MAX: Final = 4
UNCHANGED_TRIES_MAX: Final = 400  # Until QuickBooks' clock has gone on by a second.


def _second_guid(run: Run) -> Step | Found:
    number = len(run.seen)
    if number == 0:
        request, made = run.customer("a")
        return Step(requests=(request,), makes=(made,))
    run.record(0, "a")
    if number == 1:
        request, made = run.customer("b", guid="a")
        return Step(requests=(request,), makes=(made,))
    code = run.answer(1, "b")["code"]
    refused = code >= REFUSED_FROM
    return Found(
        {"guid_unique": refused, "second_guid_status": code},
        f"A second record with the same ExternalGUID is refused ({code})."
        if refused
        else "A second record with the same ExternalGUID is taken.",
    )


# --- EditSequence ---


def _edit_sequence(run: Run) -> Step | Found:
    """Change a record many times in one set, guessing the EditSequence after each change.

    It counts seconds (Intuit's qbXML reference; desktopaccountingapi), so the next one is among
    the next few numbers. A wrong guess is refused with 3200 and changes nothing.
    """
    number = len(run.seen)
    if number == 0:
        request, made = run.customer("c")
        return Step(requests=(request,), makes=(made,))
    list_id = run.record(0, "c")["ListID"]
    for seen in run.seen[1:]:
        for before, after in pairwise(_changes(seen)):
            if before["TimeModified"] == after["TimeModified"]:
                own = before["EditSequence"] != after["EditSequence"]
                return Found(
                    {"edit_sequence_per_change": own},
                    "Each change has an EditSequence of its own."
                    if own
                    else "Two changes within one second have the same EditSequence.",
                )
    changes = [*_changes(run.seen[-1])] if number > 1 else [run.record(0, "c")]
    if number > SAME_SECOND_TRIES_MAX or not changes:
        raise NotEstablished("No two changes came within one second.")
    last = changes[-1]["EditSequence"]
    if not last.isdecimal():
        raise NotEstablished("EditSequence is no number here.")
    guesses = [last, *(str(int(last) + each) for each in range(GUESSES))]
    return Step(
        requests=tuple(
            run.request(
                str(place),
                CustomerMod(list_id=list_id, edit_sequence=guess, notes=f"{number}.{place}"),
            )
            for place, guess in enumerate(guesses)
        )
    )


def _changes(seen: Seen) -> Iterator[Mapping[str, str]]:
    """Yield the record after each change of a set that was carried out."""
    for each in seen["answers"].values():
        yield from each["records"][:1]


def _unchanged_mod(run: Run) -> Step | Found:
    """Write into a record what it says already, once QuickBooks' clock has gone on.

    The clock is seen by a second record, which is changed in the same set.
    """
    number = len(run.seen)
    if number == 0:
        request, made = run.customer("c", notes="Same")
        clock, clock_made = run.customer("d")
        return Step(requests=(request, clock), makes=(made, clock_made))
    first = run.record(0, "c")
    before = first["EditSequence"]
    if number > 1:
        after, now = (run.record(-1, each)["EditSequence"] for each in ("c", "d"))
        if after != before:
            return Found(
                {"unchanged_mod_bumps": True},
                "A change that changes nothing gives a new EditSequence.",
            )
        if now != before and not _is_before(now, before):
            return Found(
                {"unchanged_mod_bumps": False},
                "A change that changes nothing leaves the EditSequence as it was.",
            )
        if number > UNCHANGED_TRIES_MAX:
            raise NotEstablished("QuickBooks’ clock did not go on.")
    clock_record = run.record(-1, "d")
    return Step(
        requests=(
            run.request(
                "d",
                CustomerMod(
                    list_id=run.record(0, "d")["ListID"],
                    edit_sequence=clock_record["EditSequence"],
                    notes=f"Clock {number}",
                ),
            ),
            run.request(
                "c", CustomerMod(list_id=first["ListID"], edit_sequence=before, notes="Same")
            ),
        )
    )


def _is_before(one: str, other: str) -> bool:
    return one.isdecimal() and other.isdecimal() and int(one) < int(other)


# --- Content ---


def _empty_elements(run: Run) -> Step | Found:
    number = len(run.seen)
    if number == 0:
        address = Address(addr1="1 Main St", city="Bayshore")
        request, made = run.customer("c", phone="555-0100", bill_address=address)
        return Step(requests=(request,), makes=(made,))
    record = run.record(0, "c")
    if number == 1:
        return Step(requests=(_mod(run, record, phone=""),))
    cleared = run.answer(1, "c")
    sequence = run.record(1, "c") if cleared["code"] < REFUSED_FROM else record
    if number == 2:
        change = {**record, "EditSequence": sequence["EditSequence"]}
        return Step(requests=(_mod(run, change, bill_address=Address(city="Millbrae")),))
    clears: bool | str = "refused"
    if cleared["code"] >= REFUSED_FROM:
        words = f"An empty element is refused ({cleared['code']})."
    else:
        clears = not sequence.get("Phone")
        words = f"An empty element {'clears the field' if clears else 'leaves the field as it is'}."
    moved = run.answer(2, "c")
    replaces: bool | None = None
    if moved["code"] < REFUSED_FROM:
        replaces = not run.record(2, "c").get("BillAddress/Addr1")
        words += (
            " An address that names some lines replaces the whole address."
            if replaces
            else " An address that names some lines leaves the others as they are."
        )
    return Found({"empty_clears": clears, "address_replaces": replaces}, words)


def _mod(run: Run, record: Mapping[str, str], **changes: Any) -> Request:
    change = CustomerMod(list_id=record["ListID"], edit_sequence=record["EditSequence"], **changes)
    return run.request("c", change)


# Each with what stands for it while the document is written, and what it is called.
_CHARACTERS: Final = (
    ("outside_windows_1252", "Ω", "@1@", "a Greek letter"),
    ("outside_16_bits", "😀", "@2@", "an emoji"),
)


def _characters(run: Run) -> Step | Found:
    number = len(run.seen)
    if number < len(_CHARACTERS):
        _, character, stands_in, _ = _CHARACTERS[number]
        request, made = run.customer(f"c{number}", company_name=f"A{stands_in}B")
        return Step(requests=(request,), makes=(made,), spelled={stands_in: f"&#{ord(character)};"})
    answers, words = {}, []
    for place, (key, character, _, called) in enumerate(_CHARACTERS):
        answers[key], became = _became(run, place, character)
        words.append(f"{called[0].upper()}{called[1:]} {became}.")
    return Found(answers, " ".join(words))


def _became(run: Run, step: int, character: str) -> tuple[str, str]:
    seen = run.seen[step]
    if seen["hresult"]:
        return "refused_whole", f"makes QuickBooks refuse the whole document ({seen['hresult']})"
    code = run.answer(step, f"c{step}")["code"]
    if code >= REFUSED_FROM:
        return "refused", f"makes QuickBooks refuse the request ({code})"
    text = run.record(step, f"c{step}").get("CompanyName", "")
    if text == f"A{character}B":
        return "kept", "is kept"
    if set(text[1:-1]) == {"?"}:
        return "question_mark", "becomes a question mark"
    return "changed", "becomes something else"


# --- What is left of what is gone ---


def _activity(run: Run) -> Step | Found:
    if not run.seen:
        return Step(requests=(run.request("activity", CompanyActivityQuery()),))
    answer = run.answer(0, "activity")
    tells = answer["code"] < REFUSED_FROM
    restored = any("LastRestoreTime" in each for each in answer["records"])
    return Found(
        {"tells_restores": tells},
        (
            "QuickBooks tells when the file was restored"
            + (", and that it was." if restored else "; it has not been.")
        )
        if tells
        else f"QuickBooks does not tell when the file was restored ({answer['code']}).",
    )


def _deletions(run: Run) -> Step | Found:
    if not run.seen:
        lists = ListDeletedQuery(
            list_del_type=("Customer", "ItemService"), include_ret_element=("TimeDeleted",)
        )
        txns = TxnDeletedQuery(
            txn_del_type=("Invoice", "ReceivePayment"), include_ret_element=("TimeDeleted",)
        )
        return Step(requests=(run.request("lists", lists), run.request("txns", txns)))
    told = [
        each["TimeDeleted"][:10]
        for which in ("lists", "txns")
        for each in run.answer(0, which)["records"]
        if "TimeDeleted" in each
    ]
    if not told:
        raise NotEstablished("Nothing was ever deleted from this company.")
    try:
        days = (run.today - date.fromisoformat(min(told))).days
    except ValueError:
        raise NotEstablished("QuickBooks told no date that could be read.") from None
    return Found(
        {"oldest_deletion_days": days}, f"The oldest deletion it still tells is {days} days old."
    )


RECORDS: Final = (
    Question(
        key="second_guid",
        asks="Does QuickBooks take a second record with the same ExternalGUID?",
        changes="Whether QuickBooks itself stops a record from being made twice.",
        keys=("guid_unique", "second_guid_status"),
        next=_second_guid,
    ),
    Question(
        key="edit_sequence",
        asks="Does each change get an EditSequence of its own, even within one second?",
        changes="Whether two changes must lie apart to be told apart.",
        keys=("edit_sequence_per_change",),
        next=_edit_sequence,
    ),
    Question(
        key="unchanged_mod",
        asks="Does a change that changes nothing give a new EditSequence?",
        changes="Whether an unchanged EditSequence proves that a change was not made.",
        keys=("unchanged_mod_bumps",),
        next=_unchanged_mod,
    ),
    Question(
        key="empty_elements",
        asks="What does an empty element clear, and what a part of an address?",
        changes="How a field is emptied, and how an address is written.",
        keys=("empty_clears", "address_replaces"),
        next=_empty_elements,
    ),
    Question(
        key="characters",
        asks="What becomes of characters outside Windows-1252?",
        changes="Whether they may be sent, or are replaced before.",
        keys=tuple(each[0] for each in _CHARACTERS),
        next=_characters,
    ),
    Question(
        key="activity",
        asks="Does QuickBooks tell when the company file was restored?",
        changes="Whether a restored company file is noticed at once.",
        keys=("tells_restores",),
        next=_activity,
    ),
    Question(
        key="deletions",
        asks="How far back does QuickBooks tell what was deleted?",
        changes="How long a deletion can be told from a record that never was.",
        keys=("oldest_deletion_days",),
        next=_deletions,
    ),
)
