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
    record = the_record(Invoice, request, guid, "business", "client", "tax_rate")
    drawn = invoice_pdf(record, list(record.lines.select_related("item")))
    name = f"Invoice {record.number}.pdf".replace("/", "-").replace("\\", "-")
    return FileResponse(
        io.BytesIO(drawn), as_attachment=True, filename=name, content_type="application/pdf"
    )
