"""An invoice sent by mail (I5.2): with its PDF, once, to one person, by a real mail server."""

import io
import re
import threading
from collections.abc import Iterator
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection as database
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from fieldledger.accounts.models import AuditEvent, User
from fieldledger.office.invoice_letter import InvoiceLetter
from fieldledger.office.models import Invoice
from fieldledger.office.services import Refused, void_invoice
from fieldledger.website.invoice_mail import send_invoice
from tests.support.mail_server import MailServer, mail_server
from tests.website.pages.conftest import Office

INJECTED = "x@y.example\r\nBcc: all@y.example"


@pytest.fixture
def mail(settings: Any) -> Iterator[MailServer]:
    with mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.MAIL_SERVER_GIVEN = True
        yield server


@pytest.fixture
def invoice(office: Office) -> Invoice:
    found = Invoice.objects.filter(voided_at=None, paid=0).select_related("business", "client")[0]
    found.client.email = "ann@greenbelt.example"
    found.client.save(update_fields=["email"])
    return found


def ask(office: Office, invoice: Invoice) -> dict[str, str]:
    """Open the page; return what its form holds."""
    page = office.browser.get(reverse("mail_invoice", args=[invoice.guid]))
    said = page.content.decode()
    (token,) = re.findall(r'name="token" value="([^"]+)"', said)
    typed: dict[str, str] = page.context["form"].values
    return {"token": token} | typed


def send(office: Office, invoice: Invoice, form: dict[str, str]) -> tuple[int, str]:
    answer: Any = office.browser.post(
        reverse("mail_invoice", args=[invoice.guid]), form, follow=True
    )
    return answer.status_code, unescape(answer.content.decode())


def test_i5_2_it_goes_with_its_pdf_as_the_page_offers_it_and_stands_in_the_history(
    office: Office, invoice: Invoice, mail: MailServer
) -> None:
    business = invoice.business
    business.name = 'Harbor "Air", Łódź'
    business.save()
    shown = office.browser.get(reverse("invoice", args=[invoice.guid])).content.decode()
    assert f'href="{reverse("mail_invoice", args=[invoice.guid])}"' in shown

    status, said = send(office, invoice, ask(office, invoice))

    assert (status, len(mail.letters)) == (200, 1)
    (letter,) = mail.letters
    assert letter["To"] == "ann@greenbelt.example"
    assert letter["Subject"] == f"Invoice {invoice.number} from {business.name}"
    assert letter["From"].addresses[0].display_name == business.name
    assert letter["Reply-To"] == User.objects.get(memberships__business=business).email
    body = letter.get_body()
    assert body is not None
    text = body.get_content()
    for each in (business.name, invoice.number, f"{invoice.total:,.2f}", "Due: "):
        assert each in text, (each, text)
    (pdf,) = letter.iter_attachments()
    assert pdf.get_filename() == f"Invoice {invoice.number}.pdf"
    pages = PdfReader(io.BytesIO(pdf.get_content())).pages
    assert f"Invoice {invoice.number}" in pages[0].extract_text()
    assert f"Invoice {invoice.number} is sent to ann@greenbelt.example." in said
    assert "sent it by mail to ann@greenbelt.example" in said
    event = AuditEvent.objects.get(action="mail invoice")
    assert "ann@" not in str(event.details)
    trail = office.browser.get(reverse("audit_trail")).content.decode()
    assert "letter: to ann@greenbelt.example" in trail


def test_i5_2_pressed_twice_it_goes_once_and_changed_it_goes_again(
    office: Office, invoice: Invoice, mail: MailServer
) -> None:
    form = ask(office, invoice)
    send(office, invoice, form)
    _, said = send(office, invoice, form)
    assert "it was not sent again" in said
    assert len(mail.letters) == 1

    send(office, invoice, form | {"to": "bea@greenbelt.example"})
    send(office, invoice, ask(office, invoice))
    assert [each["To"].split("@")[0] for each in mail.letters] == ["ann", "bea", "ann"]
    assert len({each["Message-ID"] for each in mail.letters}) == 3


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"to": ""}, "The address is missing."),
        ({"to": "ann"}, "must be one e-mail address"),
        ({"to": "a@x.example, b@x.example"}, "must be one e-mail address"),
        ({"to": INJECTED}, "The address holds a control character"),
        ({"to": "a\x00@x.example"}, "The address holds a control character"),
        ({"subject": "Hello\r\nBcc: all@y.example"}, "The subject holds a control character"),
        ({"subject": " "}, "The subject is missing."),
        ({"text": ""}, "The text is missing."),
        ({"token": "none"}, "press Send again"),
    ],
)
def test_i5_2_what_is_wrong_is_said_and_what_was_typed_stays(
    office: Office, invoice: Invoice, mail: MailServer, wrong: dict[str, str], says: str
) -> None:
    form = {"subject": "A subject of mine", "text": "Words of\nmine"}

    status, said = send(office, invoice, ask(office, invoice) | form | wrong)

    assert status == 422
    assert says in said
    assert all(each in said for name, each in form.items() if name not in wrong)
    assert (mail.letters, mail.connections) == ([], 0)


