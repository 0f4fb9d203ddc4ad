"""Hand letters that are due to the mail server, and try again later where it took none.

Any number of programs may do this on one database: each letter is claimed before it is sent, and
the claim of a program that died ends by itself. A letter has the same Message-ID at every try, so
that a program killed between the mail server's yes and our own note makes no second letter where
mail is read.
"""

import datetime as dt
import smtplib
from email.utils import parseaddr
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db.models import F

from fieldledger.quickbooks.letter_rows import Letter

SENT_AT_ONCE: Final = 20
_CLAIMED_FOR: Final = dt.timedelta(minutes=2)
RETRY_AFTER: Final = (
    dt.timedelta(seconds=5),
    dt.timedelta(minutes=1),
    dt.timedelta(minutes=5),
    dt.timedelta(minutes=30),
    dt.timedelta(hours=2),
    dt.timedelta(hours=8),
    dt.timedelta(hours=24),
)
# The mail server will never take it: RFC 5321, 4.2.1.
_FOR_EVER: Final = range(500, 600)


def send_due(*, now: dt.datetime) -> int:
    """Send what is due, the oldest first; return how many the mail server took.

    After one that failed, the others wait for the next round: it is mostly the server.
    """
    # Nothing leaves training; none is written there either: see notices.look.
    due = Letter.objects.filter(due_at__lte=now, connection__business__learner=None)
    due = due.select_related("membership__user")
    taken = 0
    for letter in due.order_by("due_at", "pk")[:SENT_AT_ONCE]:
        if not _claim(letter, now):
            continue
        letter.last_error, is_final = _send(letter)
        if not letter.last_error:
            taken += 1
            letter.due_at, letter.sent_at = None, now
        elif is_final or letter.tries > len(RETRY_AFTER):
            letter.due_at = None
        else:
            letter.due_at = now + RETRY_AFTER[letter.tries - 1]
        letter.save(update_fields=["due_at", "sent_at", "last_error"])
        if letter.last_error and not is_final:
            break
    return taken


def _claim(letter: Letter, now: dt.datetime) -> bool:
    unclaimed = Letter.objects.filter(pk=letter.pk, due_at=letter.due_at)
    claimed = unclaimed.update(due_at=now + _CLAIMED_FOR, tries=F("tries") + 1)
    letter.tries += claimed
    return bool(claimed)


def _send(letter: Letter) -> tuple[str, bool]:
    """Return why the mail server did not take it, "" if it did; and whether that is for ever."""
    host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    message = EmailMessage(
        subject=" ".join(letter.subject.split()),
        body=letter.body,
        to=[letter.membership.user.email],
        headers={"Message-ID": f"<{letter.guid}@{host}>", "Auto-Submitted": "auto-generated"},
        connection=get_connection(fail_silently=False),
    )
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        codes = {code for code, _ in error.recipients.values()}
        return f"refused: {min(codes)}", all(code in _FOR_EVER for code in codes)
    except smtplib.SMTPResponseException as error:
        return f"{type(error).__name__}: {error.smtp_code}", False
    except (smtplib.SMTPException, OSError) as error:
        return type(error).__name__, False
    except ValueError as error:  # An address that no letter can have: a try changes nothing.
        return type(error).__name__, True
    return "", False
