"""The page about the staff shows the matrix as it is."""

from pathlib import Path

from commerce_core.access.model import MATRIX, Permission, Role
from tests.house.generated import must_hold, table

PAGE = Path(__file__).parents[2] / "docs" / "staff.md"


def test_the_page_shows_what_each_role_may() -> None:
    rows = [(f"`{one}`", *("yes" if role in MATRIX.get(one, ()) else "" for role in Role)) for one in Permission]
    must_hold(PAGE, "roles", table(("permission", *Role), rows))
