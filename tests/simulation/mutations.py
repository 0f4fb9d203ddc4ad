"""The engine's rules, broken on purpose, one at a time: the simulation must find each out.

The numbers are those of the traps that a model of the protocol fell into.
"""

import functools
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import pytest
from django.db import connection as database

from fieldledger.qbwc import transitions
from fieldledger.qbwc.calls import SendRequest
from fieldledger.qbxml import writing
from fieldledger.quickbooks import company as company_module
from fieldledger.quickbooks import (
    conversation,
    look_queries,
    receiving,
    recovery,
    sending,
    steps,
)
from fieldledger.quickbooks import poll as poll_module
from fieldledger.quickbooks.context import Context
from fieldledger.quickbooks.entries import adjust_active
from fieldledger.quickbooks.entry_rows import EntryRow
from fieldledger.quickbooks.message_sets import Document
from fieldledger.quickbooks.models import Connection, MessageSet, Session, SyncEntry
from fieldledger.quickbooks.poll import Poll
from fieldledger.sync import outcomes
from fieldledger.sync.content import State
from fieldledger.sync.outcomes import HresultOutcome, Outcome, Taken, Verdict

Break = Callable[[pytest.MonkeyPatch], None]


def reply_before_commit(patch: pytest.MonkeyPatch) -> None:
    right = conversation.answer

    def answer(call: Any, context: Context) -> Any:
        if not database.get_autocommit():
            database.commit()
        database.set_autocommit(False)
        with database.cursor() as cursor:
            cursor.execute("BEGIN")
        return right(call, context)

    patch.setattr(conversation, "answer", answer)


def a_new_set_when_asked_again(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        conversation,
        "is_repetition",
        lambda state, call: call is not SendRequest and transitions.is_repetition(state, call),
    )


def sent_again_unasked(patch: pytest.MonkeyPatch) -> None:
    right = recovery.put_in_doubt

    def put_in_doubt(message_set: MessageSet, *, now: Any) -> None:
        right(message_set, now=now)
        _send_again(message_set)

    patch.setattr(recovery, "put_in_doubt", put_in_doubt)


def _send_again(message_set: MessageSet) -> None:
    if message_set.purpose == MessageSet.Purpose.WRITE:
        message_set.status = MessageSet.Status.RESOLVED
        message_set.save(update_fields=["status"])
        SyncEntry.objects.filter(message_set=message_set, state=State.CHECKING).update(
            state=State.PENDING, message_set=None
        )


def asked_with_the_old_id_alone(patch: pytest.MonkeyPatch) -> None:
    right = recovery.ask_document

    def ask_document(message_set: MessageSet) -> Document:
        asked = right(message_set)
        return Document(
            purpose=asked.purpose,
            requests=(),
            content=(),
            clears=message_set.set_id,
            about=message_set,
        )

    patch.setattr(recovery, "ask_document", ask_document)


