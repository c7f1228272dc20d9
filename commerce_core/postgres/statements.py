"""Reads sql/: named statements, by feature. The format is told in sql/README.md."""

import re
from functools import cache
from typing import LiteralString

from commerce_core.postgres.files import sql_folder

_HEAD = re.compile(r"^-- name: ([a-z][a-z0-9_]*)$", re.MULTILINE)


@cache
def statements() -> dict[str, LiteralString]:
    """Every statement under its full name, `inventory.hold_stock`, the name standing in the text as its first comment.

    PostgreSQL keeps that comment, so its logs and statistics speak our names. The texts are constants of the program,
    which is why they may be called literal.
    """
    found: dict[str, LiteralString] = {}
    for file in sorted(sql_folder().glob("*.sql")):
        parts = _HEAD.split(file.read_text("utf-8"))
        if parts[0].strip():
            raise ValueError(f"{file.name}: text before the first '-- name:'")
        for name, body in zip(parts[1::2], parts[2::2], strict=True):
            full = f"{file.stem}.{name}"
            if full in found:
                raise ValueError(f"{full} stands twice in {file.name}")
            found[full] = f"/* {full} */ {_code(body)}"
    return found


def _code(body: str) -> str:
    lines = [line for line in body.strip().splitlines() if not line.lstrip().startswith("--")]
    return "\n".join(lines).strip().rstrip(";")
