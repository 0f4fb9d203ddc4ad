"""An invoice as a file to keep, print or send."""

import io
from uuid import UUID

from django.http import FileResponse

from fieldledger.accounts.pages import PageRequest, page
from fieldledger.accounts.roles import Right
from fieldledger.office.models import Invoice
from fieldledger.website.invoice_pdf import invoice_pdf
from fieldledger.website.pages.records import the_record


@page(Right.SEE_MONEY)
def document(request: PageRequest, guid: UUID) -> FileResponse:
    """Answer an invoice as a PDF."""
    name, drawn = document_of(the_record(Invoice, request, guid, "business", "client", "tax_rate"))
    return FileResponse(
        io.BytesIO(drawn), as_attachment=True, filename=name, content_type="application/pdf"
    )


def document_of(invoice: Invoice) -> tuple[str, bytes]:
    """Return the name of an invoice's file, and the PDF in it.

    `invoice` comes with business, client and tax rate.
    """
    name = f"Invoice {invoice.number}.pdf".replace("/", "-").replace("\\", "-")
    return name, invoice_pdf(invoice, list(invoice.lines.select_related("item")))
