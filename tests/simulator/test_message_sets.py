"""Message sets: what is remembered under an id, and what an id does alone, together and equal."""

from typing import Any

import pytest
from lxml import etree

from fieldledger.simulator.message_sets import Crash, Crashed
from fieldledger.simulator.variant import Variant
from tests.simulator.company_files import Books, document, text_of

GUID = "<ExternalGUID>{6F1E8A10-0000-4000-8000-000000000001}</ExternalGUID>"


def add(name: str, request_id: str = "1", more: str = "") -> str:
    return (
        f'<CustomerAddRq requestID="{request_id}"><CustomerAdd><Name>{name}</Name>{more}'
        "</CustomerAdd></CustomerAddRq>"
    )


def ids(new: str | None = None, old: str | None = None) -> str:
    return " ".join(
        f'{name}MessageSetID="{value}"'
        for name, value in (("new", new), ("old", old))
        if value is not None
    )


def head(books: Books, requests: str, attributes: str) -> tuple[str | None, str | None, int]:
    """Return the set's id, its status and how many answers there are."""
    (answer,) = etree.fromstring(books.answer(requests, attributes).encode())
    return answer.get("newMessageSetID"), answer.get("messageSetStatusCode"), len(answer)


def names(books: Books) -> list[str]:
    return [each.name for each in books.company.customers() if each.name.startswith("Set")]


def test_the_same_set_twice_runs_once_and_answers_the_same() -> None:
    books = Books()
    request = add("Set 1", more=GUID)

    first = books.answer(request, ids("A"))
    second = books.answer(request, ids("A"))

    assert first == second
    assert 'newMessageSetID="A" messageSetStatusCode="0"' in first
    assert names(books) == ["Set 1"]


def test_the_same_id_for_other_requests_is_9001() -> None:
    books = Books()
    books.answer(add("Set 1"), ids("A"))

    assert head(books, add("Set 2"), ids("A")) == ("A", "9001", 0)
    assert names(books) == ["Set 1"]


@pytest.mark.parametrize("status", [600, 9002])
def test_equal_ids_ask_and_run_nothing(status: int) -> None:
    books = Books(variant=Variant(not_stored_status=status))  # type: ignore[arg-type]

    assert head(books, "", ids("A", "A")) == ("A", str(status), 0)
    assert head(books, add("Set 1"), ids("A", "A")) == ("A", str(status), 0)
    assert names(books) == []
    books.answer(add("Set 1"), ids("A"))
    assert head(books, "", ids("A", "A")) == ("A", "0", 1)


def test_old_alone_clears_and_new_with_old_goes_on() -> None:
    books = Books()
    books.answer(add("Set 1"), ids("A"))

    assert head(books, add("Set 2"), ids("B", "A")) == ("B", "0", 1)
    assert head(books, "", ids("A", "A"))[1] == "600"
    assert head(books, "", ids("B", "B"))[1] == "0"
    assert head(books, "", ids(old="B")) == (None, "0", 0)
    assert head(books, "", ids("B", "B"))[1] == "600"
    books.answer(add("Set 3"), ids("C"))
    books.answer("", ids(old="CLR-ALL-MSG-SETS"))
    assert head(books, "", ids("C", "C"))[1] == "600"


def test_an_id_of_25_characters_is_9004_and_nothing_runs() -> None:
    books = Books()

    assert head(books, add("Set 1"), ids("x" * 25)) == ("x" * 25, "9004", 0)
    assert names(books) == []
    assert head(books, add("Set 1"), ids("x" * 24))[1] == "0"


def test_an_empty_id_is_none() -> None:
    assert head(Books(), add("Set 1"), ids("", "")) == (None, None, 1)


def test_without_ids_nothing_is_remembered() -> None:
    books = Books()
    statuses = [books.status(add("Set 1")) for _ in range(2)]

    assert statuses == [0, 3100]


