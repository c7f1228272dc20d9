"""Pictures that are in our hands already."""

from attrs import frozen

from commerce_core.media.model import content_key, inspect
from commerce_core.media.ports import Media


@frozen
class Pictures:
    """Keeps pictures under names that tell their content: the same content always has the same address."""

    media: Media

    def address(self, name: str, content: bytes) -> str:
        """Where this picture is served once it is stored. Raises `PictureRefused`."""
        return self.media.address(content_key(name, content, inspect(name, content).type))

    def store(self, name: str, content: bytes) -> str:
        """Keep the picture and return its address. Storing it again changes nothing.

        Raises `PictureRefused` or `MediaUnavailable`.
        """
        kind = inspect(name, content).type
        key = content_key(name, content, kind)
        self.media.put(key, content, kind)
        return self.media.address(key)

    def is_elsewhere(self, address: str) -> bool:
        """Whether a picture at this address is on the web and not kept here."""
        return address.lower().startswith(("https://", "http://")) and not self.media.owns(address)
