"""The table of qbXML against Intuit's own schema, element for element."""

from dataclasses import replace
from functools import cache

import pytest
from lxml import etree

from fieldledger.qbxml.schema import (
    RECORDS,
    REQUEST_ATTRIBUTES,
    REQUESTS,
    Branch,
    Kind,
    Leaf,
    OneOf,
    Part,
    elements_of,
    leaf_at,
    length_max,
)
from tests.qbxml import intuit
from tests.support.shared import shared

# Private, or never ours to send: see the docstring of the table.
LEFT_OUT = frozenset({"CreditCardInfo", "CreditCardTxnInfo", "CreditCardTxnInfoMod", "SSN", "EIN"})
EMPLOYEE_LAST = "JobTitle"  # Of an employee only the name is kept.


def kept(part: Part) -> Part | None:
    """Return `part` of Intuit's description without what our table leaves out."""
    if isinstance(part, OneOf):
        return replace(part, branches=tuple(kept_parts(each) for each in part.branches))
    if part.name in LEFT_OUT:
        return None
    return part if isinstance(part, Leaf) else replace(part, parts=kept_parts(part.parts))


def kept_parts(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    return tuple(part for part in map(kept, parts) if part is not None)


@pytest.mark.parametrize("name", sorted(REQUESTS))
def test_a_request_holds_what_intuits_description_says(name: str) -> None:
    attributes, described = intuit.requests()[name]

    assert REQUESTS[name] == kept(described)
    assert REQUEST_ATTRIBUTES[name] == attributes


@pytest.mark.parametrize("name", sorted(RECORDS))
def test_a_record_holds_what_intuits_description_says(name: str) -> None:
    described = kept(intuit.records()[name])

    assert isinstance(described, Branch)
    if name == "EmployeeRet":
        names = [each.name for each in elements_of(described.parts)]
        described = replace(described, parts=described.parts[: names.index(EMPLOYEE_LAST) + 1])
    assert RECORDS[name] == described


def test_macros_may_stand_where_intuit_says() -> None:
    ours = {name for name, attributes in REQUEST_ATTRIBUTES.items() if "defMacro" in attributes}
    inside = {element.name for request in REQUESTS.values() for element in every_element(request)}

    assert ours == intuit.macros() & inside


def every_element(branch: Branch) -> list[Leaf | Branch]:
    found: list[Leaf | Branch] = []
    for element in elements_of(branch.parts):
        found.append(element)
        if isinstance(element, Branch):
            found += every_element(element)
    return found


# --- The same against the XML schema proper, which has no editions but is what validates ---

XSD = "{http://www.w3.org/2001/XMLSchema}"

# Words that the schema allows beyond what its description gives QuickBooks Desktop (US).
OTHER_WORDS = {
    "PreferredDeliveryMethod": frozenset({"Mail"}),
    "TaxForm": frozenset({"Form1044", "Form3010", "FormT1", "FormT2"}),
    "TxnDelType": frozenset(
        {"PayrollLiabilityAdjustment", "PayrollPriorPayment", "PayrollYearToDateAdjustment"}
    ),
}
BASES = {**intuit.KINDS, "UUIDTYPE": Kind.STR}


def attribute(element: etree._Element, name: str) -> str:
    return str(element.get(name, ""))


class Walker:
    """Follows references in Intuit's schema files far enough to list what an element holds."""

    def __init__(self) -> None:
        self._named: dict[tuple[str, str], etree._Element] = {}
        names = ("qbxmltypes130.xsd", "qbxml130_modified.xsd", "qbxmlops130.xsd", "qbxmlso130.xsd")
        for name in names:
            root = etree.parse(shared("qbxml-13.0", name)).getroot()
            for each in root:
                if isinstance(each.tag, str) and "name" in each.attrib:
                    key = (each.tag.removeprefix(XSD), attribute(each, "name"))
                    self._named.setdefault(key, each)
        self._messages = {
            attribute(each, "name"): each
            for section in ("QBXMLMsgsRq", "QBXMLMsgsRs")
            for each in self._named["element", section].iter(f"{XSD}element")
            if attribute(each, "name") not in {section, ""}
        }

    def declaration(self, name: str) -> etree._Element:
        """Return what declares a message, or an element that is declared for all of them."""
        return self._messages[name] if name in self._messages else self._named["element", name]

    def children(self, element: etree._Element) -> list[etree._Element]:
        """Return the elements that `element` may hold, in order, those of choices included."""
        kind = self._type(element)
        return [] if kind is None else self._inside(kind)

    def _type(self, element: etree._Element) -> etree._Element | None:
        if "ref" in element.attrib:
            element = self._named["element", attribute(element, "ref")]
        if "type" in element.attrib:
            return self._named.get(("complexType", attribute(element, "type")))
        return element.find(f"{XSD}complexType")

    def _inside(self, node: etree._Element) -> list[etree._Element]:
        found: list[etree._Element] = []
        for each in node:
            if each.tag == f"{XSD}element":
                found.append(each)
            elif each.tag == f"{XSD}group":
                found += self._inside(self._named["group", attribute(each, "ref")])
            elif each.tag in {f"{XSD}sequence", f"{XSD}choice"}:
                found += self._inside(each)
        return found

    def leaf(self, element: etree._Element) -> tuple[Kind, int | None, tuple[str, ...]]:
        """Return the kind, the greatest length and the words of a leaf."""
        if "ref" in element.attrib:
            element = self._named["element", attribute(element, "ref")]
        simple = element.find(f"{XSD}simpleType")
        if simple is None:
            base, length, words = self._base(attribute(element, "type"), element)
        else:
            base, length, words = self._restriction(simple)
        return (Kind.ENUM if words else BASES[base]), length, words

    def _base(self, name: str, element: etree._Element) -> tuple[str, int | None, tuple[str, ...]]:
        if name in {"IDTYPE", *BASES}:
            return name, (36 if name == "IDTYPE" else None), ()
        if ("simpleType", name) in self._named:
            return self._restriction(self._named["simpleType", name])
        extended = element.find(f".//{XSD}extension")  # Text that may bear an attribute.
        if extended is None and ("complexType", name) in self._named:
            extended = self._named["complexType", name].find(f".//{XSD}extension")
        assert extended is not None, etree.tostring(element)
        return self._base(attribute(extended, "base"), extended)

    def _restriction(self, simple: etree._Element) -> tuple[str, int | None, tuple[str, ...]]:
        restriction = simple.find(f"{XSD}restriction")
        assert restriction is not None
        length = restriction.find(f"{XSD}maxLength")
        words = tuple(
            attribute(each, "value") for each in restriction.iterfind(f"{XSD}enumeration")
        )
        base, inherited, inherited_words = self._base(attribute(restriction, "base"), restriction)
        limit = inherited if length is None else int(attribute(length, "value"))
        return base, limit, words or inherited_words


@cache
def walker() -> Walker:
    return Walker()


def name_of(element: etree._Element) -> str:
    return attribute(element, "name") or attribute(element, "ref")


def differences(branch: Branch, element: etree._Element, path: str) -> list[str]:
    """Return where `branch` is not what the schema's `element` allows, in words."""
    found: list[str] = []
    allowed = iter(walker().children(element))
    for ours in elements_of(branch.parts):
        theirs = next((each for each in allowed if name_of(each) == ours.name), None)
        where = f"{path}/{ours.name}"
        if theirs is None:
            found.append(f"{where}: not there, or not in this order")
        elif isinstance(ours, Branch):
            found += differences(ours, theirs, where)
        else:
            kind, length, words = walker().leaf(theirs)
            if (kind, length) != (ours.kind, ours.length):
                found.append(f"{where}: {ours.kind} {ours.length}, schema {kind} {length}")
            if set(words) - OTHER_WORDS.get(ours.name, frozenset()) != set(ours.values):
                found.append(f"{where}: {ours.values}, schema {words}")
        if theirs is not None and ours.repeated and theirs.attrib.get("maxOccurs", "1") == "1":
            found.append(f"{where}: may not be repeated")
    return found


@pytest.mark.parametrize("name", sorted({**REQUESTS, **RECORDS}))
def test_order_lengths_and_words_are_those_of_intuits_schema(name: str) -> None:
    ours = REQUESTS.get(name) or RECORDS[name]

    assert differences(ours, walker().declaration(name), name) == []


# --- What others ask the table ---


@pytest.mark.parametrize(
    ("record", "path", "length"),
    [
        ("CustomerAdd", "Name", 41),
        ("CustomerAdd", "BillAddress/City", 31),
        ("CustomerRet", "FullName", 209),
        ("ItemServiceAdd", "Name", 31),
        ("ItemServiceAdd", "SalesOrPurchase/Desc", 4095),
        ("InvoiceAdd", "RefNumber", 11),
        ("InvoiceAdd", "InvoiceLineAdd/Desc", 4095),
        ("ReceivePaymentAdd", "RefNumber", 20),
        ("TxnVoidRq", "TxnID", 36),
        ("InvoiceAdd", "TxnDate", None),
    ],
)
def test_a_length_can_be_asked_for(record: str, path: str, length: int | None) -> None:
    assert length_max(record, path) == length


@pytest.mark.parametrize(
    ("record", "path"),
    [
        ("CustomerAdd", "Suffix"),
        ("CustomerAdd", "BillAddress"),
        ("CustomerAdd", "Name/First"),
        ("Nothing", "Name"),
        ("TxnVoid", "TxnID"),  # Stands in TxnVoidRq itself.
    ],
)
def test_what_the_table_does_not_have_is_a_key_error(record: str, path: str) -> None:
    with pytest.raises(KeyError):
        leaf_at(record, path)


def test_an_item_of_no_inventory_names_its_parent_before_its_class() -> None:
    add = REQUESTS["ItemNonInventoryAddRq"].parts[0]
    assert isinstance(add, Branch)
    names = [each.name for each in elements_of(add.parts)]

    assert names.index("ParentRef") < names.index("ClassRef")
