"""Figures of a report as files of their own, which follow the reader's light or dark scheme.

    python -m benchmarks.page_figures EXPERIMENT FOLDER NAME [NAME ...]

Reads var/reports/EXPERIMENT/index.html and writes FOLDER/EXPERIMENT-NAME.svg for each figure named
(without a name it lists them), with the colours of the page's style sheet written in.
"""

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from tickertone.workspace import Workspace

_FIGURE = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
_COLOUR = re.compile(r"(--[a-z]+):\s*(#[0-9a-f]{3,8})")


def figures(page: str) -> dict[str, str]:
    """Name -> element of each figure of a page: its ids begin with its name."""
    found = {}
    for svg in _FIGURE.findall(page):
        name = re.search(r'\bid="([a-z0-9_-]+?)-figure_1"', svg)
        if name:
            found[name[1]] = svg
    return found


def standalone(svg: str, page: str) -> str:
    """The element as a document of its own; raises SystemExit if the page has no colours."""
    light, _, rest = page.partition("prefers-color-scheme: dark")
    schemes = [dict(_COLOUR.findall(part)) for part in (light, rest.partition("}")[0])]
    if not all(schemes):
        raise SystemExit("the page's style sheet does not give colours for both schemes")
    first, second = (";".join(f"{k}:{v}" for k, v in scheme.items()) for scheme in schemes)
    style = f"svg{{{first}}}@media(prefers-color-scheme:dark){{svg{{{second}}}}}"
    opening = svg[: svg.index(">") + 1]
    if "xmlns=" not in opening:
        opening = opening.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
    return f"{opening}<style>{style}</style>{svg[svg.index('>') + 1 :]}\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the figures that are named."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.page_figures")
    parser.add_argument("experiment")
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*")
    asked = parser.parse_args(arguments)
    page = Workspace.find().report_page(asked.experiment).read_text(encoding="utf-8")
    found = figures(page)
    if not asked.names or {*asked.names} - {*found}:
        print("\n".join(found))
        return 0 if not asked.names else 2
    asked.folder.mkdir(parents=True, exist_ok=True)
    for name in asked.names:
        target = asked.folder / f"{asked.experiment}-{name}.svg"
        target.write_text(standalone(found[name], page), encoding="utf-8")
        print(target)
    return 0


if __name__ == "__main__":
    sys.exit(main())
