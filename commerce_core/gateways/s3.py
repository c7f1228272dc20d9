"""Pictures in a bucket: Amazon S3, and whatever speaks like it (R2, MinIO)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from attrs import field, frozen

from commerce_core.kernel.transaction import must_be_outside_transaction
from commerce_core.media.errors import MediaUnavailable
from commerce_core.media.formats import PictureType
from commerce_core.media.model import Ticket

_FOR_EVER = "public, max-age=31536000, immutable"  # A key never gets another content once it was given out.


@frozen
class S3Media:
    """Keeps pictures under `media/`, for everybody to read, and what has just arrived under `uploads/`, for nobody.

    `endpoint` None is Amazon itself; without keys boto3 looks where it always looks (environment, instance role).
    `public_url` is where readers find the bucket, such as a CDN; without one, the bucket's own address.
    """

    bucket: str
    endpoint: str | None = None
    region: str = "us-east-1"
    access_key: str | None = field(default=None, repr=False)
    secret_key: str | None = field(default=None, repr=False)
    public_url: str | None = None

    def address(self, key: str) -> str:
        """Where a picture is served."""
        return f"{self._base}/{key}"

    def owns(self, address: str) -> bool:
        """Whether a picture is in this bucket."""
        return address.startswith(f"{self._base}/media/")

    def put(self, key: str, content: bytes, kind: PictureType) -> None:
        """Keep a file. S3 shows it whole or not at all."""
        with _reaching():
            self._client.put_object(
                Bucket=self.bucket, Key=key, Body=content, ContentType=kind.value, CacheControl=_FOR_EVER
            )

    def get(self, key: str, limit: int) -> bytes | None:
        """The first bytes of a file. No more of it is asked for, however large somebody made it."""
        with _reaching():
            try:
                found = self._client.get_object(Bucket=self.bucket, Key=key, Range=f"bytes=0-{limit - 1}")
            except self._client.exceptions.NoSuchKey:
                return None
            except self._client.exceptions.ClientError as error:
                if error.response["Error"]["Code"] == "InvalidRange":  # There is not even a first byte.
                    return b""
                raise
            with found["Body"] as body:
                content: bytes = body.read(limit)
        return content

    def delete(self, key: str) -> None:
        """Erase a file."""
        with _reaching():
            self._client.delete_object(Bucket=self.bucket, Key=key)

    def ticket(self, key: str, kind: PictureType, size: int, lasts: timedelta) -> Ticket:
        """A PUT signed by Signature Version 4: for this key, this type and this many bytes, and nothing else."""
        with _reaching():
            url = self._client.generate_presigned_url(
                "put_object",
                Params={"Bucket": self.bucket, "Key": key, "ContentType": kind.value, "ContentLength": size},
                ExpiresIn=int(lasts.total_seconds()),
            )
        return Ticket("PUT", url, {"Content-Type": kind.value}, datetime.now(UTC).replace(microsecond=0) + lasts)

    @cached_property
    def _base(self) -> str:
        if self.public_url:
            return self.public_url.rstrip("/")
        if self.endpoint:
            return f"{self.endpoint.rstrip('/')}/{self.bucket}"
        return f"https://{self.bucket}.s3.{self.region}.amazonaws.com"

    @cached_property
    def _client(self) -> Any:
        from boto3.session import Session  # noqa: PLC0415 - half a second that a shop without a bucket need not wait
        from botocore.config import Config  # noqa: PLC0415

        config = Config(
            signature_version="s3v4",
            s3={"addressing_style": "path" if self.endpoint else "virtual"},
            connect_timeout=3,
            read_timeout=10,
            retries={"mode": "standard", "total_max_attempts": 2},
            # Checksums of newer kinds are refused by R2 and older MinIOs, and would have to be known before signing.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        return Session().client(
            "s3",
            endpoint_url=self.endpoint,
            region_name=self.region,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            config=config,
        )


@contextmanager
def _reaching() -> Iterator[None]:
    """Raises `MediaUnavailable` for whatever goes wrong on the way to the bucket, or there."""
    must_be_outside_transaction()
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - as above

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise MediaUnavailable from error
