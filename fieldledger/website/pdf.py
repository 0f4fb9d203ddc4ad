"""Paper for PDFs: one look, one font whose letters are embedded, and a word about what it lacks."""

import datetime as dt
import unicodedata
from importlib.resources import files
from pathlib import Path
from typing import Final

from fpdf import FPDF
from fpdf.enums import Align, XPos, YPos
from fpdf.fonts import TTFFont

MARGIN_MM: Final = 18.0
FONT: Final = "fira"
_FILES: Final = Path(str(files("fontpkg_fira_sans"))) / "files"
_MISSING: Final = "?"  # Stands for a character that the font has not; a note says which it is.
_RULE: Final = 170
_SOFT: Final = 95  # A grey that still has a contrast of 6:1 on white.


class Paper(FPDF):
    """Letter pages with our font, numbered; what it cannot print is noted and never lost unseen."""

    def __init__(
        self, *, title: str, author: str, at: dt.datetime, is_landscape: bool = False
    ) -> None:
        super().__init__(
            orientation="landscape" if is_landscape else "portrait",
            format="letter",  # As offices in the United States print.
        )
        self.add_font(FONT, fname=_FILES / "FiraSans-Regular.ttf")
        self.add_font(FONT, style="B", fname=_FILES / "FiraSans-Bold.ttf")
        self.set_font(FONT, size=10)
        self.set_draw_color(_RULE)
        self.set_margin(MARGIN_MM)
        self.set_auto_page_break(auto=True, margin=MARGIN_MM + 6)
        self.set_title(title)
        self.set_author(author)
        self.set_lang("en-US")
        self.set_creation_date(at)
        self.missing: dict[str, None] = {}
        self.foot = f"{title} · {author}"

    def printable(self, text: str) -> str:
        """Return the text with a mark for each character that the font has not."""
        font = self.fonts[FONT]
        assert isinstance(font, TTFFont)
        shown = []
        for character in unicodedata.normalize("NFC", text):
            if character.isspace() or ord(character) in font.cmap:
                shown.append(character)
            else:
                self.missing.setdefault(character)
                shown.append(_MISSING)
        return "".join(shown)

    def say(
        self,
        text: str,
        *,
        width: float = 0,
        size: float = 10,
        bold: bool = False,
        soft: bool = False,
        align: Align = Align.L,
    ) -> None:
        """Write a paragraph from where the pen is, and go to the line below it.

        `width` is in millimetres; without one it reaches to the margin.
        """
        self.set_font(FONT, style="B" if bold else "", size=size)
        self.set_text_color(_SOFT if soft else 0)
        self.multi_cell(
            width,
            size * 0.5,
            self.printable(text),
            align=align,
            new_x=XPos.LEFT,
            new_y=YPos.NEXT,
        )
        self.set_text_color(0)

    def note_missing(self) -> None:
        """Say which characters stand as marks, so that nobody takes the marks for the text."""
        if not self.missing:
            return
        names = ", ".join(
            f"U+{ord(each):04X} {unicodedata.name(each, 'without a name').lower()}"
            for each in self.missing
        )
        self.ln(8)
        self.say(
            f"A “{_MISSING}” may stand for a character that this font does not have: {names}.",
            size=8,
            soft=True,
        )

    def footer(self) -> None:
        """Number the pages."""
        self.set_y(-MARGIN_MM)
        self.set_x(MARGIN_MM)
        self.say(f"{self.foot} · page {self.page_no()}", size=8, soft=True)
