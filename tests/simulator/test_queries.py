"""Queries: filters, pages, iterators that die with their session, counts, deletions."""

import pytest
from lxml import etree

from fieldledger.simulator.company import Company
from fieldledger.simulator.sample import Sizes
from tests.simulator.company_files import NOON, Books, invoice_add, line, text_of


def full_names(answer: etree._Element) -> list[str]:
    return [text_of(each, "FullName") for each in answer]


def query(inside: str = "", attributes: str = "", kind: str = "Customer") -> str:
    return f"<{kind}QueryRq {attributes}>{inside}</{kind}QueryRq>"


def test_only_active_records_unless_all_are_asked_for() -> None:
    books = Books()
    active = books.ask(query())[0]
    every = books.ask(query("<ActiveStatus>All</ActiveStatus>"))[0]
    inactive = books.ask(query("<ActiveStatus>InactiveOnly</ActiveStatus>"))[0]

    assert len(active) + len(inactive) == len(every) == 16
    assert {text_of(each, "IsActive") for each in inactive} == {"false"}


def test_customers_come_by_full_name_with_their_sub_customers() -> None:
    answer = Books().ask(query("<ActiveStatus>All</ActiveStatus>"))[0]

    names = full_names(answer)
    assert names == sorted(names, key=str.casefold)
    assert {text_of(each, "Sublevel") for each in answer} == {"0", "1"}


def test_lists_of_ids_and_names() -> None:
    books = Books()
    some = books.company.customers()[0]

    found = books.ask(query(f"<ListID>{some.id}</ListID><ListID>80009999-1</ListID>"))[0]
    assert found.get("statusCode") == "500"
    assert found.get("statusSeverity") == "Warn"
    assert '("80009999-1")' in (found.get("statusMessage") or "")
    assert full_names(found) == [some.full_name]
    named = books.ask(query(f"<FullName>{some.full_name.upper()}</FullName>"))[0]
    assert named.get("statusCode") == "0"
    assert books.status(query("<FullName>Nobody</FullName>")) == 500


def test_nothing_found_is_information() -> None:
    (answer,) = Books().ask(
        query("<NameFilter><MatchCriterion>Contains</MatchCriterion><Name>zzz</Name></NameFilter>")
    )

    assert answer.get("statusCode") == "1"
    assert answer.get("statusSeverity") == "Info"
    message = "A query request did not find a matching object in QuickBooks"
    assert answer.get("statusMessage") == message


def test_filters_by_name_and_balance() -> None:
    books = Books()

    def names(inside: str) -> list[str]:
        return full_names(books.ask(query(inside))[0])

    match = "<NameFilter><MatchCriterion>{}</MatchCriterion><Name>{}</Name></NameFilter>"
    assert all(name.startswith("Bob") for name in names(match.format("StartsWith", "BOB")))
    assert names(match.format("EndsWith", "clean!")) == ["100% Clean!"]
    assert names(match.format("Contains", "The Pipe"))[0] == 'Bob "The Pipe" Vance'
    within = "<NameRangeFilter><FromName>A</FromName><ToName>B</ToName></NameRangeFilter>"
    assert {name[0] for name in names(within)} == {"A"}
    assert books.status(query(within.replace("<FromName>A", "<FromName>C"))) == 3031
    owing = "<Operator>GreaterThan</Operator><Amount>0.00</Amount>"
    assert names(f"<TotalBalanceFilter>{owing}</TotalBalanceFilter>") == []
    assert len(names("<MaxReturned>3</MaxReturned>")) == 3


def test_modified_dates_are_instants_and_a_date_alone_is_the_pcs_day() -> None:
    books = Books()
    books.customer("Anna")  # At 12:01 in Los Angeles, 19:01 UTC.

    def found(dates: str) -> list[str]:
        return full_names(books.ask(query(dates))[0])

    day = "<FromModifiedDate>2026-05-03</FromModifiedDate>"
    assert found(day + "<ToModifiedDate>2026-05-03</ToModifiedDate>") == ["Anna"]
    assert found("<FromModifiedDate>2026-05-03T12:01:00</FromModifiedDate>") == ["Anna"]
    assert found("<FromModifiedDate>2026-05-03T12:01:01</FromModifiedDate>") == []
    assert found("<FromModifiedDate>2026-05-03T19:01:00+00:00</FromModifiedDate>") == ["Anna"]
    assert found("<FromModifiedDate>2026-05-04</FromModifiedDate>") == []
    backwards = day + "<ToModifiedDate>2026-05-02</ToModifiedDate>"
    assert books.status(query(backwards)) == 3030


