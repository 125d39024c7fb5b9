"""What the documents are made of: fenced blocks, headings, links, and the marks that say why a block is not run."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RUN = ("sh", "python", "js")
ANSWERS = ("json", "text")
# `<!-- not run here: it needs a second machine -->` on the line before a block.
MARK = re.compile(r"<!-- not run here: (.+?) -->")
FENCE = re.compile(r"^(```+)(\w*)\s*$")
# What somebody would type; such a line outside of a block would never be tried.
COMMAND = re.compile(
    r"^ {4}(?:\$ )?(?:\w+=\S+ )*(?:curl|flask|make|python3?|docker|systemctl|nginx|pip|node|sudo|\.venv)\b"
)


@dataclass
class Block:
    """`line` is that of its first fence. `reason` says why it is not run; `answer` is the block that shows its output."""

    page: str
    line: int
    language: str
    text: str
    reason: str | None = None
    answer: "Block | None" = None

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def list_pages() -> list[Path]:
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def read_blocks(page: Path) -> list[Block]:
    """In order. An answer is taken for one when nothing but blank lines stands between it and what was run."""
    blocks: list[Block] = []
    before: list[str] = []
    lines = enumerate(page.read_text().splitlines(), 1)
    for number, line in lines:
        if fence := FENCE.match(line):
            block = Block(name_of(page), number, fence[2], "\n".join(read_until(fence[1], lines)))
            said = [text for text in before if text.strip()]
            mark = MARK.search(said[-1]) if said else None
            block.reason = mark[1] if mark else None
            if not said and blocks and block.language in ANSWERS and blocks[-1].language in RUN:
                blocks[-1].answer = block
            blocks.append(block)
            before = []
        else:
            before.append(line)
    return blocks


def read_until(fence: str, lines: Iterator[tuple[int, str]]) -> Iterator[str]:
    for _, line in lines:
        if line.strip() == fence:
            return
        yield line


def read_prose(page: Path) -> str:
    """The page without its blocks."""
    return re.sub(r"^(```+)\w*\s*\n.*?^\1\s*$", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)


def read_anchors(page: Path) -> set[str]:
    """As they are made of headings on the web: lower case, without marks, and numbered where they repeat."""
    anchors: set[str] = set()
    for title in re.findall(r"^#{1,6} (.+)$", read_prose(page), re.MULTILINE):
        plain = re.sub(r"[^\w\- ]", "", re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", title).lower())
        anchor = plain.strip().replace(" ", "-")
        copies = sum(1 for each in anchors if re.fullmatch(rf"{re.escape(anchor)}(-\d+)?", each))
        anchors.add(f"{anchor}-{copies}" if anchor in anchors else anchor)
    return anchors


def read_links(page: Path) -> list[str]:
    return re.findall(r"\]\(([^)\s]+)\)", read_prose(page))
