"""Questions about message sets: what QuickBooks stores of them, and what it does with a copy."""

from collections.abc import Sequence
from typing import Any, Final

from fieldledger.qbxml.objects import AccountQuery, CustomerMod, CustomerQuery, ItemQuery
from fieldledger.sync.probe.asking import REFUSED_FROM, Found, Question, Run, Seen, Step

SETS: Final = 10  # How many are stored one after the other to see how many stay.


def _is_stored(seen: Seen) -> bool:
    return seen["set"] == 0 and not seen["hresult"]


def _unknown_set(run: Run) -> Step | Found:
    if not run.seen:
        return run.ask_of("never-sent")
    seen = run.seen[0]
    if seen["set"] is None:
        code = seen["hresult"] or "nothing"
        return Found({"not_stored_status": None}, f"QuickBooks answered {code}.")
    return Found(
        {"not_stored_status": seen["set"]},
        f"For a set that it never got, QuickBooks answers {seen['set']}.",
    )


def _stored_sets(run: Run) -> Step | Found:
    """Change one customer in SETS sets, then ask for each, the oldest first, then clear them."""
    number = len(run.seen)
    if number == 0:
        request, made = run.customer("s")
        return Step(requests=(request,), makes=(made,))
    if number <= SETS:
        first = run.record(0, "s")
        last = run.record(number - 1, "s" if number == 1 else "m")
        change = CustomerMod(
            list_id=first["ListID"], edit_sequence=last["EditSequence"], notes=f"Set {number}"
        )
        return Step(requests=(run.request("m", change),), new_id=run.set_id(str(number)))
    if number <= 2 * SETS:
        return run.ask_of(str(number - SETS))
    asked = run.seen[1 + SETS : 1 + 2 * SETS]
    stored = [each + 1 for each, seen in enumerate(asked) if _is_stored(seen)]
    cleared = number - (1 + 2 * SETS)
    if cleared < len(stored):
        return run.clear(str(stored[cleared]))
    return _kept(stored, asked)


def _kept(stored: Sequence[int], asked: Sequence[Seen]) -> Found:
    keeps: Any
    if not stored:
        keeps, words = "none", "QuickBooks stores no answers at all."
    elif len(stored) == SETS:
        keeps, words = "all", f"QuickBooks still knew all {SETS} sets, the oldest too."
    elif stored == [SETS]:
        keeps, words = "last", "QuickBooks knew only the newest set."
    else:
        keeps = len(stored)
        words = f"QuickBooks knew {keeps} of {SETS} sets: numbers {', '.join(map(str, stored))}."
    form = None
    if stored:
        answers = list(asked[stored[0] - 1]["answers"].values())
        if any(each["records"] for each in answers):
            form, what = "ret", "the whole record"
        elif any(each["recovery"] for each in answers):
            form, what = "recovery", "only which record was written"
        else:
            form, what = "status", "only the status"
        words += f" A stored answer holds {what}."
    return Found({"store_keeps": keeps, "stored_answers": form}, words)


def _same_set_again(run: Run) -> Step | Found:
    number = len(run.seen)
    request, made = run.customer("s")
    if number < 2:
        return Step(requests=(request,), makes=(made,), new_id=run.set_id("s"))
    if number == 2:
        return run.clear("s")
    first, again = run.record(0, "s"), run.seen[1]["answers"].get("s")
    if again is None:
        code = run.seen[1]["set"] or run.seen[1]["hresult"] or "nothing"
        return Found(
            {"same_set_again": "refused"}, f"Sent again unchanged, a set is answered {code}."
        )
    if again["code"] >= REFUSED_FROM:
        return Found(
            {"same_set_again": "run_again"},
            f"Sent again unchanged, a set runs again: the second add was refused with"
            f" {again['code']}.",
        )
    same = (again["records"] or [again["recovery"] or {}])[0].get("ListID") == first["ListID"]
    return Found(
        {"same_set_again": "not_run" if same else "run_again"},
        "Sent again unchanged, a set does not run again; the stored answer comes back."
        if same
        else "Sent again unchanged, a set ran again and made a second record.",
    )


def _query_only_sets(run: Run) -> Step | Found:
    """Store a query, ask for it, then send an add under its id: what a late copy would be."""
    number = len(run.seen)
    if number == 0:
        query = CustomerQuery(active_status="All", max_returned=1, include_ret_element=("ListID",))
        return Step(requests=(run.request("q", query),), new_id=run.set_id("q"))
    if number == 1:
        return run.ask_of("q")
    if number == 2:
        request, made = run.customer("s")
        return Step(requests=(request,), makes=(made,), new_id=run.set_id("q"))
    if number == 3:
        return run.clear("q")
    late = run.seen[2]
    holds = not late["answers"] and bool(late["set"] or late["hresult"])
    stored: bool | None = _is_stored(run.seen[1])
    if run.known.get("store_keeps") == "none":
        stored = None
        words = "No answers are stored, so a query's is not either."
    elif stored:
        words = "A set of queries only is stored like any other."
    else:
        words = "A set of queries only is not stored."
    words += (
        f" What came late under its id was refused ({late['set'] or late['hresult']})."
        if holds
        else " What came late under its id was carried out."
    )
    return Found({"stores_query_sets": stored, "seal_holds": holds}, words)


def _large_sets(run: Run) -> Step | Found:
    number = len(run.seen)
    keys = ("large_answer_kb", "large_answer_stored")
    if not run.known.get("stores_query_sets"):
        return Found(dict.fromkeys(keys), "Not tried: sets of queries are not stored here.")
    if number == 0:
        everything = (
            run.request("accounts", AccountQuery(active_status="All")),
            run.request("items", ItemQuery(active_status="All")),
            run.request("customers", CustomerQuery(active_status="All")),
        )
        return Step(requests=everything, new_id=run.set_id("large"), keeps=False)
    if number == 1:
        asked = run.ask_of("large")
        return Step(new_id=asked.new_id, old_id=asked.old_id, keeps=False)
    if number == 2:
        return run.clear("large")
    kilobytes = max(1, run.seen[0]["length"] // 1000)
    stored = _is_stored(run.seen[1])
    return Found(
        dict(zip(keys, (kilobytes, stored), strict=True)),
        f"An answer of {kilobytes} kB is {'' if stored else 'not '}stored.",
    )


MESSAGE_SETS: Final = (
    Question(
        key="unknown_set",
        asks="What does QuickBooks say of a message set that it never got?",
        changes="How “nothing is stored” is told from a fault.",
        keys=("not_stored_status",),
        next=_unknown_set,
    ),
    Question(
        key="stored_sets",
        asks="How many message sets does QuickBooks remember, and what of them?",
        changes="Whether a lost answer can be asked for, or is looked for by the records’ marks.",
        keys=("store_keeps", "stored_answers"),
        next=_stored_sets,
    ),
    Question(
        key="same_set_again",
        asks="Does a message set run twice when it comes twice?",
        changes="Whether QuickBooks itself stops a copy of a set.",
        keys=("same_set_again",),
        next=_same_set_again,
    ),
    Question(
        key="query_only_sets",
        asks="Is a set of queries stored too, and does it stop what comes late under its id?",
        changes="Whether the seal holds: the look under a lost set’s id that stops a late copy.",
        keys=("stores_query_sets", "seal_holds"),
        next=_query_only_sets,
    ),
    Question(
        key="large_sets",
        asks="Is a large answer stored as well?",
        changes="How large a message set may be.",
        keys=("large_answer_kb", "large_answer_stored"),
        next=_large_sets,
    ),
)
