"""A company file as large and as awkward as wanted, what the office has of it, and what is right.

`right` counts again, from the rules alone and by other means than the engine, what an import
without review has to come to.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from fieldledger.simulator import people
from fieldledger.simulator.company import Company
from fieldledger.simulator.sample import Sizes

AWKWARD: Final[tuple[tuple[str, dict[str, str]], ...]] = (
    (
        "Zoë & Søn's “Best” <Plumbing> – Unit #7½ Ltd",
        {"Phone": "call Zoë first", "Email": "z@ex.com"},
    ),
    ("O'Néill, Seán (see also O'Neill)", {"Email": "sean@example.com; office@example.com"}),
    ("100% 'Off' \\ Clearance / \"Sale\"", {"Phone": "(650) 555-0001 x 12"}),
    ("smith john", {"Email": "SHARED@example.com", "Phone": "1-650-555-9999"}),
    ("Smith John Jr", {"Email": "shared@Example.com", "AltPhone": "650 555 9999"}),
    ("No Contact At All", {}),
)


def sizes(customers: int, items: int) -> Sizes:
    """Return the sizes of a company; a tenth of the customers is inactive."""
    services = items * 3 // 5
    return Sizes(
        customers=customers,
        inactive_customers=customers // 10,
        services=services,
        parts=items - services,
    )


def make_awkward(company: Company, *, now: datetime) -> None:
    """Let a person add what generated lists do not have: hard names, sub-items."""
    for name, fields in AWKWARD:
        add: dict[str, Any] = {"Name": name[:41], **fields}
        people.do(company, "CustomerAddRq", {"CustomerAdd": add}, now=now)
    (account,) = [each for each in company.records("Account") if each.name == "Service Income"]
    sale = {"Price": "80.00", "AccountRef": {"ListID": account.id}}
    parents = [each for each in company.items() if each.type == "ItemService"][:3]
    for number, parent in enumerate(parents):
        for name in ("Spring", "Fall & Winter"):
            item = {
                "Name": name,
                "ParentRef": {"ListID": parent.id},
                "SalesOrPurchase": {**sale, "Desc": f"{name} {number}"},
            }
            people.do(company, "ItemServiceAddRq", {"ItemServiceAdd": item}, now=now)


def ours_of(company: Company) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the clients and items the office has already: copies, near ones, and its own."""
    clients: list[dict[str, Any]] = []
    top = [each for each in company.customers() if not each.fields.get("ParentRef")]
    for number, each in enumerate(top):
        name, phone = each.name, str(each.fields.get("Phone") or "")
        email = str(each.fields.get("Email") or "")
        match number % 10:
            case 0:
                clients.append(
                    {"name": f" {name.upper()} ", "email": email.upper(), "phone": phone}
                )
            case 1:
                clients.append({"name": name, "phone": f"+1 900 {number:07}"})
            case 2 if email:
                clients.append({"name": f"Somebody Else {number}", "email": email})
            case 3 if number % 50 == 3:
                clients += [{"name": name, "email": email}, {"name": name, "phone": phone}]
            case _:
                pass
    clients += [{"name": name} for name in ("Kitchen", "Barn", "Dan Miller", "Acme Parts")]
    clients += [{"name": f"Only Here {number}"} for number in range(len(top) // 20)]
    things = [each for each in company.items() if each.type in _SOLD]
    items = [
        {"name": each.name.lower()} for each in things[::7] if not each.fields.get("ParentRef")
    ]
    items += [{"name": f"Only here {number}"} for number in range(len(things) // 20)]
    items += [{"name": "subtotal"}, {"name": "Spring"}]
    return clients, items


_SOLD: Final = {"ItemService", "ItemNonInventory", "ItemInventory", "ItemOtherCharge"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """What there is when the initial sync is over."""

    clients_here: int
    customers_there: int
    items_here: int
    items_there: int
    left_out: int  # Items whose name is in use here.
    links: int  # Of clients with customers that were on both sides before.


def right(
    company: Company,
    clients: Sequence[dict[str, Any]],
    items: Sequence[dict[str, Any]],
    *,
    needs_both: bool,
    jobs: bool,
    inactive: bool,
) -> Right:
    """Return what is right, imported without a review, for a company as it was before."""
    customers = company.customers()
    top = [each for each in customers if not each.fields.get("ParentRef")]
    edges = _edges(clients, top, needs_both=needs_both)
    of_theirs: dict[int, set[int]] = defaultdict(set)
    for one, others in edges.items():
        for other in others:
            of_theirs[other].add(one)
    linked = {
        other
        for others in edges.values()
        if len(others) == 1
        and len(of_theirs[other := next(iter(others))]) == 1
        and top[other].active
    }
    brought = [
        each
        for each in customers
        if (jobs or not each.fields.get("ParentRef")) and (inactive or each.active)
    ]
    there = company.items()
    names = {
        _fold(each.name): each
        for each in there
        if each.type in _SOLD and not each.fields.get("ParentRef")
    }
    pairs = {_fold(each["name"]) for each in items} & names.keys()
    same = {each for each in pairs if names[each].active}
    # Item names are unique here: an inactive one of a name that is in use stays where it is.
    unused = pairs - same if inactive else set()
    sold = [each for each in there if each.type in _SOLD and (inactive or each.active)]
    return Right(
        clients_here=len(clients) + len(brought) - len(linked),
        customers_there=len(customers) + len(clients) - len(linked),
        items_here=len(items) + len(sold) - len(same) - len(unused),
        items_there=len(there) + len(items) - len(same),
        links=len(linked),
        left_out=len(unused),
    )


def _edges(
    clients: Sequence[dict[str, Any]], top: Sequence[Any], *, needs_both: bool
) -> dict[int, set[int]]:
    names: dict[str, set[int]] = defaultdict(set)
    contacts: dict[str, set[int]] = defaultdict(set)
    for place, each in enumerate(top):
        names[_fold(each.name)].add(place)
        phones = (each.fields.get("Phone"), each.fields.get("AltPhone"))
        for key in _contacts(each.fields.get("Email"), *phones):
            contacts[key].add(place)
    edges: dict[int, set[int]] = {}
    for place, client in enumerate(clients):
        by_name = names.get(_fold(client["name"]), set())
        by_contact: set[int] = set()
        for key in _contacts(client.get("email"), client.get("phone")):
            by_contact |= contacts.get(key, set())
        edges[place] = by_name & by_contact if needs_both else by_name | by_contact
    return edges


def _contacts(email: object, *phones: object) -> Iterable[str]:
    yield from str(email or "").lower().replace(";", " ").split()
    for phone in phones:
        digits = "".join(each for each in str(phone or "") if each.isdigit())
        if digits := digits.removeprefix("1"):
            yield digits


def _fold(name: str) -> str:
    return " ".join(name.casefold().split())
