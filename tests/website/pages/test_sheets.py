"""Lists from and to spreadsheets: looked at first, wrong rows named, nothing kept twice."""

import csv
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from fieldledger.accounts.models import AuditEvent
from fieldledger.office.models import Client, Invoice, Item, Payment
from fieldledger.office.services import apply_credit, create_credit, create_payment
from fieldledger.quickbooks.models import SyncEntry
from tests.website.pages.conftest import Office
from tests.website.pages.test_every_page import synced
from tests.website.pages.test_office_pages import text

CLIENTS = """Customer Name,Main Email,Main Phone,Street,City,State,ZIP,Account No.
"Kowalski, Łukasz",lukas@example.com,(978) 555-0199,"12 Mill Ln, Apt 3",Rockport,MA,01966,A-77
,nobody@example.com,,,,,,
Harbor Lights Café,not an address,978 555 0142,,,,,A-78
"""


def look(office: Office, kind: str, content: str | bytes, **more: object) -> Any:
    packed = content.encode() if isinstance(content, str) else content
    file = SimpleUploadedFile("list.csv", packed, content_type="text/csv")
    return office.browser.post(reverse(f"import_{kind}"), {"file": file, **more})


def take(office: Office, kind: str, looked: Any, **more: object) -> Any:
    """Press the button of the page that was looked at, with what it holds."""
    columns = [column for _, column, _ in looked.context["columns"]]
    values = {"content": looked.context["content"], "column": columns, "step": "take", **more}
    return office.browser.post(reverse(f"import_{kind}"), values)


def rows_of(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))


def test_a_file_is_looked_at_and_nothing_is_kept(office: Office) -> None:
    before, audited = Client.objects.count(), AuditEvent.objects.count()

    looked = look(office, "clients", CLIENTS)

    assert (Client.objects.count(), AuditEvent.objects.count()) == (before, audited)
    said = text(looked)
    assert "3 rows looked at" in said
    assert "1 can become clients, 2 cannot" in said
    assert "The name is missing." in said
    assert "not an address" in said
    assert [column for _, column, _ in looked.context["columns"]] == [
        "name",
        "email",
        "phone",
        "billing_line1",
        "billing_city",
        "billing_state",
        "billing_postal_code",
        "external_id",
    ]


def test_what_is_right_is_taken_and_what_is_wrong_is_named(office: Office) -> None:
    done = take(office, "clients", look(office, "clients", CLIENTS))

    made = Client.objects.get(external_id="A-77")
    assert (made.name, made.phone, made.billing_line1) == (
        "Kowalski, Łukasz",
        "(978) 555-0199",
        "12 Mill Ln, Apt 3",
    )
    assert "1 client is here" in text(done)
    assert [each.number for each in done.context["wrong"]] == [3, 4]
    assert not Client.objects.filter(external_id="A-78").exists()


def test_what_looks_like_one_that_is_here_is_left_out_unless_somebody_wants_it(
    office: Office,
) -> None:
    known = Client.objects.filter(business=office.business).exclude(email="")[0]
    content = f"Name,Email\nSomebody Else,{known.email}\n{known.name},\nQuite New,\n"
    before = Client.objects.count()

    looked = look(office, "clients", content)
    assert "2 look like one that is here" in text(looked)

    take(office, "clients", looked, leave_alike="yes")
    assert Client.objects.count() == before + 1

    take(office, "clients", looked)
    assert Client.objects.count() == before + 4


def test_items_come_with_their_prices_kinds_and_flags(office: Office) -> None:
    content = "Item\tType\tRate\tSales Tax Code\nBoiler check\tLabor\t$1,129.50\tNon\n"

    take(office, "items", look(office, "items", content))

    made = Item.objects.get(name="Boiler check")
    assert (made.kind, f"{made.price:.2f}", made.taxable) == ("service", "1129.50", False)


def test_a_name_of_an_item_that_is_taken_is_said_in_its_row(office: Office) -> None:
    known = Item.objects.filter(business=office.business)[0]

    looked = look(office, "items", f"Name,Price\n{known.name.upper()},10\nNew thing,ten\n")

    assert [each.number for each in looked.context["rows"]] == [2, 3]
    assert "Another item is already called" in text(looked)
    assert looked.context["good"] == 0


