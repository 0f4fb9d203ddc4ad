"""Finding records by the beginnings of their words, as quickly among 100,000 as among ten.

Every record keeps its words in SearchWord: those of its name, its number, its amount. A search
reads the index from the wanted beginning on, at most SCANNED_MAX rows of it, so that it costs the
same however much there is; whoever wants one among more types another letter. A list is narrowed
by the same words, to all that hold them.
"""

from collections.abc import Sequence
from typing import Any, Final

from django.db import connection
from django.db.models import (
    BooleanField,
    Exists,
    ExpressionWrapper,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Coalesce

from fieldledger.accounts.models import Business
from fieldledger.office.changes import Change, Kind
from fieldledger.office.models import (
    Client,
    Credit,
    Invoice,
    Item,
    Payment,
    Record,
    Refund,
    SearchWord,
)
from fieldledger.office.search_words import (
    client_words,
    item_words,
    money_words,
    phrase,
    wanted_words,
)

SCANNED_MAX: Final = 1000
FEW_MAX: Final = 2_000  # Records that are named in a condition, each by its id.
MANY_MAX: Final = 20_000  # Words that begin alike and are read at once, not row by row.
_IN_WORDS: Final = frozenset({"client", "item"})  # Each of their words is kept by itself.
_FIRST_OF_WORDS: Final = b"0"  # Before it come a space, a full stop and the like.
_AFTER: Final = b"\xff"  # No text in UTF-8 has this byte: it comes after all that begin alike.


def note_words(change: Change) -> None:
    """Keep the words of records that were just saved; runs in that transaction."""
    wanted = {each.pk: words_of(each) for each in change.records}
    # What was just made has no words yet.
    if any(each.revision > 1 for each in change.records):
        own = SearchWord.objects.filter(
            business_id=change.business_id, kind=change.kind, record_id__in=list(wanted)
        )
        kept: dict[int, set[bytes]] = {}
        for record_id, word in own.values_list("record_id", "word"):
            kept.setdefault(record_id, set()).add(bytes(word))
        wanted = {pk: words for pk, words in wanted.items() if kept.get(pk, set()) != words}
        if not wanted:
            return
        own.filter(record_id__in=list(wanted)).delete()
    SearchWord.objects.bulk_create(
        [
            SearchWord(business_id=change.business_id, kind=change.kind, record_id=pk, word=each)
            for pk, words in wanted.items()
            for each in sorted(words)
        ],
        ignore_conflicts=True,  # Announced twice, a record still has each word once.
    )


def words_of(record: Record) -> set[bytes]:
    """Return the words by which a record is found."""
    match record:
        case Client():
            full_name = f"{record.first_name} {record.last_name}"
            names = [record.name, record.company_name, full_name]
            return client_words(names, email=record.email, phone=record.phone)
        case Item():
            return item_words(record.name, record.description)
        case Invoice() | Credit():
            return money_words(record.number, record.total)
        case Payment() | Refund():
            return money_words(record.reference, record.amount)
        case _:
            raise TypeError(type(record))


def find(business: Business, text: str, kind: Kind, *, limit: int) -> list[int]:
    """Return the ids of at most `limit` records that hold a word for each beginning in `text`.

    What begins with the whole text comes first, then in the order of the words.
    """
    wanted = wanted_words(text)
    if not wanted:
        return []
    own = SearchWord.objects.filter(business=business, kind=kind)
    if len(wanted) == 1:
        return _ids(own.filter(_begins(wanted[0])), limit)
    whole = _ids(own.filter(_begins(phrase(text))), limit)
    return list(dict.fromkeys([*whole, *_ids(_holding_all(own, wanted), limit)]))[:limit]


def holders(business: Business, text: str, kind: Kind) -> QuerySet[SearchWord, Any]:
    """Return the ids of all records that hold a word for each beginning in `text`, to look among.

    A record with several such words is there several times. A text without a letter or a digit is
    held by none.
    """
    own = SearchWord.objects.filter(business=business, kind=kind)
    longest, *others = _longest_first(text) or [b""]
    rows = own.filter(_begins(longest)) if longest else own.none()
    for each in others:
        same = Q(record_id__in=_once(own, each, kind))
        # SQLite would look each of these up; PostgreSQL reads both from the index and joins them.
        rows = rows.filter(_asked_of_each_row(same) if connection.vendor == "sqlite" else same)
    return rows.values("record_id")


def newest_holders(business: Business, text: str, kind: Kind) -> QuerySet[SearchWord, Any]:
    """Return the ids of records that hold what `text` begins, of at most SCANNED_MAX words.

    They are read from the end of the index: of those that have the same word, the newest.
    """
    own = SearchWord.objects.filter(business=business, kind=kind)
    longest, *others = _longest_first(text) or [b""]
    if not longest:
        return own.none().values("record_id")
    rows = own.filter(_begins(longest)).order_by("-word", "-record_id")[:SCANNED_MAX]
    for each in others:
        same = own.filter(_begins(each), record_id__in=rows.values("record_id"))
        rows = same.order_by("-word", "-record_id")
    return rows.values("record_id")


def holding(business: Business, text: str, kind: Kind, *, key: str = "pk") -> Q:
    """Return the condition that the record whose id is in `key` is one of the `holders`.

    Where few are, they are named: a database then looks them up. Where many are, each row is asked
    on the way through the list, whose first page is soon full. PostgreSQL must not see a condition
    of its own in that: it would ask the index for each row, or read and sort the whole table.
    """
    wanted = _longest_first(text)
    if not wanted:
        return Q(pk__in=[])
    own, found = SearchWord.objects.filter(business=business, kind=kind), Q()
    is_wide = own.filter(_begins(wanted[0]))[MANY_MAX : MANY_MAX + 1].exists()
    among = holders(business, text, kind)
    few = list(among.values_list("record_id", flat=True)[: FEW_MAX + 1])
    if len(few) <= FEW_MAX:
        return Q(**{f"{key}__in": sorted(set(few))})
    if not is_wide:
        return _asked_of_each_row(Q(**{f"{key}__in": among}))
    for each in wanted:
        found &= _asked_of_each_row(Exists(own.filter(_begins(each), record_id=OuterRef(key))))
    return found


def invoices_holding(business: Business, text: str) -> Q:
    """Return the condition that an invoice, or its client, holds what `text` begins."""
    of_client = holding(business, text, "client", key="client_id")
    return holding(business, text, "invoice") | of_client


def payments_holding(business: Business, text: str) -> Q:
    """Return the condition that a payment, its invoice or its client holds what `text` begins."""
    invoices = Invoice.objects.filter(invoices_holding(business, text), business=business)
    payments = Payment.objects.filter(business=business)
    own = payments.filter(pk__in=holders(business, text, "payment")).values("pk")
    clients = holders(business, text, "client")
    return Q(
        pk__in=own.union(
            payments.filter(invoice__in=invoices.values("pk")).values("pk"),
            payments.filter(client__in=clients).values("pk"),
        )
    )


def _asked_of_each_row(condition: Q | Exists) -> Q:
    """Return a condition that no database takes for a way to the rows."""
    asked = ExpressionWrapper(condition, output_field=BooleanField())
    return Q(Coalesce(asked, Value(value=False)))


def _longest_first(text: str) -> list[bytes]:
    return sorted(wanted_words(text), key=len, reverse=True)


def _holding_all(own: QuerySet[SearchWord], wanted: Sequence[bytes]) -> QuerySet[SearchWord]:
    """Return the rows of the longest word whose record has the other words too."""
    longest, *others = sorted(wanted, key=len, reverse=True)
    scanned = own.filter(_begins(longest)).order_by("word", "record_id")[:SCANNED_MAX]
    rows = SearchWord.objects.filter(pk__in=scanned.values("pk"))
    for each in others:
        same = own.filter(_begins(each), record_id=OuterRef("record_id"))
        rows = rows.filter(Exists(same))
    return rows


def _ids(rows: QuerySet[SearchWord], limit: int) -> list[int]:
    """Return the records of the first rows; a record may have several words that begin alike."""
    several = rows.order_by("word", "record_id").values_list("record_id", flat=True)
    return list(dict.fromkeys(several[: 4 * limit]))[:limit]


def _once(own: QuerySet[SearchWord], word: bytes, kind: Kind) -> QuerySet[SearchWord, Any]:
    """Return the ids of the records that hold what `word` begins, most of them once.

    A name's first word is kept by itself, and begins the whole name and often an e-mail address as
    well: what goes on behind the word with neither a letter nor a digit is left out. Of money, all
    is read: an amount has no words of its own.
    """
    if kind not in _IN_WORDS or not word.decode(errors="replace").isalnum():
        return own.filter(_begins(word)).values("record_id")
    longer = own.filter(word__gte=word + _FIRST_OF_WORDS, word__lt=word + _AFTER)
    # A condition that joins the two by OR would lose the order of the index.
    return own.filter(word=word).values("record_id").union(longer.values("record_id"), all=True)


def _begins(word: bytes) -> Q:
    return Q(word__gte=word, word__lt=word + _AFTER)
