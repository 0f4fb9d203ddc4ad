"""From our clients and items to QuickBooks' requests."""

import timeit
from dataclasses import replace
from decimal import Decimal
from time import process_time

import pytest
from lxml import etree

from fieldledger.qbxml import objects
from fieldledger.qbxml.objects import Body, Ref
from fieldledger.qbxml.writing import length_max
from fieldledger.sync import addressing, fields, naming
from fieldledger.sync.content import (
    Address,
    Choices,
    ClientContent,
    CompanyFacts,
    Known,
)
from fieldledger.sync.mapping import (
    write_client,
    write_item,
)
from tests.support.shared import shared
from tests.sync.mapping_examples import (
    CHOICES,
    CLIENT,
    FACTS,
    GUID,
    ITEM,
    KNOWN,
    check_accepted,
    refusal,
)

# --- Clients ---


def test_a_client_becomes_a_customer() -> None:
    add = write_client(CLIENT, name="Anna Smith – 2")

    assert add == objects.CustomerAdd(
        name="Anna Smith – 2",
        is_active=True,
        company_name="Smith Lawns",
        first_name="Anna",
        last_name="Smith",
        bill_address=objects.Address(
            addr1="Anna Smith",
            addr2="12 Elm St",
            addr3="Apt 4",
            city="Springfield",
            state="IL",
            postal_code="62701",
        ),
        ship_address=objects.Address(addr1="Anna Smith", addr2="9 Oak Ave", city="Springfield"),
        phone="(555) 010-4477",
        email="anna@example.com",
        notes="Gate code 4411\nDog is friendly",
        external_guid="{7A1F8E0C-94B3-4C5E-8F00-1234567890AB}",
    )
    check_accepted(add)


def test_a_client_with_a_name_only_says_nothing_else() -> None:
    add = write_client(ClientContent(guid=GUID, name="Bob"), name="Bob")

    root = etree.fromstring(check_accepted(add).encode())
    assert [each.tag for each in root.iter("CustomerAdd") for each in each] == [
        "Name",
        "IsActive",
        "ExternalGUID",
    ]


def test_an_archived_client_goes_as_inactive() -> None:
    assert write_client(replace(CLIENT, archived=True), name="Anna").is_active is False


def test_a_change_clears_what_is_empty_here() -> None:
    mod = write_client(replace(CLIENT, phone="", service=Address()), name="Anna", known=KNOWN)

    assert isinstance(mod, objects.CustomerMod)
    assert (mod.list_id, mod.edit_sequence) == ("1CAB66-1784735262", "1784735262")
    assert mod.phone == ""
    assert mod.ship_address == addressing.CLEARED
    assert mod.bill_address is not None
    assert (mod.bill_address.addr3, mod.bill_address.addr4) == ("Apt 4", "")
    check_accepted(mod)


def test_a_change_leaves_alone_what_quickbooks_had_before_us() -> None:
    known = replace(KNOWN, adopted=True)
    mod = write_client(ClientContent(guid=GUID, name="Anna"), name="Anna", known=known)

    assert mod == objects.CustomerMod(
        list_id="1CAB66-1784735262", edit_sequence="1784735262", name="Anna", is_active=True
    )


def test_what_is_too_long_is_shortened_and_said() -> None:
    notes: list[str] = []
    content = replace(
        CLIENT,
        first_name="Wolfeschlegelsteinhausenbergerdorff",
        phone="(555) 010-4477 extension 12345",
        email="ąnna@example.com",
        billing=replace(CLIENT.billing, city="Llanfairpwllgwyngyll by the Great Sea"),
    )
    add = write_client(content, name="x" * 60, notes=notes)

    check_accepted(add)
    assert add.name == "x" * 40 + "…"
    assert add.first_name == "Wolfeschlegelsteinhausen…"
    assert add.phone == "(555) 010-4477x12345"
    assert add.email is None
    assert notes == [
        "Name: QuickBooks takes at most 41 characters here; the name was shortened.",
        "First name: QuickBooks takes at most 25 characters here; the text was shortened.",
        (
            "Billing address, city: QuickBooks takes at most 31 characters here; the text was "
            "shortened."
        ),
        "E-mail: QuickBooks cannot hold this address; it was left out.",
    ]


