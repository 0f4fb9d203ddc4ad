"""Mods: absent keeps, empty clears or is refused, and a stale EditSequence changes nothing."""

import pytest
from lxml import etree

from fieldledger.simulator import people
from fieldledger.simulator.variant import Variant
from tests.simulator.company_files import Books, text_of

ADDRESS = (
    "<BillAddress><Addr1>Anna</Addr1><Addr2>1 Main St</Addr2><City>Bayshore</City></BillAddress>"
)


def mod(record: etree._Element, inside: str, sequence: str = "") -> str:
    list_id = text_of(record, "ListID")
    sequence = sequence or text_of(record, "EditSequence")
    return (
        f"<CustomerModRq><CustomerMod><ListID>{list_id}</ListID>"
        f"<EditSequence>{sequence}</EditSequence>{inside}</CustomerMod></CustomerModRq>"
    )


def test_what_is_not_named_stays() -> None:
    books = Books()
    anna = books.customer("Anna", f"{ADDRESS}<Phone>555-0100</Phone>")

    changed = books.one(mod(anna, "<Name>Anna Smith</Name>"))

    assert text_of(changed, "ListID") == text_of(anna, "ListID")
    assert text_of(changed, "Name") == "Anna Smith"
    assert text_of(changed, "Phone") == "555-0100"
    assert text_of(changed, "BillAddress/City") == "Bayshore"
    assert int(text_of(changed, "EditSequence")) > int(text_of(anna, "EditSequence"))
    assert text_of(changed, "TimeCreated") == text_of(anna, "TimeCreated")


def test_an_empty_element_clears() -> None:
    books = Books()
    anna = books.customer("Anna", f"{ADDRESS}<Phone>555-0100</Phone>")

    changed = books.one(mod(anna, "<Phone></Phone><TermsRef><ListID/></TermsRef>"))

    assert changed.find("Phone") is None
    other = Books(variant=Variant(empty_clears=False))
    kept = other.one(mod(other.customer("Anna", "<Phone>1</Phone>"), "<Phone/>"))
    assert text_of(kept, "Phone") == "1"


@pytest.mark.parametrize("replaces", [False, True])
def test_an_address_is_merged_or_replaced(replaces: bool) -> None:
    books = Books(variant=Variant(address_replaces=replaces))
    anna = books.customer("Anna", ADDRESS)

    changed = books.one(mod(anna, "<BillAddress><Addr1>Anna S.</Addr1></BillAddress>"))

    assert text_of(changed, "BillAddress/Addr1") == "Anna S."
    assert (changed.find("BillAddress/City") is None) == replaces


def test_some_things_cannot_be_cleared() -> None:
    books = Books()
    anna = books.customer("Anna")

    assert books.status(mod(anna, "<Name/>")) == 3190
    item = next(each for each in books.company.items() if each.name == "Diagnostics")
    (answer,) = books.ask(
        f"<ItemServiceModRq><ItemServiceMod><ListID>{item.id}</ListID>"
        f"<EditSequence>{item.edit_sequence}</EditSequence><SalesOrPurchaseMod>"
        "<AccountRef><ListID/></AccountRef></SalesOrPurchaseMod></ItemServiceMod></ItemServiceModRq>"
    )
    assert answer.get("statusCode") == "3190"
    assert answer.get("statusMessage") == "Cannot clear the element in the AccountRef field."


def test_a_stale_sequence_is_3200_and_an_unknown_id_3120() -> None:
    books = Books()
    anna = books.customer("Anna")
    later = books.now.replace(hour=20)
    people.edit(books.company, text_of(anna, "ListID"), {"Phone": "9"}, now=later)

    assert books.status(mod(anna, "<Phone>1</Phone>")) == 3200
    gone = mod(anna, "<Phone>1</Phone>").replace(text_of(anna, "ListID"), "80009999-1")
    assert books.status(gone) == 3120
    phones = [each.fields.get("Phone") for each in books.company.customers() if each.name == "Anna"]
    assert phones == ["9"]


def test_a_rename_frees_the_old_name_and_respects_the_others() -> None:
    books = Books()
    anna = books.customer("Anna")

    assert books.status(mod(anna, "<Name>Lawn Depot</Name>")) == 3100
    renamed = books.one(mod(anna, "<Name>ANNA</Name>"))
    books.one(mod(renamed, "<Name>Berta</Name>"))
    assert text_of(books.customer("Anna"), "Name") == "Anna"


@pytest.mark.parametrize("per_change", [False, True])
def test_two_changes_in_a_second_share_a_sequence_or_not(per_change: bool) -> None:
    books = Books(variant=Variant(edit_sequence_per_change=per_change))
    anna = books.customer("Anna")
    people.edit(books.company, text_of(anna, "ListID"), {"Phone": "9"}, now=books.now)

    (shown,) = [each for each in books.company.customers() if each.name == "Anna"]

    assert (shown.edit_sequence == text_of(anna, "EditSequence")) != per_change


def test_a_record_cannot_be_under_itself() -> None:
    books = Books()
    anna = books.customer("Anna")
    child = books.customer("Barn", "<ParentRef><FullName>Anna</FullName></ParentRef>")

    assert books.status(mod(anna, "<ParentRef><FullName>Anna:Barn</FullName></ParentRef>")) == 3130
    moved = books.one(
        mod(child, "<ParentRef><FullName>Café Crème – Bayshore</FullName></ParentRef>")
    )
    assert text_of(moved, "FullName") == "Café Crème – Bayshore:Barn"


@pytest.mark.parametrize("status", [3170, 3175, 3176, 3180])
def test_a_record_that_somebody_has_open_is_locked_for_a_while(status: int) -> None:
    books = Books()
    anna = books.customer("Anna")
    people.open_record(books.company, text_of(anna, "ListID"), status=status, times=2)

    assert books.status(mod(anna, "<Phone>1</Phone>")) == status
    assert books.status(mod(anna, "<Phone>1</Phone>")) == status
    assert books.status(mod(anna, "<Phone>1</Phone>")) == 0


def test_other_names_can_be_added_and_changed() -> None:
    books = Books()
    link = books.one(
        "<OtherNameAddRq><OtherNameAdd><Name>Link</Name><IsActive>false</IsActive>"
        "<Notes>one</Notes></OtherNameAdd></OtherNameAddRq>"
    )

    changed = books.one(
        f"<OtherNameModRq><OtherNameMod><ListID>{text_of(link, 'ListID')}</ListID>"
        f"<EditSequence>{text_of(link, 'EditSequence')}</EditSequence><Notes>two</Notes>"
        "</OtherNameMod></OtherNameModRq>"
    )

    assert text_of(changed, "Notes") == "two"
    assert text_of(changed, "IsActive") == "false"
