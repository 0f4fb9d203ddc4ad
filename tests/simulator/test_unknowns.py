"""What the simulated QuickBooks does either way, because nobody knows it of the real one."""

import json

import pytest
from lxml import etree

from fieldledger.simulator.company import Company
from fieldledger.simulator.problems import Refused
from fieldledger.simulator.variant import Variant
from tests.simulator.company_files import NOON, Books, line, text_of
from tests.simulator.test_mods import mod

OMEGA = "<CompanyName>A&#937;B</CompanyName>"


def is_sample(company: Company) -> str:
    books = Books()
    books.company = company
    return text_of(books.one("<CompanyQueryRq></CompanyQueryRq>"), "IsSampleCompany")


def test_a_company_says_whether_it_is_a_sample_also_once_it_was_written_and_read() -> None:
    sample = Company.fresh(seed=7, now=NOON, is_sample=True)

    assert is_sample(sample) == "true"
    assert is_sample(Company.from_json(sample.to_json())) == "true"
    assert is_sample(Company.fresh(seed=7, now=NOON)) == "false"
    older = json.loads(Company.fresh(seed=7, now=NOON).to_json())
    del older["is_sample"]  # As files were written before samples were known.
    assert is_sample(Company.from_json(json.dumps(older))) == "false"


@pytest.mark.parametrize("bumps", [True, False])
def test_a_mod_that_changes_nothing_counts_as_a_change_or_not(bumps: bool) -> None:
    books = Books(variant=Variant(unchanged_mod_bumps=bumps))
    anna = books.customer("Anna", "<Notes>Same</Notes>")

    after = books.one(mod(anna, "<Notes>Same</Notes>"))

    changed = text_of(after, "EditSequence") != text_of(anna, "EditSequence")
    assert changed == bumps
    other = books.one(mod(after, "<Notes>Other</Notes>"))
    assert text_of(other, "EditSequence") != text_of(after, "EditSequence")


def test_a_character_that_windows_1252_lacks_becomes_a_question_mark() -> None:
    assert text_of(Books().customer("Anna", OMEGA), "CompanyName") == "A?B"


def test_a_character_that_windows_1252_lacks_has_its_request_refused() -> None:
    books = Books(variant=Variant(outside_windows_1252="refused"))

    anna, ben = books.ask(
        f"<CustomerAddRq><CustomerAdd><Name>Anna</Name>{OMEGA}</CustomerAdd></CustomerAddRq>"
        "<CustomerAddRq><CustomerAdd><Name>Ben</Name><CompanyName>Café</CompanyName></CustomerAdd>"
        "</CustomerAddRq>"
    )

    assert (anna.get("statusCode"), ben.get("statusCode")) == ("3090", "0")


def test_a_character_that_windows_1252_lacks_has_its_document_refused() -> None:
    books = Books(variant=Variant(outside_windows_1252="refused_whole"))

    with pytest.raises(Refused) as refused:
        books.customer("Anna", OMEGA)

    assert refused.value.hresult == "0x80040400"
    assert books.customer("Café") is not None


@pytest.mark.parametrize("numbers", [True, False])
def test_an_invoice_without_a_number_gets_the_next_one_or_none(numbers: bool) -> None:
    books = Books(variant=Variant(numbers_invoices=numbers))
    anna = text_of(books.customer("Anna"), "ListID")

    invoice: etree._Element = books.invoice(anna, line())

    assert (invoice.find("RefNumber") is not None) == numbers
