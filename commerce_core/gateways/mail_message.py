"""A mail as bytes on the wire: RFC 5322 and MIME."""

from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, parseaddr

from commerce_core.emails.errors import MailRefused
from commerce_core.emails.model import OutgoingMail
from commerce_core.kernel.text import email_error


def mail_message(mail: OutgoingMail, sender: str) -> EmailMessage:
    """The message for one mail, plain text first and HTML as its richer form. Raises `MailRefused`.

    Header values are set through the typed header classes, which refuse a line break, and the recipient is one plain
    address: nothing that a buyer typed can add a header or a second recipient.
    """
    name, address = parseaddr(sender)
    if email_error("", mail.to):
        raise MailRefused("the recipient is not an e-mail address")
    user, _, domain = mail.to.rpartition("@")
    message = EmailMessage(policy=SMTP if (mail.to + address).isascii() else SMTPUTF8)
    try:
        message["From"] = Address(name, addr_spec=address)
        message["To"] = Address(username=user, domain=domain)
        message["Subject"] = mail.content.subject
    except (ValueError, MessageError) as error:
        raise MailRefused("the sender or the subject cannot stand in a header") from error
    message["Message-ID"] = message_id(mail, sender)
    message["Date"] = format_datetime(mail.queued_at)
    message["Content-Language"] = mail.locale.value
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office replies, please
    message.set_content(mail.content.text)
    message.add_alternative(mail.content.html, subtype="html")
    return message


def message_id(mail: OutgoingMail, sender: str) -> str:
    """The same for every attempt at this mail, so that a mailbox can show a repeat once."""
    return f"<{mail.name}@{parseaddr(sender)[1].rpartition('@')[2]}>"