def an_id_too_long(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(writing, "_MESSAGE_SET_ID", re.compile("[!-~]+"))  # Which would not write it.
    patch.setattr(Context, "new_set_id", lambda self: f"{self.chance.getrandbits(144):036x}")


def ids_from_a_counter(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Context, "new_set_id", lambda self: f"F{MessageSet.objects.count():022}")
    patch.setattr(Context, "new_nonce", lambda self: "aaaaaa")


def sent_again_without_a_look(patch: pytest.MonkeyPatch) -> None:
    def look_document(connection: Connection, message_set: MessageSet, context: Context) -> None:
        _send_again(message_set)

    patch.setattr(recovery, "look_document", look_document)


def a_look_without_the_fence(patch: pytest.MonkeyPatch) -> None:
    right = recovery.look_document

    def look_document(
        connection: Connection, message_set: MessageSet, context: Context
    ) -> Document | None:
        message_set.is_sealed = True
        return right(connection, message_set, context)

    patch.setattr(recovery, "look_document", look_document)


def a_look_by_name_only(patch: pytest.MonkeyPatch) -> None:
    for kind, make in look_queries.BY_NAME.items():
        nothing = make(("No such name",))
        patch.setitem(look_queries.BY_TIME, kind, functools.partial(_always, nothing))


def _always(answer: Any, _since: Any) -> Any:
    return answer


def the_first_look_counts_for_all(patch: pytest.MonkeyPatch) -> None:
    right = recovery.first_looks

    def first_looks(connection: Connection, session: Session, context: Context) -> Document | None:
        patch.setattr(recovery, "LOOKED_FOR_MAX", 1)
        looked = right(connection, session, context)
        SyncEntry.objects.filter(connection=connection, look_first=True).update(look_first=False)
        return looked

    patch.setattr(recovery, "first_looks", first_looks)


def an_empty_queue_hides_a_restore(patch: pytest.MonkeyPatch) -> None:
    def has_work(poll: Poll, now: Any) -> bool:
        return poll_module.has_work(poll, now) and bool(poll.active_count or poll.reading_wanted)

    patch.setattr(conversation, "has_work", has_work)


def the_first_file_seen_is_ours(patch: pytest.MonkeyPatch) -> None:
    def require_fit(company: Any, connection: Connection, **more: Any) -> None:
        if not connection.company_name and company.file_id is not None:
            connection.file_id = company.file_id
        company_module.require_fit(company, connection, **more)

    patch.setattr(steps, "require_fit", require_fit)


def merged_into_what_was_sent(patch: pytest.MonkeyPatch) -> None:
    right = receiving._take

    def take(entry: EntryRow, row: Any, taken: Taken, *more: Any) -> None:
        right(entry, {**row, "rev": entry.record_revision}, taken, *more)

    patch.setattr(receiving, "_take", take)


def no_answer_is_success(patch: pytest.MonkeyPatch) -> None:
    right = receiving._judge

    def judge(entry: EntryRow, row: Any, answer: Any) -> Outcome:
        if answer is None:
            return Taken(quickbooks_id=entry.quickbooks_id, edit_sequence=entry.edit_sequence)
        return right(entry, row, answer)

    patch.setattr(receiving, "_judge", judge)


def the_seal_is_the_answer(patch: pytest.MonkeyPatch) -> None:
    right = receiving._take_ask

    def take_ask(
        connection: Connection, session: Session, ask: MessageSet, answers: Any, context: Context
    ) -> None:
        lost = ask.about
        assert lost is not None
        known = {row["r"] for row in lost.content}
        is_ours = any(each.request_id in known for each in answers.answers)
        if answers.message_set_status == 0 and not is_ours:
            waiting = SyncEntry.objects.filter(message_set=lost)
            adjust_active(connection.pk, -waiting.count())
            connection.active_count -= waiting.count()
            waiting.update(state=State.SYNCED, message_set=None)
        right(connection, session, ask, answers, context)

    patch.setattr(receiving, "_take_ask", take_ask)


def sets_beside_each_other(patch: pytest.MonkeyPatch) -> None:
    right = steps.next_document

    def next_document(connection: Connection, session: Session, context: Context) -> str:
        if session.is_verified and steps.may_write(connection):
            text = sending.next_set(connection, session, context)
            if text is not None:
                return text
        return right(connection, session, context)

    patch.setattr(steps, "next_document", next_document)


def done_with_work_in_doubt(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(receiving, "_number", lambda *_: 100)


def an_hresult_says_nothing_ran(patch: pytest.MonkeyPatch) -> None:
    def judge_hresult(hresult: str, message: str = "") -> HresultOutcome:
        judged = outcomes.judge_hresult(hresult, message)
        return HresultOutcome(
            Verdict.DOCUMENT_REFUSED, judged.code, judged.sentence, judged.actor, judged.said
        )

    patch.setattr(receiving, "judge_hresult", judge_hresult)


MUTATIONS: Final[Mapping[str, Break]] = {
    "M1": reply_before_commit,
    "M2": a_new_set_when_asked_again,
    "M3": sent_again_unasked,
    "M4": asked_with_the_old_id_alone,
    "M5": an_id_too_long,
    "M6": ids_from_a_counter,
    "M7": sent_again_without_a_look,
    "M8": a_look_without_the_fence,
    "M9": a_look_by_name_only,
    "M10": the_first_look_counts_for_all,
    "M11": an_empty_queue_hides_a_restore,
    "M12": the_first_file_seen_is_ours,
    "M13": merged_into_what_was_sent,
    "M14": no_answer_is_success,
    "M15": the_seal_is_the_answer,
    "M16": sets_beside_each_other,
    "M17": done_with_work_in_doubt,
    "M18": an_hresult_says_nothing_ran,
}
