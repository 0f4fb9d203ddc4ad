"""The support bundle as a download."""

from django.http import HttpResponse
from django.utils import timezone

from fieldledger.accounts.pages import PageRequest
from fieldledger.accounts.roles import Right
from fieldledger.quickbooks.models import Connection
from fieldledger.quickbooks.pages.access import quickbooks_page
from fieldledger.quickbooks.support_bundle import make_bundle


@quickbooks_page(Right.READ_RAW, methods=("POST",))
def support_bundle(request: PageRequest, connection: Connection) -> HttpResponse:
    """Hand out the bundle."""
    now = timezone.now()
    response = HttpResponse(
        make_bundle(connection, actor=request.actor, now=now), content_type="application/zip"
    )
    response["Content-Disposition"] = (
        f'attachment; filename="fieldledger-support-{now:%Y-%m-%d}.zip"'
    )
    response["Cache-Control"] = "no-store"
    return response