def test_a_client_without_a_name_cannot_be_sent() -> None:
    with refusal("blank_name"):
        write_client(replace(CLIENT, name=" "), name=" ")


@pytest.mark.parametrize(
    ("address", "lines"),
    [
        (Address(line1="12 Elm St"), ["Anna Smith", "12 Elm St"]),
        (Address(line1="ANNA SMITH", line2="12 Elm St"), ["ANNA SMITH", "12 Elm St"]),
        (Address(city="Springfield"), ["Anna Smith"]),
        (
            Address(
                line1="c/o The Management Company of Greater Springfield, Building 7",
                line2="12 Elm St",
                city="Springfield",
                country="USA",
            ),
            ["c/o The Management Company of Greater", "Springfield, Building 7", "12 Elm St"],
        ),
        (
            Address(line1="a" * 100, line2="12 Elm St", city="Springfield", country="USA"),
            ["a" * 41, "a" * 41, "a" * 18 + " 12 Elm St"],
        ),
    ],
)
def test_an_address_fits_the_five_lines_that_are_printed(
    address: Address, lines: list[str]
) -> None:
    written = addressing.write_address(
        address, name="Anna Smith", clearing=False, what="Billing address"
    )

    assert written is not None
    given = [written.addr1, written.addr2, written.addr3, written.addr4, written.addr5]
    assert [line for line in given if line] == lines


def test_a_street_that_does_not_fit_the_block_is_said() -> None:
    notes: list[str] = []
    addressing.write_address(
        Address(line1="é" * 200, city="Springfield", country="USA"),
        name="Anna Smith",
        clearing=False,
        what="Billing address",
        notes=notes,
    )
    addressing.write_address(
        Address(line1="  ", line2="12 Elm St 🔧"),
        name="",
        clearing=False,
        what="Service address",
        notes=notes,
    )

    assert notes == [
        "Billing address: too long for the five lines QuickBooks prints; shortened.",
        "Service address, street: QuickBooks cannot hold “🔧”; replaced with “_”.",
    ]


def test_an_address_of_quickbooks_reads_as_ours() -> None:
    address = addressing.read_address(
        ["Smith Lawns ", "12 Elm St", "", "Apt 4", "Rear entrance"],
        city="Springfield",
        state="IL",
        names=["Anna Smith", "SMITH LAWNS", ""],
    )

    assert address == Address(
        line1="12 Elm St", line2="Apt 4, Rear entrance", city="Springfield", state="IL"
    )


def test_an_address_there_and_back_is_the_same() -> None:
    written = addressing.write_address(
        CLIENT.billing, name="Anna Smith", clearing=True, what="Billing address"
    )
    assert written is not None
    lines = [written.addr1, written.addr2, written.addr3, written.addr4, written.addr5]

    assert (
        addressing.read_address(
            [line or "" for line in lines],
            city=written.city or "",
            state=written.state or "",
            postal_code=written.postal_code or "",
            names=["Anna Smith"],
        )
        == CLIENT.billing
    )


# --- Items ---


def test_a_service_and_a_product_become_items_for_sale() -> None:
    service = write_item(ITEM, name="Mowing", choices=CHOICES, facts=FACTS)
    product = write_item(
        replace(ITEM, kind="product", taxable=False), name="Mowing", choices=CHOICES, facts=FACTS
    )

    side = objects.SalesOrPurchase(
        desc="Mow the lawn", price=Decimal("45.00"), account_ref=Ref(list_id="ACC-1")
    )
    guid = "{7A1F8E0C-94B3-4C5E-8F00-1234567890AB}"
    assert service == objects.ItemServiceAdd(
        name="Mowing",
        is_active=True,
        sales_tax_code_ref=Ref(list_id="T-1"),
        sales_or_purchase=side,
        external_guid=guid,
    )
    assert product == objects.ItemNonInventoryAdd(
        name="Mowing",
        is_active=True,
        sales_tax_code_ref=Ref(list_id="N-1"),
        sales_or_purchase=side,
        external_guid=guid,
    )
    check_accepted(service)
    check_accepted(product)


def test_without_sales_tax_an_item_has_no_tax_code() -> None:
    add = write_item(ITEM, name="Mowing", choices=CHOICES, facts=CompanyFacts())

    assert add.sales_tax_code_ref is None


