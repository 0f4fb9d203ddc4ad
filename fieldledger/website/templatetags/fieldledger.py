"""How the pages show money, states, icons and fields."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import template
from django.template.defaultfilters import date as format_date
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from fieldledger.accounts.pages import People
from fieldledger.quickbooks.log_words import written_title
from fieldledger.website.look import address, script_names, style_names
from fieldledger.website.words import MONEY_STATES, STATES, Words

register = template.Library()


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """Return one of our drawings; it says nothing to a screen reader."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#i-{}"/></svg>',
        css,
        address("icons.svg"),
        name,
    )


@register.simple_tag(takes_context=True)
def full_address(context: Mapping[str, Any], name: str, *of: object) -> str:
    """Return the address of a page for a letter: "https://office.example.com/invoices/..."."""
    shown: str = context["request"].build_absolute_uri(reverse(name, args=of))
    return shown


@register.simple_tag
def styles() -> SafeString:
    """Return the links to the style sheets, for a page's head."""
    return format_html_join(
        "\n  ", '<link rel="stylesheet" href="{}">', ((address(each),) for each in style_names())
    )


@register.simple_tag
def scripts() -> SafeString:
    """Return the scripts, for a page's head: they run once the page is read."""
    return format_html_join(
        "\n  ", '<script src="{}" defer></script>', ((address(each),) for each in script_names())
    )


@register.filter
def money(amount: Decimal | str | None) -> str:
    """Return an amount in dollars: money(Decimal("-1234.5")) == "−$1,234.50"; "" for None."""
    if amount is None or amount == "":
        return ""
    value = Decimal(amount)
    sign = "−" if value < 0 else ""
    return f"{sign}${abs(value):,.2f}"


@register.filter
def price(amount: Decimal | None) -> str:
    """Return a price in dollars with at least two decimals and no idle zeros behind them."""
    if amount is None:
        return ""
    return f"{'−' if amount < 0 else ''}${_at_least_two(abs(amount), grouped=True)}"


@register.filter
def plain_price(amount: Decimal | None) -> str:
    """Return a price as it is typed into a field: "12.50"."""
    return "" if amount is None else f"{'-' if amount < 0 else ''}{_at_least_two(abs(amount))}"


def _at_least_two(amount: Decimal, *, grouped: bool = False) -> str:
    places = max(2, -int(amount.normalize().as_tuple().exponent))
    return f"{amount:,.{places}f}" if grouped else f"{amount:.{places}f}"


@register.filter
def quantity(number: Decimal | None) -> str:
    """Return a number without idle zeros: quantity(Decimal("2.50000")) == "2.5"."""
    return "" if number is None else f"{number.normalize():f}"


@register.filter
def entry_title(entry: Any) -> str:
    """Return what the sync log calls an entry, or a record that another waits for."""
    if isinstance(entry, Mapping):
        return written_title(entry["kind"], entry["title" if "title" in entry else "name"])
    return written_title(entry.kind, entry.title)


@register.filter
def state_words(state: str) -> Words:
    """Return what to call a QuickBooks state, and its family of colours."""
    return STATES[state]


@register.simple_tag
def badge(state: str) -> SafeString:
    """Return the badge of a QuickBooks state."""
    return _badge(STATES[state])


@register.simple_tag
def money_badge(state: str) -> SafeString:
    """Return the badge of an invoice's money state."""
    return _badge(MONEY_STATES[state])


def _badge(words: Words) -> SafeString:
    return format_html('<span class="badge is-{}">{}</span>', words.family, words.text)


@register.filter
def moment(at: dt.datetime | str | None) -> str:
    """Return a time in the business's zone: the hour alone today, else day and hour."""
    when = _as_time(at)
    if when is None:
        return ""
    local, now = timezone.localtime(when), timezone.localtime()
    if local.date() == now.date():
        return f"today {format_date(local, 'g:i A')}"
    if local.date() == now.date() - dt.timedelta(days=1):
        return f"yesterday {format_date(local, 'g:i A')}"
    return format_date(local, "M j, g:i A" if local.year == now.year else "M j, Y, g:i A")


@register.filter
def moment_exact(at: dt.datetime | str | None) -> str:
    """Return a time to the second in the business's zone, with the zone's short name."""
    when = _as_time(at)
    return "" if when is None else format_date(timezone.localtime(when), "M j, Y, g:i:s A T")


@register.filter
def machine_time(at: dt.datetime | str | None) -> str:
    """Return a time for the `datetime` of a <time>."""
    when = _as_time(at)
    return "" if when is None else when.isoformat(timespec="seconds")


@register.filter
def day(date: dt.date | None) -> str:
    """Return a date as an office in the United States reads it: "May 3, 2026"."""
    return "" if date is None else format_date(date, "M j, Y")


def _as_time(at: dt.datetime | str | None) -> dt.datetime | None:
    if isinstance(at, str):
        return dt.datetime.fromisoformat(at) if at else None
    return at


@register.filter
def breaks_at_signs(text: str | None) -> str:
    """Return a text in which an e-mail address may go on in a new line, before its @ and dots."""
    parts = re.split(r"(?<=\S)(?=@|\.\w)", text or "") if "@" in (text or "") else [text or ""]
    return format_html_join(SafeString("<wbr>"), "{}", ((part,) for part in parts))


@register.filter
def named(text: str | None, people: People) -> str:
    """Return a sentence with people's names in the place of their ids."""
    return people.spell(text or "")


@register.filter
def get(mapping: Mapping[str, Any], key: str) -> Any:
    """Return the value under a key that the template only knows at run time; "" without one."""
    return mapping.get(key, "")


@register.inclusion_tag("parts/field.html")
def field(
    form: Any,
    name: str,
    label: str,
    *,
    kind: str = "text",
    css: str = "",
    hint: str = "",
    required: bool = False,
    optional: bool = False,
    choices: Sequence[tuple[str, str]] = (),
    autocomplete: str = "off",
    maxlength: int = 0,
    prefix: str = "",
    rows: int = 3,
) -> dict[str, Any]:
    """Return a field with its label, hint and errors.

    `form` has `values` and `errors`, both by name. `kind` is a type of <input>, or "number" (text
    with a numeric keyboard: browsers' own number fields swallow what they dislike), "textarea",
    "select" or "tick". `prefix` goes before the name in the element's id; `rows` is how many lines
    of a textarea show.
    """
    return {
        "name": name,
        "id": f"{prefix}{name}".replace(".", "-"),
        "label": label,
        "kind": kind,
        "css": css,
        "hint": hint,
        "required": required,
        "optional": optional,
        "choices": choices,
        "autocomplete": autocomplete,
        "maxlength": maxlength,
        "rows": rows,
        "value": form.values.get(name, ""),
        "errors": form.errors.get(name, ()),
    }
