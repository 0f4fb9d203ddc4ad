"""Making and changing items."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

from fieldledger.accounts.models import Business
from fieldledger.accounts.services import THE_SYSTEM
from fieldledger.office.fields import Reader, Values, choice, flag, number, optional_text, text
from fieldledger.office.models import (
    EXTERNAL_ID_LENGTH_MAX,
    LONG_TEXT_LENGTH_MAX,
    NAME_LENGTH_MAX,
    Item,
    ItemKind,
)
from fieldledger.office.refusals import Refused
from fieldledger.office.services.records import (
    EXTERNAL_ID_TAKEN,
    Draft,
    atomically,
    note_made,
    outcomes,
    read_drafts,
    refuse_taken,
    save_changes,
    the_one,
)

RATE_PLACES: Final = 5  # qbXML 13.0 schema, PRICETYPE and QUANTYPE.
RATE_MAX: Final = Decimal("9999999999.99999")

ITEM_READERS: Final[dict[str, Reader]] = {
    "name": text("The name", NAME_LENGTH_MAX, required=True),
    "kind": choice("The kind", ItemKind.values),
    "description": text("The description", LONG_TEXT_LENGTH_MAX, lines=True),
    # Below zero for what takes something off an invoice.
    "price": number(
        "The price", places=RATE_PLACES, least=-RATE_MAX, most=RATE_MAX, required=False
    ),
    "cost": number("The cost", places=RATE_PLACES, least=Decimal(0), most=RATE_MAX, required=False),
    "taxable": flag("Taxable"),
    "external_id": optional_text("The external id", EXTERNAL_ID_LENGTH_MAX),
    "archived": flag("Archived"),
}


def create_item(
    *, business: Business, values: Values, now: datetime, actor: str = THE_SYSTEM
) -> Item:
    """Make an item.

    :raises Refused: if something is wrong with `values`.
    """
    return the_one(create_items(business=business, many=[values], now=now, actor=actor))


@atomically
def create_items(
    *, business: Business, many: Sequence[Values], now: datetime, actor: str = THE_SYSTEM
) -> list[Item | Refused]:
    """Make up to 500 items; return in their order each item, or why it was refused."""
    drafts = read_drafts(ITEM_READERS, many, required=["name"])
    _refuse_taken(drafts, business)
    items = []
    for draft in drafts:
        if not draft.errors:
            item = Item(business=business, created_at=now, updated_at=now, **draft.values)
            item.name_folded = _folded(item.name)
            items.append(item)
    made = Item.objects.bulk_create(items)
    note_made(business=business, kind="item", records=made, now=now, actor=actor)
    return outcomes(drafts, made)


@atomically
def update_item(*, item: Item, values: Values, now: datetime, actor: str = THE_SYSTEM) -> Item:
    """Change what `values` names of an item, nothing else; return it as it is now.

    Invoices keep what they said of it.

    :raises Refused: if something is wrong with `values`.
    """
    current = (
        Item.objects.select_for_update(of=["self"], no_key=True)
        .select_related("business")
        .get(pk=item.pk)
    )
    drafts = read_drafts(ITEM_READERS, [values], required=[])
    _refuse_taken(drafts, current.business, own_pk=current.pk)
    (draft,) = drafts
    if draft.errors:
        raise Refused(draft.errors)
    save_changes(
        current,
        draft.values,
        business=current.business,
        kind="item",
        now=now,
        actor=actor,
        derive=lambda: {"name_folded": _folded(current.name)},
    )
    return current


def _refuse_taken(drafts: Sequence[Draft], business: Business, own_pk: int | None = None) -> None:
    refuse_taken(
        drafts,
        "name",
        model=Item,
        business=business,
        sentence="Another item is already called {}; items' names differ in more than case.",
        column="name_folded",
        key=_folded,
        own_pk=own_pk,
    )
    refuse_taken(
        drafts,
        "external_id",
        model=Item,
        business=business,
        sentence=EXTERNAL_ID_TAKEN.format(kind="item"),
        own_pk=own_pk,
    )


def _folded(name: str) -> str:
    return name.casefold()
