import pytest

from fieldledger.qbwc.bounded import (
    ATTRIBUTES_MAX,
    DEPTH_MAX,
    ELEMENTS_MAX,
    NAME_LENGTH_MAX,
    NotBounded,
    read_beginning,
    read_tree,
)


def test_a_tree_keeps_names_namespaces_attributes_and_text() -> None:
    root = read_tree(b'<p:a xmlns:p="urn:x" b="1" p:c="2">x<d>y</d>z<!-- not text --></p:a>')

    assert (root.namespace, root.name) == ("urn:x", "a")
    assert root.attributes == {"b": "1", "urn:x c": "2"}
    assert root.text == "xz"
    assert [(each.namespace, each.name, each.text) for each in root.children] == [("", "d", "y")]


def test_the_bounds_are_reached_and_not_passed() -> None:
    deep = "<a>" * DEPTH_MAX + "</a>" * DEPTH_MAX
    wide = "<a>" + "<b/>" * (ELEMENTS_MAX - 1) + "</a>"
    attributes = " ".join(f'a{number}=""' for number in range(ATTRIBUTES_MAX))
    name = "n" * NAME_LENGTH_MAX

    for document in (deep, wide, f"<a {attributes}/>", f"<{name}/>", f'<a {name}=""/>'):
        assert read_tree(document.encode()).closed

    for document, reason in (
        (f"<a>{deep}</a>", "nested too deep"),
        (wide.replace("<b/>", "<b/><b/>", 1), "too many elements"),
        (f'<a {attributes} more=""/>', "too many attributes"),
        (f'<a xmlns:p="urn:x" {attributes}/>', "too many attributes"),
        (f"<{name}n/>", "a name is too long"),
        (f'<a {name}n=""/>', "a name is too long"),
    ):
        with pytest.raises(NotBounded, match=reason):
            read_tree(document.encode())


def test_a_namespace_counts_into_the_length_of_a_name() -> None:
    with pytest.raises(NotBounded, match="a name is too long"):
        read_tree(f'<p:a xmlns:p="urn:{"x" * (NAME_LENGTH_MAX - 4)}"/>'.encode())


def test_a_beginning_gives_the_tree_so_far() -> None:
    root = read_beginning(b"<a><b>one</b><c>tw")

    assert root is not None
    assert not root.closed
    assert [(each.name, each.closed) for each in root.children] == [("b", True), ("c", False)]
    assert read_beginning(b"") is None
    assert read_beginning(b"<a") is None


def test_a_beginning_that_is_wrong_already_is_refused() -> None:
    for beginning in (
        b"<!DOCTYPE a []><a>",
        b"<a></b>",
        b"text<a>",
        b"<a b='' b=''>",
        b"<a></a></a>",
    ):
        with pytest.raises(NotBounded):
            read_beginning(beginning)


def test_an_unknown_encoding_is_refused_by_name_and_not_echoed() -> None:
    with pytest.raises(NotBounded) as refusal:
        read_tree(b'<?xml version="1.0" encoding="CANARY"?><a/>')

    assert refusal.value.reason == "its encoding is not supported"
