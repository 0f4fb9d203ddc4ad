"""Send an invoice by mail: its PDF, handed to the mail server while the person waits.

A letter is claimed before it is sent and noted after: the same form sent twice, in two browsers or
by two servers, is one letter. Its Message-ID is the same at every try, so that a server killed
between the mail server's yes and our own note makes no second letter where mail is read.
"""

import datetime as dt
import smtplib
from collections.abc import Mapping
from email.utils import parseaddr, quote
from typing import Any, Final
from uuid import UUID, uuid5

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import Q

from fieldledger.accounts.services import audit
from fieldledger.office.fields import Reader, email, read_values, text
from fieldledger.office.invoice_letter import InvoiceLetter
from fieldledger.office.models import Invoice
from fieldledger.office.refusals import Errors, Refused, refusal

MAILED: Final = "mail invoice"  # In the audit trail; its details name the letter.
MAY_BE_MAILED: Final = "mail invoice: outcome unknown"  # As well.
SUBJECT_LENGTH_MAX: Final = 200
TEXT_LENGTH_MAX: Final = 10_000
NO_MAIL_SERVER: Final = (
    "No mail server is set up, so nothing can be sent from here. Whoever runs Fieldledger sets"
    " FIELDLEDGER_SMTP_URL and starts it again; until then download the PDF and send it yourself."
)
# The address of a made-up client may be somebody's.
IN_TRAINING: Final = "This is training: no mail leaves it, so nothing is sent."
VOID: Final = "This invoice is void: nothing is owed on it, so it is not sent."
_ANSWER_WITHIN_S: Final = 10  # For each of the some eight answers of the mail server.
_CLAIMED_FOR: Final = dt.timedelta(minutes=3)
_FOR_EVER: Final = 500  # From here on the mail server will never take it: RFC 5321, 4.2.1.
_GENERAL: Final = "letter"  # The name of what is wrong with no field.

_READERS: Final[Mapping[str, Reader]] = {
    "to": email("The address"),
    "subject": text("The subject", SUBJECT_LENGTH_MAX, required=True),
    "text": text("The text", TEXT_LENGTH_MAX, required=True, lines=True),
}


class _Unknown(Refused):
    """The mail server may have taken the letter, or not."""


def send_invoice(
    *,
    invoice: Invoice,
    values: Mapping[str, str],
    token: UUID,
    attachment: tuple[str, bytes],
    reply_to: str,
    now: dt.datetime,
    actor: str,
) -> bool:
    """Send the letter that `values` say: to, subject and text; return whether it went just now.

    `token` is the form's: what it says goes once, and False says that it went before. `attachment`
    is a file's name and the PDF in it; answers go to `reply_to`.

    :raises Refused: if it cannot be sent as it is, or was not taken; the name "letter" stands for
        what is wrong with none of the values.
    """
    if invoice.voided:
        raise refusal(_GENERAL, VOID)
    if invoice.business.is_training:
        raise refusal(_GENERAL, IN_TRAINING)
    if not settings.MAIL_SERVER_GIVEN:
        raise refusal(_GENERAL, NO_MAIL_SERVER)
    said = _read(values)
    # What is changed after a first letter is a letter of its own, though the form is the same.
    guid = uuid5(token, "\0".join([str(invoice.guid), *said.values()]))
    letter, _ = InvoiceLetter.objects.get_or_create(
        guid=guid, defaults={"invoice": invoice, "recipient": said["to"]}
    )
    if letter.sent_at is None and not _claim(letter, now):
        letter.refresh_from_db()
        if letter.sent_at is None:
            raise refusal(
                _GENERAL,
                "This letter is being sent right now. If the invoice’s history does not name it"
                " in a few minutes, send it again from here: it will not go twice.",
            )
    if letter.sent_at is not None:
        return False
    try:
        _hand_over(_message(invoice, said, guid, attachment, reply_to))
    except _Unknown:
        _note(letter, MAY_BE_MAILED, None, now=now, actor=actor)
        raise
    except Refused:
        InvoiceLetter.objects.filter(pk=letter.pk).update(claimed_until=None)
        raise
    _note(letter, MAILED, now, now=now, actor=actor)
    return True


