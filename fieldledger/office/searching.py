"""Text as a search looks at it: without case and accents."""

import unicodedata


def fold(text: str) -> str:
    """Return `text` without case and accents: fold("Müller & SÖHNE") == "muller & sohne"."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in decomposed if not unicodedata.combining(each))
