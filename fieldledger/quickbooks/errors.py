"""How the QuickBooks side says no: always a sentence for the person who asked."""

from collections.abc import Mapping


class NotPossible(Exception):
    """Not as things stand; the sentence says why and what to do first."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Mistaken(Exception):
    """Something that was given cannot be; `errors` holds sentences under their fields' names."""

    def __init__(self, errors: Mapping[str, list[str]]) -> None:
        self.errors = dict(errors)
        super().__init__(" ".join(sentence for each in self.errors.values() for sentence in each))
