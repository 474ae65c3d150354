"""A page read as a browser reads it: its links, forms, headings, marks, and what hinders a reader."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = {"meta", "link", "input", "br", "hr", "img", "rect"}
CONTROLS = {"input", "select", "textarea"}


class Page(HTMLParser):
    """What a test asks of a page.

    Args:
        html: The page.
    """

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.html = html
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.unlabelled: list[str] = []
        self.unbalanced: list[str] = []
        self.marked: list[str] = []
        self.headings: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append((tag, given))
        if tag not in {"mark", "b", "small", "a"}:
            self.text += " "
        if tag in CONTROLS and given.get("type") != "hidden" and "label" not in self.open:
            self.unlabelled.append(given.get("name", tag))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "mark":
            self.marked.append("")
        if tag == "h1":
            self.headings.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.unbalanced.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data
        if "mark" in self.open:
            self.marked[-1] += data
        if "h1" in self.open:
            self.headings[-1] += data

    def all(self, tag: str) -> list[dict[str, str]]:
        """The attributes of every element of a kind."""
        return [attributes for name, attributes in self.tags if name == tag]

    def links(self) -> list[str]:
        """Every address the page names."""
        return [
            attributes[name]
            for _, attributes in self.tags
            for name in ("href", "src", "action")
            if name in attributes
        ]

    def token(self) -> str:
        """The token of the page's forms."""
        found = {a["value"] for a in self.all("input") if a.get("name") == "token"}
        assert len(found) == 1
        return found.pop()

    def words(self) -> str:
        """The text with runs of blanks made one."""
        return " ".join(self.text.split())