def test_every_time_is_printed_with_the_offset_of_today() -> None:
    books = Books()
    answer = books.ask(query("<ActiveStatus>All</ActiveStatus>", kind="Account"))[0]

    made = {text_of(each, "TimeCreated") for each in answer}
    assert {each[19:] for each in made} == {"-07:00"}
    books.now = books.now.replace(month=12)
    later = books.ask(query("<ActiveStatus>All</ActiveStatus>", kind="Account"))[0]
    assert {text_of(each, "TimeCreated")[19:] for each in later} == {"-08:00"}
    assert {text_of(each, "TimeCreated")[:19] for each in later} == {each[:19] for each in made}


def test_only_the_elements_that_are_asked_for() -> None:
    include = "<IncludeRetElement>{}</IncludeRetElement>"

    answer = Books().ask(query(include.format("ListID") + include.format("Nothing")))[0]

    assert {tuple(child.tag for child in each) for each in answer} == {("ListID",)}


def test_counts() -> None:
    books = Books()

    (only,) = books.ask(query(attributes='metaData="MetaDataOnly"'))
    both = books.ask(query("<MaxReturned>2</MaxReturned>", 'metaData="MetaDataAndResponseData"'))[0]

    assert (only.get("retCount"), len(only)) == ("14", 0)
    assert (both.get("retCount"), len(both)) == ("14", 2)


def test_an_iterator_gives_each_record_once() -> None:
    books = Books()
    page = "<MaxReturned>6</MaxReturned><ActiveStatus>All</ActiveStatus>"
    first = books.ask(query(page, 'iterator="Start"'))[0]
    names = full_names(first)
    iterator_id = first.get("iteratorID")
    assert first.get("iteratorRemainingCount") == "10"
    books.customer("AAA")  # After the start: the iterator does not see it.
    goes_on = f'iterator="Continue" iteratorID="{iterator_id}"'
    for left in ("4", "0"):
        answer = books.ask(query(page, goes_on))[0]
        assert answer.get("iteratorRemainingCount") == left
        assert answer.get("iteratorID") == iterator_id
        names += full_names(answer)

    assert len(names) == len(set(names)) == 16
    assert books.status(query(page, goes_on)) == 3391


def test_an_iterator_dies_with_its_session_and_with_stop() -> None:
    books = Books()
    page = "<MaxReturned>6</MaxReturned>"

    def start() -> str:
        answer = books.ask(query(page, 'iterator="Start"'))[0]
        return f'iteratorID="{answer.get("iteratorID")}"'

    first, second = start(), start()
    assert first != second
    assert books.status(query(page, f'iterator="Stop" {first}')) == 0
    assert books.status(query(page, f'iterator="Continue" {first}')) == 3391
    books.session.close()
    books.session = books.company.open_session()
    assert books.status(query(page, f'iterator="Continue" {second}')) == 3391
    assert books.status(query("", 'iterator="Start"')) == 3150
    foreign = query(page, f'iterator="Continue" {start()}', kind="Item")
    assert books.status(foreign) == 3391


def test_entities_come_of_all_four_kinds() -> None:
    (answer,) = Books().ask(query(kind="Entity"))

    kinds = {each.tag for each in answer}
    assert kinds == {"CustomerRet", "VendorRet", "EmployeeRet", "OtherNameRet"}


def test_items_come_by_type() -> None:
    (answer,) = Books().ask(query("<ActiveStatus>All</ActiveStatus>", kind="Item"))

    kinds = list(dict.fromkeys(each.tag for each in answer))
    assert kinds == [
        "ItemServiceRet",
        "ItemNonInventoryRet",
        "ItemInventoryRet",
        "ItemSubtotalRet",
        "ItemDiscountRet",
        "ItemSalesTaxRet",
    ]


@pytest.mark.parametrize(
    "kind",
    [
        "Account",
        "StandardTerms",
        "Terms",
        "PaymentMethod",
        "SalesTaxCode",
        "ItemSalesTax",
        "Vendor",
        "Employee",
        "OtherName",
        "ItemService",
    ],
)
def test_each_list_can_be_read(kind: str) -> None:
    (answer,) = Books().ask(query(kind=kind))

    assert answer.get("statusCode") == "0"
    assert len(answer) > 0