def test_an_item_needs_an_income_account() -> None:
    with refusal("no_income_account") as error:
        write_item(ITEM, name="Mowing", choices=Choices(), facts=FACTS)

    assert "mapping" in error.value.sentence
    known = replace(KNOWN, type="ItemServiceRet")
    write_item(ITEM, name="Mowing", choices=Choices(), facts=FACTS, known=known)


@pytest.mark.parametrize(
    ("type_", "two_sided", "expected"),
    [
        (
            "ItemServiceRet",
            False,
            objects.ItemServiceMod(
                list_id="1",
                edit_sequence="2",
                name="Mowing",
                is_active=True,
                sales_or_purchase_mod=objects.SalesOrPurchaseMod(
                    desc="Mow the lawn", price=Decimal("45.00")
                ),
            ),
        ),
        (
            "ItemNonInventoryRet",
            True,
            objects.ItemNonInventoryMod(
                list_id="1",
                edit_sequence="2",
                name="Mowing",
                is_active=True,
                sales_and_purchase_mod=objects.SalesAndPurchaseMod(
                    sales_desc="Mow the lawn", sales_price=Decimal("45.00")
                ),
            ),
        ),
        (
            "ItemInventoryRet",
            False,
            objects.ItemInventoryMod(
                list_id="1",
                edit_sequence="2",
                name="Mowing",
                is_active=True,
                sales_desc="Mow the lawn",
                sales_price=Decimal("45.00"),
            ),
        ),
    ],
)
def test_a_changed_item_keeps_its_type_and_its_sides(
    type_: str, two_sided: bool, expected: Body
) -> None:
    known = Known(quickbooks_id="1", edit_sequence="2", type=type_, two_sided=two_sided)
    mod = write_item(ITEM, name="Mowing", choices=CHOICES, facts=CompanyFacts(), known=known)

    assert mod == expected
    check_accepted(mod)


def test_an_item_of_another_type_is_left_alone() -> None:
    with refusal("item_left_alone"):
        write_item(
            ITEM,
            name="Mowing",
            choices=CHOICES,
            facts=FACTS,
            known=replace(KNOWN, type="ItemGroupRet"),
        )


def test_the_lengths_are_those_of_the_table() -> None:
    assert length_max("CustomerAdd", "Name") == naming.CUSTOMER_NAME_MAX
    assert length_max("ItemServiceAdd", "Name") == naming.ITEM_NAME_MAX
    assert length_max("ItemNonInventoryAdd", "Name") == naming.ITEM_NAME_MAX
    assert length_max("CustomerAdd", "CompanyName") == fields.COMPANY_NAME_MAX
    assert length_max("CustomerAdd", "FirstName") == fields.PERSON_NAME_MAX
    assert length_max("CustomerAdd", "LastName") == fields.PERSON_NAME_MAX
    assert length_max("CustomerAdd", "Phone") == fields.PHONE_MAX
    assert length_max("CustomerAdd", "Email") == fields.EMAIL_MAX
    assert length_max("CustomerAdd", "Notes") == fields.TEXT_MAX
    assert length_max("InvoiceAdd", "Memo") == fields.TEXT_MAX
    assert length_max("InvoiceAdd", "RefNumber") == fields.INVOICE_NUMBER_MAX
    assert length_max("ReceivePaymentAdd", "RefNumber") == fields.REFERENCE_MAX
    assert length_max("CustomerAdd", "BillAddress/Addr1") == addressing.LINE_MAX
    assert length_max("CustomerAdd", "BillAddress/City") == addressing.CITY_MAX
    assert length_max("CustomerAdd", "BillAddress/State") == addressing.STATE_MAX
    assert length_max("CustomerAdd", "BillAddress/PostalCode") == addressing.POSTAL_CODE_MAX
    assert length_max("CustomerAdd", "BillAddress/Country") == addressing.COUNTRY_MAX


def test_ordinary_clients_are_mapped_quickly() -> None:
    """Goal: 10,000 clients add little to a sync. Bound: ten times what was measured, best of 5."""
    seconds = timeit.repeat(
        lambda: write_client(CLIENT, name="Anna Smith"), repeat=5, number=200, timer=process_time
    )
    assert min(seconds) / 200 < 150e-6


def test_the_schema_of_intuit_has_judged_all_of_these() -> None:
    assert shared("qbxml-13.0", "qbxmlops130.xsd").exists()
