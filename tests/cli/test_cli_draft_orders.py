"""`commerce draft-orders`: from the telephone to the money."""

from pathlib import Path
from typing import Any

HOME = ("--name", "Zoe", "--line1", "1 Quay", "--city", "Paris", "--country", "FR")


def test_a_draft_goes_all_its_way(commerce: Any, mugs: Path) -> None:
    assert mugs
    begun = commerce("draft-orders", "create", "--item", "MUG-W=2@10%", "--email", "zoe@example.com", "--json")
    assert (begun.code, begun.err) == (0, "")
    draft = begun.value["id"]
    assert begun.value["items"][0]["discount"] == {"reason": "Discount", "percent": "10", "amount": None}
    changed = commerce(
        "draft-orders", "change", draft, *HOME, "--discount", "1.00", "--reason", "Loyal",
        "--shipping-title", "By bike", "--shipping-price", "1.50", "--json",
    )  # fmt: skip
    assert changed.value["total"]["amount"] == 2000 - 200 - 100 + 150
    assert commerce("draft-orders", "hold", draft, "--hours", "5", "--json").value["held_until"]
    assert commerce("draft-orders", "release", draft, "--json").value["held_until"] is None
    placed = commerce("draft-orders", "place", draft, "--manual", "--json").value["order"]
    assert (placed["status"], placed["pay_url"].partition("#")[0]) == ("PENDING_PAYMENT", f"/orders/{placed['id']}")
    assert commerce("orders", "mark-received", placed["number"]).code == 0
    assert "PLACED" in commerce("draft-orders", "list").out
    assert "PAID" in commerce("draft-orders", "show", draft).out
    assert commerce("draft-orders", "delete", draft).code != 0


def test_a_draft_is_thrown_away_and_what_cannot_be_read_is_refused(commerce: Any, mugs: Path) -> None:
    assert mugs
    draft = commerce("draft-orders", "create", "--json").value["id"]
    for said in (("--item", "MUG-W"), ("--item", "MUG-W=1@x%"), ("--discount", "much"), ("--item", "NONE=1")):
        assert commerce("draft-orders", "change", draft, *said).code != 0
    assert commerce("draft-orders", "show", draft, "--json").value["version"] == 2
    assert commerce("draft-orders", "delete", draft).code == 0
    assert commerce("draft-orders", "show", draft).code != 0