def test_accounts_by_type() -> None:
    books = Books()
    (answer,) = books.ask(query("<AccountType>Bank</AccountType>", kind="Account"))

    assert full_names(answer) == ["Checking", "Savings"]
    assert {text_of(each, "Balance") for each in answer} == {"0.00"}


def test_invoices_by_what_they_say() -> None:
    books = Books()
    anna = text_of(books.customer("Anna"), "ListID")
    under = f"<ParentRef><ListID>{anna}</ListID></ParentRef>"
    barn = text_of(books.customer("Barn", under), "ListID")
    for customer, number, date in ((anna, "A1", "01"), (anna, "A2", "02"), (barn, "B1", "03")):
        header = f"<TxnDate>2026-05-{date}</TxnDate><RefNumber>{number}</RefNumber>"
        books.ask(invoice_add(customer, line(), header))

    def numbers(inside: str) -> list[str]:
        return [text_of(each, "RefNumber") for each in books.ask(query(inside, kind="Invoice"))[0]]

    entity = "<EntityFilter><{0}>{1}</{0}></EntityFilter>"
    assert numbers("<RefNumber>a1</RefNumber><RefNumber>B1</RefNumber>") == ["A1", "B1"]
    assert numbers("<RefNumberCaseSensitive>A2</RefNumberCaseSensitive>") == ["A2"]
    assert books.status(query("<RefNumber>C9</RefNumber>", kind="Invoice")) == 500
    assert books.status(query("<TxnID>1-1</TxnID>", kind="Invoice")) == 500
    assert numbers(entity.format("ListID", anna)) == ["A1", "A2"]
    assert numbers(entity.format("ListIDWithChildren", anna)) == ["A1", "A2", "B1"]
    assert numbers(entity.format("FullName", "Anna:Barn")) == ["B1"]
    dates = "<TxnDateRangeFilter><FromTxnDate>2026-05-02</FromTxnDate></TxnDateRangeFilter>"
    assert numbers(dates) == ["A2", "B1"]
    starts = (
        "<RefNumberFilter><MatchCriterion>StartsWith</MatchCriterion><RefNumber>A</RefNumber>"
        "</RefNumberFilter>"
    )
    assert numbers(starts) == ["A1", "A2"]
    assert numbers("<PaidStatus>PaidOnly</PaidStatus>") == []
    assert len(numbers("<PaidStatus>NotPaidOnly</PaidStatus>")) == 3
    modified = (
        "<ModifiedDateRangeFilter><FromModifiedDate>2026-05-04</FromModifiedDate>"
        "</ModifiedDateRangeFilter>"
    )
    assert numbers(modified) == []


def test_lines_only_when_asked_for() -> None:
    books = Books()
    books.ask(invoice_add(text_of(books.customer("Anna"), "ListID"), line()))

    plain = books.ask(query(kind="Invoice"))[0]
    full = books.ask(query("<IncludeLineItems>true</IncludeLineItems>", kind="Invoice"))[0]

    assert plain[0].find("InvoiceLineRet") is None
    assert full[0].find("InvoiceLineRet") is not None


def test_deletions_are_known_for_ninety_days() -> None:
    books = Books()
    ben = text_of(books.customer("Ben"), "ListID")
    books.ask(f"<ListDelRq><ListDelType>Customer</ListDelType><ListID>{ben}</ListID></ListDelRq>")
    asked = "<ListDeletedQueryRq><ListDelType>Customer</ListDelType>{}</ListDeletedQueryRq>"
    since = "<DeletedDateRangeFilter><FromDeletedDate>{}</FromDeletedDate></DeletedDateRangeFilter>"

    (answer,) = books.ask(asked.format(since.format("2026-05-03")))
    assert [child.tag for child in answer[0]] == [
        "ListDelType",
        "ListID",
        "TimeCreated",
        "TimeDeleted",
        "FullName",
    ]
    assert books.status(asked.format(since.format("2026-05-04"))) == 1
    assert books.status(asked.format("").replace("Customer", "Vendor")) == 1
    books.now = books.now.replace(month=8, day=15)
    assert books.status(asked.format("")) == 1


def test_a_company_may_be_any_size() -> None:
    sizes = Sizes(customers=60, inactive_customers=0, services=12, parts=9)
    company = Company.fresh(seed=3, now=NOON, sizes=sizes)

    assert len(company.customers()) == 60
    assert len([each for each in company.items() if each.type == "ItemNonInventory"]) == 9
