"""Making and changing clients."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from fieldledger.accounts.models import Business
from fieldledger.accounts.services import THE_SYSTEM
from fieldledger.office.fields import Reader, Values, email, flag, optional_text, text
from fieldledger.office.models import (
    EXTERNAL_ID_LENGTH_MAX,
    LONG_TEXT_LENGTH_MAX,
    NAME_LENGTH_MAX,
    Client,
)
from fieldledger.office.refusals import Refused
from fieldledger.office.services.records import (
    EXTERNAL_ID_TAKEN,
    atomically,
    note_made,
    outcomes,
    read_drafts,
    refuse_taken,
    save_changes,
    the_one,
)

_ADDRESS: Final = {
    "line1": ("first address line", 255),
    "line2": ("second address line", 255),
    "city": ("city", 100),
    "state": ("state", 100),
    "postal_code": ("postal code", 30),
    "country": ("country", 100),
}
CLIENT_READERS: Final[dict[str, Reader]] = {
    "name": text("The name", NAME_LENGTH_MAX, required=True),
    "company_name": text("The company name", NAME_LENGTH_MAX),
    "first_name": text("The first name", 100),
    "last_name": text("The last name", 100),
    "email": email("The e-mail address"),
    "phone": text("The phone number", 40),
    **{
        f"{use}_{part}": text(f"The {use} {called}", length)
        for use in ("billing", "service")
        for part, (called, length) in _ADDRESS.items()
    },
    "notes": text("The notes", LONG_TEXT_LENGTH_MAX, lines=True),
    "external_id": optional_text("The external id", EXTERNAL_ID_LENGTH_MAX),
    "archived": flag("Archived"),
}
_TAKEN: Final = EXTERNAL_ID_TAKEN.format(kind="client")


def create_client(
    *, business: Business, values: Values, now: datetime, actor: str = THE_SYSTEM
) -> Client:
    """Make a client.

    :raises Refused: if something is wrong with `values`.
    """
    return the_one(create_clients(business=business, many=[values], now=now, actor=actor))


@atomically
def create_clients(
    *, business: Business, many: Sequence[Values], now: datetime, actor: str = THE_SYSTEM
) -> list[Client | Refused]:
    """Make up to 500 clients; return in their order each client, or why it was refused."""
    drafts = read_drafts(CLIENT_READERS, many, required=["name"])
    refuse_taken(drafts, "external_id", model=Client, business=business, sentence=_TAKEN)
    clients = []
    for draft in drafts:
        if not draft.errors:
            client = Client(business=business, created_at=now, updated_at=now, **draft.values)
            clients.append(client)
    made = Client.objects.bulk_create(clients)
    note_made(business=business, kind="client", records=made, now=now, actor=actor)
    return outcomes(drafts, made)


@atomically
def update_client(
    *, client: Client, values: Values, now: datetime, actor: str = THE_SYSTEM
) -> Client:
    """Change what `values` names of a client, nothing else; return it as it is now.

    :raises Refused: if something is wrong with `values`.
    """
    current = (
        Client.objects.select_for_update(of=["self"], no_key=True)
        .select_related("business")
        .get(pk=client.pk)
    )
    drafts = read_drafts(CLIENT_READERS, [values], required=[])
    refuse_taken(
        drafts,
        "external_id",
        model=Client,
        business=current.business,
        sentence=_TAKEN,
        own_pk=current.pk,
    )
    (draft,) = drafts
    if draft.errors:
        raise Refused(draft.errors)
    save_changes(
        current,
        draft.values,
        business=current.business,
        kind="client",
        now=now,
        actor=actor,
    )
    return current
