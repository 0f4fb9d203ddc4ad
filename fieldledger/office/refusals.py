"""How the office says no: a sentence for each thing that is wrong, under the field's name."""

from collections.abc import Mapping

Errors = dict[str, list[str]]


class Refused(Exception):
    """What was asked cannot be saved as it is, and nothing was.

    `errors` holds plain sentences under the name of the field that each is about; a field of an
    invoice's line is named "lines.0.quantity", counted from 0.
    """

    def __init__(self, errors: Mapping[str, list[str]]) -> None:
        self.errors: Errors = dict(errors)
        super().__init__(" ".join(sentence for each in errors.values() for sentence in each))


def refusal(field: str, sentence: str) -> Refused:
    """Return a refusal about one field."""
    return Refused({field: [sentence]})