def test_a_column_may_be_called_something_else_or_left_out(office: Office) -> None:
    content = "Who,Ring\nMaria Reyes,978 555 0111\n"
    looked = look(office, "clients", content)
    assert looked.status_code == 422
    assert "which column holds the name" in text(looked)

    values = {"content": content, "column": ["name", "phone"], "step": "take"}
    office.browser.post(reverse("import_clients"), values)

    assert Client.objects.get(name="Maria Reyes").phone == "978 555 0111"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "needs a line with the names of the columns"),
        (b"Name,Email", "needs a line with the names of the columns"),
        (b"PK\x03\x04\x00\x00", "This is no text file"),
        (b"Name\n" + b"x\n" * 5001, "at most 5,000 go at once"),
        (b"Name," * 70 + b"\nx\n", "columns; 60 are read"),
        (b"Name\n" + b"x" * 1_000_001, "larger than 1 MB"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(office: Office, content: bytes, sentence: str) -> None:
    answer = look(office, "clients", content)

    assert answer.status_code == 422
    assert sentence in text(answer)


def test_a_file_from_excel_on_windows_keeps_its_letters(office: Office) -> None:
    take(office, "clients", look(office, "clients", "Name\nZoë Müller\n".encode("cp1252")))

    assert Client.objects.filter(name="Zoë Müller").exists()


def test_hostile_cells_stay_text(office: Office) -> None:
    content = 'Name,Notes\n"<script>alert(1)</script>","=cmd|calc"\n'
    looked = look(office, "clients", content)

    assert "<script>alert(1)" not in looked.content.decode()
    take(office, "clients", looked)
    exported = office.browser.get(reverse("export_clients"), {"q": "script"})
    (row,) = rows_of(exported)
    assert row["Notes"] == "'=cmd|calc"


def test_what_was_downloaded_can_be_taken_by_another_business(
    office: Office, neighbour: Office
) -> None:
    for kind in ("clients", "items"):
        answer = office.browser.get(reverse(f"export_{kind}"))
        content = answer.getvalue()
        take(neighbour, kind, look(neighbour, kind, content))

    for model in (Client, Item):
        ours, theirs = (
            set(model.objects.filter(business=each.business).values_list("name", flat=True))
            for each in (office, neighbour)
        )
        assert ours == theirs


def test_invoices_and_payments_are_downloaded_to_the_cent(office: Office) -> None:
    now = timezone.now()
    settled = Invoice.objects.filter(voided_at=None, paid=0)[0]
    lines = [{"description": "Taken back", "unit_price": "9.99"}]
    values: dict[str, Any] = {"client": settled.client.guid, "date": "2026-05-04", "lines": lines}
    credit = create_credit(business=office.business, values=values, now=now)
    values = {"invoice": settled.guid, "amount": "9.99"}
    apply_credit(credit=credit, values=values, now=now)
    values = {"invoice": settled.guid, "amount": "5.01", "date": "2026-05-04"}
    create_payment(business=office.business, values=values, now=now)
    invoices = rows_of(office.browser.get(reverse("export_invoices")))
    payments = rows_of(office.browser.get(reverse("export_payments")))

    assert [each["Total"] for each in invoices] == [
        f"{each.total:.2f}" for each in Invoice.objects.order_by("pk")
    ]
    (row,) = (each for each in invoices if each["Number"] == settled.number)
    assert (row["Paid"], row["Credit memos"]) == ("5.01", "9.99")
    assert row["Balance"] == f"{settled.total - 15:.2f}"
    assert len(payments) == Payment.objects.count()

    mail = reverse("mail_invoice", args=[settled.guid])
    letter = office.browser.get(mail).context["form"].values["text"]
    left = f"${settled.total - 15:,.2f}"
    assert f"\nPaid: $5.01\nCredit memos: $9.99\nStill owed: {left}\nDue: " in letter
    values = {"invoice": settled.guid, "amount": settled.total - 15, "date": "2026-05-04"}
    create_payment(business=office.business, values=values, now=now)
    letter = office.browser.get(mail).context["form"].values["text"]
    assert "\nCredit memos: $9.99\nNothing is owed on it any more.\n\n" in letter
    assert "Due:" not in letter


def test_taken_clients_go_to_quickbooks_by_themselves(office: Office) -> None:
    pc = synced(office)

    take(office, "clients", look(office, "clients", "Name\nFresh Face\n"))
    pc.run()

    assert SyncEntry.objects.get(title="Fresh Face").state == "synced"


def test_rights_hold_for_files_too(technician: Office) -> None:
    for name in (
        "import_clients",
        "import_items",
        "export_clients",
        "export_invoices",
        "export_items",
    ):
        assert technician.browser.get(reverse(name)).status_code == 403, name
    page = technician.browser.get(reverse("clients")).content.decode()
    assert reverse("export_clients") not in page
