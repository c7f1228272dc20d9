"""What the documents show is so: Python runs, commands exist, addresses are routes, links lead somewhere."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adapters_cli.main import app
from adapters_http.app import routes
from commerce_core import Commerce

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "sql" / "README.md"])
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
ADDRESS = re.compile(r"(?:(?<=\$shop)|(?<![\w.]))/(?:v1|health|docs|openapi\.json)[\w/{}<>.-]*")


def blocks(document: Path, *languages: str) -> list[str]:
    """The code of a document in these languages."""
    return [code for language, code in BLOCK.findall(document.read_text("utf-8")) if language in languages]


def commands() -> list[tuple[str, str]]:
    """Every call of `commerce` in the documents: in a shell block, or between backticks."""
    found = []
    for document in DOCUMENTS:
        lines = [line for code in blocks(document, "sh") for line in code.splitlines()]
        lines += re.findall(r"`(commerce [^`]+)`", document.read_text("utf-8"))
        found += [(document.name, line.split("#")[0].strip()) for line in lines if line.startswith("commerce ")]
    return sorted(set(found))


@pytest.mark.parametrize("document", [d for d in DOCUMENTS if blocks(d, "python")], ids=lambda document: document.name)
def test_the_python_of_a_document_runs(document: Path, empty_database_url: str, tmp_path: Path) -> None:
    script = tmp_path / "document.py"
    script.write_text("\n".join(blocks(document, "python")), "utf-8")
    environ = {**os.environ, "DATABASE_URL": empty_database_url, "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(
        [sys.executable, "-W", "error", str(script)],
        cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    if document.name == "README.md":
        promised = re.search(r"It prints `([^`]+)`", document.read_text("utf-8"))
        assert promised
        assert ran.stdout.strip() == promised[1]


@pytest.mark.parametrize(("document", "line"), commands())
def test_a_command_in_a_document_exists_with_its_options(document: str, line: str) -> None:
    asked = CliRunner().invoke(app, [*shlex.split(line)[1:], "--help"])
    assert asked.exit_code == 0, f"{document}: {line}\n{asked.output}"
    assert "Usage" in asked.output


def test_every_make_target_in_a_document_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    shown = {
        target
        for document in DOCUMENTS
        for text in [*blocks(document, "sh"), *re.findall(r"`(make [^`]+)`", document.read_text("utf-8"))]
        for target in re.findall(r"(?:^|\s)make ([a-z-]+)", text)
    }
    assert shown <= targets


def test_every_address_in_a_document_is_a_route(shop: Commerce) -> None:
    templates = [re.compile(re.sub(r"{\w+}", "[^/]+", template)) for template in routes(shop)]
    unknown = {
        f"{document.name}: {address}"
        for document in DOCUMENTS
        for address in ADDRESS.findall(document.read_text("utf-8"))
        if address != "/v1" and not any(template.fullmatch(address.rstrip(".")) for template in templates)
    }
    assert not unknown


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_the_links_of_a_document_lead_somewhere(document: Path) -> None:
    assert [link for link in LINK.findall(document.read_text("utf-8")) if not (document.parent / link).exists()] == []


def test_the_site_shows_every_page() -> None:
    shown = set(re.findall(r"^  - .*: (\S+\.md)$", (ROOT / "mkdocs.yml").read_text("utf-8"), re.MULTILINE))
    assert shown == {page.name for page in (ROOT / "docs").glob("*.md")}