@pytest.mark.parametrize(
    ("variant", "kept"),
    [
        ({"store_keeps": "all"}, ["0", "0"]),
        ({"store_keeps": "last"}, ["600", "0"]),
        ({"store_keeps": "none"}, ["600", "600"]),
        ({"stores_query_sets": False}, ["0", "600"]),
    ],
)
def test_how_much_is_remembered(variant: dict[str, Any], kept: list[str]) -> None:
    books = Books(variant=Variant(**variant))
    books.answer(add("Set 1"), ids("A"))
    books.answer("<HostQueryRq/>", ids("B"))

    assert [head(books, "", ids(each, each))[1] for each in "AB"] == kept


def test_a_stored_answer_may_name_what_was_written_instead_of_showing_it() -> None:
    books = Books(variant=Variant(stored_answers="recovery"))
    requests = add("Set 1", "1", GUID) + add("Lawn Depot", "2") + "<HostQueryRq requestID='3'/>"
    shown = etree.fromstring(books.answer(requests, ids("A")).encode())[0]

    stored = etree.fromstring(books.answer(requests, ids("A")).encode())[0]

    assert [each.get("statusCode") for each in stored] == ["0", "3100", "0"]
    assert [each.get("requestID") for each in stored] == ["1", "2", "3"]
    recovery = stored[0][0]
    assert recovery.tag == "ErrorRecovery"
    assert text_of(recovery, "ListID") == text_of(shown[0][0], "ListID")
    assert text_of(recovery, "EditSequence") == text_of(shown[0][0], "EditSequence")
    assert text_of(recovery, "ExternalGUID").startswith("{6F1E8A10")


def test_include_none_shows_no_records_but_names_them() -> None:
    books = Books()
    text = document(add("Set 1"), 'onError="stopOnError" responseData="includeNone"')

    answer = books.company.answer(text, session=books.session, now=books.now)

    assert "<CustomerRet>" not in answer
    assert "<ErrorRecovery>" in answer


def test_the_store_belongs_to_the_file_and_outlives_sessions() -> None:
    books, other = Books(), Books()
    books.answer(add("Set 1"), ids("A"))
    books.session.close()
    books.session = books.company.open_session()

    assert head(books, "", ids("A", "A"))[1] == "0"
    assert head(other, "", ids("A", "A"))[1] == "600"
    books.session = books.company.open_session("Another app")
    assert head(books, "", ids("A", "A"))[1] == "600"


def test_stop_on_error_leaves_the_rest_undone() -> None:
    books = Books()
    requests = add("Set 1", "1") + add("Lawn Depot", "2") + add("Set 3", "3")

    text = document(requests, 'onError="stopOnError"')
    answer = books.company.answer(text, session=books.session, now=books.now)

    answers = etree.fromstring(answer.encode())[0]
    assert [each.get("statusCode") for each in answers] == ["0", "3100", "3231"]
    assert answers[2].get("statusMessage") == "The request has not been processed."
    assert names(books) == ["Set 1"]
    assert [each.get("statusCode") for each in books.ask(requests)] == ["3100", "3100", "0"]


@pytest.mark.parametrize(("crash", "done"), [(Crash(0), 0), (Crash(2), 2), (Crash(), 3)])
def test_a_crash_keeps_what_was_done_and_stores_no_answer(crash: Crash, done: int) -> None:
    books = Books()
    text = document("".join(add(f"Set {n}") for n in range(3)), f'onError="stopOnError" {ids("A")}')

    with pytest.raises(Crashed):
        books.company.answer(text, session=books.session, now=books.now, crash=crash)

    assert len(names(books)) == done
    assert head(books, "", ids("A", "A"))[1] == "600"


def test_every_record_remembers_which_request_made_it() -> None:
    books = Books()
    books.answer(add("Set 1", "entry-17"), ids("A"))

    (made,) = [each for each in books.company.customers() if each.name == "Set 1"]
    old = books.company.customers()[0]

    assert (made.origin.request_id, made.origin.set_id) == ("entry-17", "A")
    assert made.origin.request == "CustomerAddRq"
    assert old.origin.request == "people"
    assert books.session.seen.added == {"Customer": 1}
