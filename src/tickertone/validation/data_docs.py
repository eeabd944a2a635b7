"""Data Docs: the suites of a context and what came of them, as static HTML in a folder.

Great Expectations' own index draws its tables with scripts from the network and is empty without
one. So every check, ours as well, stands above it in plain HTML, with links to the other pages.
The folder is kept packed, so that it can be published again without the run that made it.
"""

import os
import shutil
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tickertone.validation.checks import Check

_SITE = "pages"
_FINGERPRINT = ".fingerprint"  # says which validation the pages in a folder are of
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the first date that a zip can hold


def write_data_docs(context: Any, folder: Path, title: str, checks: Iterable[Check]) -> Path:
    """Replace `folder` by the pages of all that ran in `context`; returns the index page.

    A reader never sees half of them.
    """
    with _replacing(folder) as draft:
        _build(context, draft)
        _put_above(draft / "index.html", _overview(draft, title, checks))
    return folder / "index.html"


def pack_data_docs(folder: Path, packed: Path) -> Path:
    """Zip the pages of a folder, and return the zip; the same pages give the same bytes."""
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _LONG_AGO)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return packed


def publish_data_docs(packed: Path, folder: Path, fingerprint: str) -> None:
    """Replace `folder` by the pages in `packed`, unless they are there already.

    `fingerprint` is that of the validation which they are of.
    """
    mark = folder / _FINGERPRINT
    if mark.is_file() and mark.read_text(encoding="utf-8") == fingerprint:
        return
    with _replacing(folder) as draft:
        with zipfile.ZipFile(packed) as archive:
            archive.extractall(draft)
        (draft / _FINGERPRINT).write_text(fingerprint, encoding="utf-8")


def differs(packed: Path, folder: Path, fingerprint: str) -> str:
    """The first published file that is not as `publish_data_docs` would put it there, or ""."""
    with zipfile.ZipFile(packed) as archive:
        expected = {name: archive.read(name) for name in archive.namelist()}
    expected[_FINGERPRINT] = fingerprint.encode()
    shown = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()}
    for name in sorted(expected.keys() | shown.keys()):
        if name not in shown or name not in expected or shown[name].read_bytes() != expected[name]:
            return name
    return ""


@contextmanager
def _replacing(folder: Path) -> Iterator[Path]:
    """An empty folder beside `folder`, which takes its place if no exception comes."""
    draft = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        yield draft
        shutil.rmtree(folder, ignore_errors=True)
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _build(context: Any, folder: Path) -> None:
    context.add_data_docs_site(
        site_name=_SITE,
        site_config={
            "class_name": "SiteBuilder",
            "show_how_to_buttons": False,
            "store_backend": {
                "class_name": "TupleFilesystemStoreBackend",
                "base_directory": str(folder.resolve()),
            },
            "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
        },
    )
    context.build_data_docs(site_names=[_SITE])


def _put_above(page: Path, html: str) -> None:
    """Insert `html` at the top of a page's body."""
    head, body, rest = page.read_text(encoding="utf-8").partition("<body>")
    page.write_text(f"{head}{body}\n{html}\n{rest}", encoding="utf-8")


def _overview(folder: Path, title: str, checks: Iterable[Check]) -> str:
    rows = "\n".join(
        f"<tr><td>{_verdict(c)}</td><td>{escape(c.check)}</td><td>{escape(c.detail)}</td></tr>"
        for c in checks
    )
    pages = sorted(path.relative_to(folder).as_posix() for path in folder.glob("*/**/*.html"))
    links = "\n".join(
        f'<li><a href="{quote(page)}">{page.split("/")[0]}: {escape(Path(page).stem)}</a></li>'
        for page in pages
    )
    return (
        f'<main style="padding: 1em"><h1>Data quality of {escape(title)}</h1>\n'
        '<table border="1" cellpadding="4" style="border-collapse: collapse">\n'
        f"<tr><th>result</th><th>check</th><th>detail</th></tr>\n{rows}\n</table>\n"
        f"<ul>\n{links}\n</ul></main>"
    )


def _verdict(check: Check) -> str:
    if check.broken:
        return "not judged"
    return "passed" if check.success else f"failed ({check.severity})"