def _note(
    letter: InvoiceLetter, action: str, sent_at: dt.datetime | None, *, now: dt.datetime, actor: str
) -> None:
    """Keep what became of a letter, in its row and in the audit trail."""
    with transaction.atomic():
        InvoiceLetter.objects.filter(pk=letter.pk).update(claimed_until=None, sent_at=sent_at)
        audit(
            business=letter.invoice.business,
            actor=actor,
            action=action,
            subject=str(letter.invoice.guid),
            now=now,
            details={"letter": str(letter.guid)},
        )


def _read(values: Mapping[str, str]) -> dict[str, str]:
    errors: Errors = {}
    taken = read_values(_READERS, {name: values.get(name, "") for name in _READERS}, errors)
    if taken.get("to") == "":
        errors["to"] = ["The address is missing."]
    if errors:
        raise Refused(errors)
    return {name: str(value) for name, value in taken.items()}


def _claim(letter: InvoiceLetter, now: dt.datetime) -> bool:
    """Take the letter, unless it is taken; the claim of a server that died ends by itself."""
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    unclaimed = InvoiceLetter.objects.filter(free, pk=letter.pk, sent_at=None)
    return bool(unclaimed.update(claimed_until=now + _CLAIMED_FOR))


def _message(
    invoice: Invoice,
    said: Mapping[str, str],
    guid: UUID,
    attachment: tuple[str, bytes],
    reply_to: str,
) -> EmailMessage:
    address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    name = quote(" ".join(invoice.business.name.split()))
    message = EmailMessage(
        subject=said["subject"],
        body=said["text"],
        from_email=f'"{name}" <{address}>',
        to=[said["to"]],
        reply_to=[reply_to] if reply_to else [],
        headers={"Message-ID": f"<{guid}@{address.rpartition('@')[2]}>"},
    )
    message.attach(*attachment, "application/pdf")
    return message


def _hand_over(message: EmailMessage) -> None:
    """Give the message to the mail server.

    :raises Refused: if the mail server did not say that it took it.
    """
    server: Any = get_connection(fail_silently=False, timeout=_ANSWER_WITHIN_S)
    message.connection = server
    try:
        try:
            server.open()
        except smtplib.SMTPAuthenticationError as error:
            raise _refused("refuses the name or password of FIELDLEDGER_SMTP_URL", error) from error
        except smtplib.SMTPResponseException as error:
            raise _refused("refuses us", error) from error
        except OSError as error:  # Of smtplib's own errors, too.
            raise refusal(
                _GENERAL,
                "The mail server cannot be reached, so nothing was sent. Try again in a while; if"
                " it stays so, whoever runs Fieldledger looks at FIELDLEDGER_SMTP_URL.",
            ) from error
        _say(server, message)
    finally:
        server.close()


def _say(server: Any, message: EmailMessage) -> None:
    try:
        server.send_messages([message])
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        raise refusal("to", f"The mail server does not take it: {_words(code, words)}") from error
    except smtplib.SMTPResponseException as error:
        raise _refused("did not take the letter", error) from error
    except OSError as error:
        sentence = (
            "The mail server went silent before it said yes, so the letter may have gone or not."
            " Send it again as it is: most mail programs show a letter that comes twice once."
        )
        raise _Unknown({_GENERAL: [sentence]}) from error
    except (
        ValueError
    ) as error:  # No header can hold it: BadHeaderError, or an address that is none.
        raise refusal(
            "to", "No letter can go to this address. Write it like ann@example.com."
        ) from (error)


def _refused(did: str, error: smtplib.SMTPResponseException) -> Refused:
    words = _words(error.smtp_code, error.smtp_error)
    return refusal(_GENERAL, f"The mail server {did}, so nothing was sent: {words}")


def _words(code: int, said: bytes | str) -> str:
    """Return what the mail server said, and what to do about it."""
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    then = "" if code >= _FOR_EVER else " Try again in a while."
    return f"“{code} {' '.join(words.split())[:200]}”.{then}"
