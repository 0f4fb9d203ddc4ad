"""Sums and differences of money in the database, to the cent on each of them.

SQLite keeps and adds money as floats: there 0.03 - 0.01 is less than 0.02, and 1250.35 - 1200.00 is
not 50.35. Rounded to the cent it is what PostgreSQL's exact numbers are, for amounts far beyond any
that a column here may hold.
"""

from typing import Any

from django.db.models import DecimalField, Func


class Cents(Func):
    """An amount rounded to the cent; its digits stand in the SQL, so that an index can say it."""

    template = "ROUND(%(expressions)s, 2)"

    def __init__(self, expression: Any, **extra: Any) -> None:
        extra.setdefault("output_field", DecimalField(max_digits=19, decimal_places=2))
        super().__init__(expression, **extra)
