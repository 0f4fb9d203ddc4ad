"""Records of ours that the tests of the mapping begin from, and who judges the result."""

import datetime as dt
from decimal import Decimal
from functools import cache
from uuid import UUID

import pytest
from lxml import etree

from fieldledger.qbxml.objects import Body
from fieldledger.qbxml.writing import Request, write_message_set
from fieldledger.sync.content import (
    Address,
    Choices,
    ClientContent,
    CompanyFacts,
    InvoiceContent,
    ItemContent,
    Known,
    LineContent,
    PaymentContent,
)
from fieldledger.sync.mapping import (
    CannotBeSent,
)
from tests.support.shared import ROOT

GUID = UUID("7a1f8e0c-94b3-4c5e-8f00-1234567890ab")
RATE = UUID("00000000-0000-4000-8000-000000000825")
MAY_3 = dt.date(2026, 5, 3)

FACTS = CompanyFacts(sales_tax_on=True, taxable_code="T-1", non_taxable_code="N-1")
CHOICES = Choices(
    income_account="ACC-1",
    fallback_item="ITEM-0",
    tax_items={RATE: "TAX-1"},
    payment_methods={"check": "PM-2"},
    deposit_accounts={"check": "ACC-9"},
    terms={"net 30": "TERMS-30"},
)
CLIENT = ClientContent(
    guid=GUID,
    name="Anna Smith",
    company_name="Smith Lawns",
    first_name="Anna",
    last_name="Smith",
    email="anna@example.com",
    phone="(555) 010-4477",
    billing=Address(
        line1="12 Elm St", line2="Apt 4", city="Springfield", state="IL", postal_code="62701"
    ),
    service=Address(line1="9 Oak Ave", city="Springfield"),
    notes="Gate code 4411\nDog is friendly",
)
ITEM = ItemContent(
    guid=GUID, name="Mowing", description="Mow the lawn", price=Decimal("45.00"), taxable=True
)
LINE = LineContent(
    item_list_id="ITEM-1",
    item_name="Mowing",
    description="Mow the lawn",
    quantity=Decimal(2),
    unit_price=Decimal("45.00"),
    amount=Decimal("90.00"),
    taxable=True,
)
INVOICE = InvoiceContent(
    guid=GUID,
    number="1042",
    date=MAY_3,
    due_date=dt.date(2026, 6, 2),
    terms="Net 30",
    tax_rate_guid=RATE,
    tax_rate_name="Springfield 8.25%",
    memo="Spring clean-up",
    customer_list_id="CUST-1",
    customer_name="Anna Smith",
    customer_billing=CLIENT.billing,
    lines=(LINE,),
    subtotal=Decimal("90.00"),
    tax=Decimal("7.43"),
    total=Decimal("97.43"),
)
PAYMENT = PaymentContent(
    guid=GUID,
    invoice_txn_id="INV-1",
    customer_list_id="CUST-1",
    amount=Decimal("97.43"),
    date=MAY_3,
    method="check",
    reference="7781",
    invoice_number="1042",
)
KNOWN = Known(quickbooks_id="1CAB66-1784735262", edit_sequence="1784735262")


@cache
def intuits_schema() -> etree.XMLSchema | None:
    path = ROOT.parent / "shared" / "qbxml-13.0" / "qbxmlops130.xsd"
    return etree.XMLSchema(etree.parse(path)) if path.exists() else None


def check_accepted(body: Body) -> str:
    """Return the document for `body`, which the writer and Intuit's schema both accept.

    The schema is not ours to keep; where it is absent (see the test at the end) the writer judges.
    """
    document = write_message_set([Request(request_id="1", body=body)])
    schema = intuits_schema()
    if schema is not None:
        schema.assertValid(etree.fromstring(document.encode()))
    return document


def refusal(code: str) -> pytest.RaisesExc[CannotBeSent]:
    return pytest.raises(CannotBeSent, check=lambda error: error.code == code)
