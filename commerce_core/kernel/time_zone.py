"""Where days begin: time zones by their names."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def time_zone(name: str) -> ZoneInfo:
    """The time zone of this name, `Europe/Paris`. Raises `ValueError` for a name that the IANA database lacks."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError, UnicodeEncodeError) as error:  # A folder of zones is an OSError.
        raise ValueError(f"not a time zone: {name!r}") from error
