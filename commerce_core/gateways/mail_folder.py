"""Mail into a folder, one .eml file each: for development, demonstrations and tests."""

import tempfile
from pathlib import Path

from attrs import frozen

from commerce_core.emails.errors import MailUnavailable
from commerce_core.emails.model import OutgoingMail
from commerce_core.gateways.mail_message import mail_message, message_id


@frozen
class MailFolder:
    """A way out that ends on this machine. A mail sent again replaces its file, so there is never a second one."""

    folder: Path
    sender: str

    def send(self, mail: OutgoingMail) -> str:
        """Write the mail whole or not at all, and return its Message-ID. Raises `MailRefused` or `MailUnavailable`."""
        content = mail_message(mail, self.sender).as_bytes()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self.folder, suffix=".part", delete=False) as file:
                file.write(content)
            Path(file.name).replace(self.folder / f"{mail.name}.eml")
        except OSError as error:
            raise MailUnavailable(f"{self.folder}: {error.strerror}") from error
        return message_id(mail, self.sender)
