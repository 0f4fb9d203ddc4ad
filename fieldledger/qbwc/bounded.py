"""A small XML tree out of hostile bytes, within bounds, or one error.

For a SOAP call, of at most 40 elements. The bounds are what makes a bomb harmless: a document type
is refused (so there are no entities to expand or to fetch), and depth, elements, attributes and
names are counted.
"""

from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

DEPTH_MAX: Final = 4  # Envelope, Body, operation, parameter.
ELEMENTS_MAX: Final = 40
ATTRIBUTES_MAX: Final = 12  # Namespace declarations count as attributes.
NAME_LENGTH_MAX: Final = 200  # Characters, the namespace included.
ENCODINGS: Final = frozenset({"utf-8", "utf-16", "iso-8859-1", "windows-1252"})

# Expat before 2.6 reads a tag or comment that arrives in n pieces n times, and pyexpat goes on
# parsing to the end of the piece after a handler has refused. So: whatever fits goes in one piece,
# and of a larger document no piece may pass without a token ending in it.
_PIECE: Final = 256 * 1024
_TEXT_BUFFER: Final = 16 * 1024  # Far less text than a piece holds, however it is escaped.


class NotBounded(ValueError):
    """The bytes are not XML, or leave the bounds; `reason` is for a person and echoes nothing."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(slots=True)
class Element:
    """An element: its namespace ("" for none), local name, attributes, children and own text."""

    namespace: str
    name: str
    attributes: dict[str, str]  # By name as expat gives it: "namespace name", or the name alone.
    children: list["Element"] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list, repr=False)
    closed: bool = False

    @property
    def text(self) -> str:
        """The text directly inside, white space kept."""
        return "".join(self.pieces)


def read_tree(document: bytes) -> Element:
    """Return the root element of `document`.

    :raises NotBounded: whatever is wrong with it.
    """
    reader = _Reader()
    reader.feed(document, is_whole=True)
    assert reader.root is not None, "expat refuses a document without an element"
    return reader.root


def read_beginning(beginning: bytes) -> Element | None:
    """Return the tree as far as `beginning`, the first bytes of a document, goes.

    None if no element has begun. Elements that have ended are marked `closed`.

    :raises NotBounded: if what is there is wrong already.
    """
    reader = _Reader()
    reader.feed(beginning, is_whole=False)
    return reader.root


class _Reader:
    def __init__(self) -> None:
        self.root: Element | None = None
        self._open: list[Element] = []
        self._elements = 0
        self._declared = 0  # Namespaces declared by the tag that is being read.
        self._has_moved = False
        parser = self._parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.buffer_size = _TEXT_BUFFER
        parser.XmlDeclHandler = self._declaration
        parser.StartDoctypeDeclHandler = self._document_type
        parser.StartNamespaceDeclHandler = self._namespace
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text

    def feed(self, document: bytes, *, is_whole: bool) -> None:
        view = memoryview(document)
        try:
            for start in range(0, len(view) or 1, _PIECE):
                end = start + _PIECE
                self._has_moved = False
                self._parser.Parse(view[start:end], is_whole and end >= len(view))
                if not self._has_moved and end < len(view):
                    raise NotBounded("a tag or comment is far too long")
        except expat.ExpatError as error:
            raise NotBounded(f"it is not well-formed XML ({_sentence(error)})") from None

    def _declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        # Before pyexpat looks an encoding it does not know up in Python's codecs, which fail in
        # ways of their own.
        if encoding is not None and encoding.lower() not in ENCODINGS:
            raise NotBounded("its encoding is not supported")

    def _document_type(self, *_: object) -> None:
        raise NotBounded("it declares a document type")

    def _namespace(self, _prefix: str | None, uri: str | None) -> None:
        self._declared += 1
        if self._declared > ATTRIBUTES_MAX:
            raise NotBounded("an element has too many attributes")
        if uri and len(uri) > NAME_LENGTH_MAX:
            raise NotBounded("a name is too long")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._has_moved = True
        self._elements += 1
        if self._elements > ELEMENTS_MAX:
            raise NotBounded("it has too many elements")
        if len(self._open) >= DEPTH_MAX:
            raise NotBounded("its elements are nested too deep")
        if len(attributes) + self._declared > ATTRIBUTES_MAX:
            raise NotBounded("an element has too many attributes")
        self._declared = 0
        if len(name) > NAME_LENGTH_MAX or any(len(each) > NAME_LENGTH_MAX for each in attributes):
            raise NotBounded("a name is too long")
        namespace, _, local = name.rpartition(" ")
        element = Element(namespace, local, attributes)
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)

    def _end(self, _name: str) -> None:
        self._has_moved = True
        self._open.pop().closed = True

    def _text(self, text: str) -> None:
        self._has_moved = True
        self._open[-1].pieces.append(text)


def _sentence(error: expat.ExpatError) -> str:
    return f"{expat.ErrorString(error.code)}, line {error.lineno}"
