"""Mail over SMTP."""

import contextlib
import smtplib
import ssl
from typing import Self
from urllib.parse import unquote, urlsplit

from attrs import field, frozen

from commerce_core.emails.errors import MailRefused, MailUnavailable
from commerce_core.emails.model import OutgoingMail
from commerce_core.gateways.mail_message import mail_message, message_id

_PORTS = {"smtp": 587, "smtps": 465}
_LOGIN_WANTED = {530, 534, 535, 538}
_HERE = {"localhost", "127.0.0.1", "::1"}


@frozen
class SmtpSender:
    """A way out through a mail server: TLS from the start (`smtps`), or by STARTTLS whenever the server offers it."""

    host: str
    port: int
    sender: str
    implicit_tls: bool = False
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    timeout: float = 8.0  # seconds, for each answer of the server

    @classmethod
    def at(cls, url: str, sender: str) -> Self:
        """By its address: `smtp://user:password@host:587`. Raises `ValueError`, without the password in it."""
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname:
            raise ValueError("a mail server's address is smtp://user:password@host:port, or smtps://…")
        return cls(
            host=parts.hostname,
            port=parts.port or _PORTS[parts.scheme],
            sender=sender,
            implicit_tls=parts.scheme == "smtps",
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
        )

    def send(self, mail: OutgoingMail) -> str:
        """Hand the mail to the server and return its Message-ID. Raises `MailRefused` or `MailUnavailable`."""
        message = mail_message(mail, self.sender)
        try:
            server = self._connected()
            try:
                server.send_message(message)
                with contextlib.suppress(
                    smtplib.SMTPException, OSError
                ):  # The mail is taken; how we part changes nothing.
                    server.quit()
            finally:
                server.close()
        except smtplib.SMTPRecipientsRefused as error:
            code, said = next(iter(error.recipients.values()))
            raise (MailRefused if _is_for_good(code, said) else MailUnavailable)(_told(code, said)) from error
        except smtplib.SMTPAuthenticationError as error:
            raise MailUnavailable(f"the server refuses us with {error.smtp_code}") from error  # Its words may quote us.
        except smtplib.SMTPResponseException as error:  # Of the sender or the content: ours to mend, then it goes out.
            raise MailUnavailable(_told(error.smtp_code, error.smtp_error)) from error
        except smtplib.SMTPNotSupportedError as error:
            raise MailRefused("the server takes no addresses outside of ASCII") from error
        except (smtplib.SMTPException, OSError) as error:
            raise MailUnavailable(type(error).__name__) from error
        return message_id(mail, self.sender)

    def _connected(self) -> smtplib.SMTP:
        secure = ssl.create_default_context()
        if self.implicit_tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout, context=secure)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=self.timeout)
        try:
            self._introduce(server, secure)
        except BaseException:
            server.close()
            raise
        return server

    def _introduce(self, server: smtplib.SMTP, secure: ssl.SSLContext) -> None:
        server.ehlo()
        encrypted = self.implicit_tls
        if not encrypted and server.has_extn("starttls"):
            server.starttls(context=secure)
            server.ehlo()
            encrypted = True
        if self.user is not None and self.password is not None:
            if not encrypted and self.host not in _HERE:
                raise MailUnavailable("the server offers no TLS, and a password is not sent in the clear")
            server.login(self.user, self.password)


def _is_for_good(code: int, said: bytes | str) -> bool:
    """Whether a recipient was refused for what it is: 5xx (RFC 5321, 4.2.1), unless the server means us.

    That is so when it wants a login first (530 and the like), or names a matter of policy (5.7.x, RFC 3463).
    """
    return code >= 500 and code not in _LOGIN_WANTED and not _told(code, said).partition(" ")[2].startswith("5.7.")


def _told(code: int, said: bytes | str) -> str:
    text = said.decode("ascii", "replace") if isinstance(said, bytes) else said
    return f"{code} {' '.join(text.split())}"[:200]
