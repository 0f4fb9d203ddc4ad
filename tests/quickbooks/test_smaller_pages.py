"""A list whose pages do not come is asked for in smaller ones (failure 42 of the catalogue).

What is out with a page when the connection breaks may be what broke it, so the second time counts.
"""

import re
from collections.abc import Iterator

import pytest
from django.utils import timezone

from fieldledger.accounts.models import Business
from fieldledger.quickbooks import door, services
from fieldledger.quickbooks.models import QuickBooksRecord
from fieldledger.simulator.sample import Sizes
from fieldledger.simulator.soap import Call, Reply
from fieldledger.sync.sizing import PAGE_MIN
from tests.quickbooks.test_other_answers import run_with_answers
from tests.support.office_pc import OfficePc

pytestmark = pytest.mark.django_db

CUSTOMERS = 130
PAGE = 100
LIMIT = 80_000  # Bytes: less than an answer with a page has, and more than with half a page.


class Reader(OfficePc):
    """A PC whose reads are noted: how many records each page asked for."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.asked: list[int] = []
        self.heard = self._hear

    def _hear(self, call: Call, reply: Reply) -> None:
        if call.operation == "sendRequestXML":
            found = re.findall(rb"&lt;MaxReturned&gt;(\d+)", getattr(reply, "body", b""))
            self.asked += map(int, found[:1])

    def read_lists(self) -> None:
        """Install, and wish for the reading of the lists."""
        self.install()
        services.go_next(self.connection, actor="Dana", now=timezone.now())


@pytest.fixture
def reader(business: Business) -> Reader:
    pc = Reader(business, sizes=Sizes(customers=CUSTOMERS))
    pc.read_in_pages_of(PAGE)
    pc.read_lists()
    return pc


def customers() -> int:
    return QuickBooksRecord.objects.filter(list="entities", type="CustomerRet").count()


def test_an_answer_too_large_for_the_door_is_asked_for_in_halves_until_it_fits(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "BODY_MAX", LIMIT)

    outcomes = [reader.run().outcome for _ in range(2)]

    assert outcomes[0] == "failed"
    assert outcomes[-1] == "done"
    assert reader.asked[0] == PAGE
    assert set(reader.asked[1:]) == {PAGE // 2}
    assert reader.connection.page_size == PAGE // 2
    assert customers() >= CUSTOMERS


def test_what_was_too_large_is_told_in_words(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "BODY_MAX", LIMIT)
    reader.run()
    assert "too large" in reader.connection.last_error


def test_a_computer_out_of_memory_is_asked_for_half_at_once(reader: Reader) -> None:
    reader.run("hresult=0x8007000E")
    assert reader.connection.page_size == PAGE // 2
    assert "memory" in reader.connection.last_error


def test_a_connection_lost_over_a_page_halves_it_the_second_time(reader: Reader) -> None:
    reader.run("lose-answer")
    reader.run("lose-answer")  # The loss is known now; this one is known of at the next sign-in.
    assert reader.connection.page_size == PAGE
    assert reader.run().outcome == "done"
    assert reader.asked == [PAGE, PAGE, PAGE // 2, PAGE // 2, PAGE // 2]
    assert customers() >= CUSTOMERS


def test_losses_with_a_whole_page_between_them_are_chance(reader: Reader) -> None:
    reader.run("lose-answer")
    reader.run("lose-answer@2")
    reader.run()
    assert reader.connection.page_size == PAGE


def test_pages_stay_large_enough_to_come_to_an_end(reader: Reader) -> None:
    for _ in range(6):
        reader.run("hresult=0x8007000E")
    assert reader.connection.page_size == PAGE_MIN


def test_words_that_are_none_count_as_a_loss(reader: Reader) -> None:
    for _ in range(2):
        answers: Iterator[str | None] = iter(["<html>504</html>"])
        run_with_answers(reader, answers)
    assert reader.connection.page_size == PAGE // 2