def test_i5_2_lines_of_the_text_become_no_headers(
    office: Office, invoice: Invoice, mail: MailServer
) -> None:
    form = {"text": "\n.\nBcc: all@y.example\n\nHello"}
    send(office, invoice, ask(office, invoice) | form)
    (letter,) = mail.letters
    assert letter["Bcc"] is None


def test_i5_2_what_the_mail_server_refuses_is_said_and_can_be_sent_again(
    office: Office, invoice: Invoice, mail: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fieldledger.website.invoice_mail._ANSWER_WITHIN_S", 0.3)
    form = ask(office, invoice) | {"text": "Words of mine"}
    mail.answer = b"554 no <b>spam</b>\r\n"
    status, said = send(office, invoice, form)
    assert status == 422
    assert "did not take the letter, so nothing was sent: “554 no <b>spam</b>”" in said
    assert "Words of mine" in said
    assert not AuditEvent.objects.filter(action="mail invoice")

    mail.answer = b""  # It says nothing any more.
    status, said = send(office, invoice, form)
    assert status == 422
    assert "the letter may have gone or not" in said
    (unknown,) = AuditEvent.objects.filter(action="mail invoice: outcome unknown")
    letter = InvoiceLetter.objects.get(guid=unknown.details["letter"])
    assert (letter.sent_at, letter.claimed_until) == (None, None)
    history = office.browser.get(reverse("invoice", args=[invoice.guid])).content.decode()
    assert f"by mail to {letter.recipient}, and the mail server did not say whether" in history

    mail.answer = b"250 taken\r\n"
    status, _ = send(office, invoice, form)
    assert status == 200
    assert len(mail.letters) == 1


def test_i5_2_without_a_mail_server_it_says_who_sets_what(
    office: Office, invoice: Invoice, settings: Any
) -> None:
    page = office.browser.get(reverse("mail_invoice", args=[invoice.guid])).content.decode()
    assert "FIELDLEDGER_SMTP_URL" in page
    assert page.count('aria-describedby="why-not"') == page.count('id="why-not"') == 1
    form = ask(office, invoice) | {"text": "Words of mine"}
    status, said = send(office, invoice, form)
    assert (status, said.count("FIELDLEDGER_SMTP_URL")) == (422, 1)
    assert said.count('aria-describedby="why-not"') == said.count('id="why-not"') == 1
    assert "Words of mine" in said

    with mail_server() as gone:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", gone.port
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.MAIL_SERVER_GIVEN = True
    # The server's socket is closed: nobody listens any more.
    status, said = send(office, invoice, form)
    assert status == 422
    assert "The mail server cannot be reached, so nothing was sent." in said


def test_i5_2_a_void_invoice_is_not_sent(
    office: Office, invoice: Invoice, mail: MailServer
) -> None:
    void_invoice(invoice=invoice, now=timezone.now())
    shown = office.browser.get(reverse("invoice", args=[invoice.guid])).content.decode()
    assert reverse("mail_invoice", args=[invoice.guid]) not in shown

    status, said = send(office, invoice, ask(office, invoice))

    assert status == 422
    assert said.count("This invoice is void") == 1
    assert mail.letters == []


def test_i5_2_whoever_may_not_edit_invoices_sends_none(
    technician: Office, invoice: Invoice, mail: MailServer
) -> None:
    answer = technician.browser.post(
        reverse("mail_invoice", args=[invoice.guid]),
        {"to": "a@x.example", "subject": "x", "text": "x", "token": str(uuid4())},
    )
    assert (answer.status_code, mail.letters) == (403, [])


@pytest.mark.django_db(transaction=True)
def test_i5_2_two_presses_at_the_same_moment_are_one_letter(
    office: Office, invoice: Invoice, mail: MailServer
) -> None:
    token, went, barrier = uuid4(), list[bool | str](), threading.Barrier(4)

    def press() -> None:
        try:
            barrier.wait(10)
            went.append(
                send_invoice(
                    invoice=invoice,
                    values={"to": "a@x.example", "subject": "s", "text": "t"},
                    token=token,
                    attachment=("Invoice.pdf", b"%PDF-"),
                    reply_to="",
                    now=timezone.now(),
                    actor="",
                )
            )
        except Refused as refused:
            went.append(str(refused))
        finally:
            database.close()

    threads = [threading.Thread(target=press) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert len(went) == 4
    assert went.count(True) == 1, went
    assert all(each in {True, False} or "being sent right now" in str(each) for each in went)
    assert len(mail.letters) == InvoiceLetter.objects.count() == 1
