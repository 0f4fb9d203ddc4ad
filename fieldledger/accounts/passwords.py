"""What a person's password may be: length is all; no rules of composition."""

from django.core.exceptions import ValidationError

from fieldledger.accounts.models import User

LENGTH_MAX = 128


class MaximumLengthValidator:
    """Refuses what would only make the hash work hard."""

    def validate(self, password: str, user: User | None = None) -> None:  # noqa: ARG002 - Django gives it.
        """Check a new password.

        :raises ValidationError: if it is too long.
        """
        if len(password) > LENGTH_MAX:
            raise ValidationError(f"The password is longer than {LENGTH_MAX} characters.")

    def get_help_text(self) -> str:
        """Return the rule."""
        return f"At most {LENGTH_MAX} characters."
