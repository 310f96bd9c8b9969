"""A page as a tree, and what static/js/place.js does with a fragment, in Python: so that a test can hold the page that
was pushed to against the page fetched anew. Parsing is strict: an element closed in the wrong order fails the test.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

VOID = frozenset({"meta", "link", "input", "img", "br", "hr", "source", "wbr"})
SHOWN_ATTRIBUTES = (
    "data-version",
    "data-sort",
    "data-status",
    "data-assignee",
    "data-inbound",
    "hidden",
)


@dataclass(eq=False)
class Node:
    tag: str
    attrs: dict[str, str] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)
    parent: Node | None = None

    def walk(self) -> Iterator[Node]:
        yield self
        for child in self.children:
            if isinstance(child, Node):
                yield from child.walk()

    @property
    def elements(self) -> list[Node]:
        return [child for child in self.children if isinstance(child, Node)]

    @property
    def text(self) -> str:
        words = " ".join(c if isinstance(c, str) else c.text for c in self.children)
        return " ".join(words.split())

    def find(self, element_id: str) -> Node | None:
        return next((node for node in self.walk() if node.attrs.get("id") == element_id), None)

    def all(self, tag: str, **attrs: str) -> list[Node]:
        wanted = {name.replace("_", "-"): value for name, value in attrs.items()}
        return [
            node for node in self.walk() if node.tag == tag and wanted.items() <= node.attrs.items()
        ]

    def replace_with(self, *fresh: Node) -> None:
        assert self.parent is not None
        at = self.parent.children.index(self)
        self.parent.children[at : at + 1] = fresh
        for node in fresh:
            node.parent = self.parent


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self.here = Node("root")

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs}, parent=self.here)
        self.here.children.append(node)
        if tag not in VOID:
            self.here = node

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs}, parent=self.here)
        self.here.children.append(node)

    def handle_endtag(self, tag: str) -> None:
        assert self.here.tag == tag, f"</{tag}> closes <{self.here.tag}>: {self.here.text[:80]}"
        assert self.here.parent is not None
        self.here = self.here.parent

    def handle_data(self, data: str) -> None:
        self.here.children.append(data)


def parse(html: str) -> Node:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert reader.here is reader.root, f"<{reader.here.tag}> is not closed"
    return reader.root


@dataclass
class Screen:
    """One browser's page with what it remembers of removed elements."""

    page: Node
    removed: dict[str, int] = field(default_factory=dict)

    def place(self, html: str) -> None:
        for part in parse(html).elements:
            assert part.tag == "template", part.tag
            if "data-remove" in part.attrs:
                self._remove(part.attrs["data-remove"], int(part.attrs["data-version"]))
            for element in part.elements:
                if "data-into" in part.attrs:
                    self._into(part.attrs["data-into"], element)
                elif "data-replace" in part.attrs:
                    self._replace(element)

    def _is_news(self, old: Node | None, fresh: Node) -> bool:
        if old is None:
            return _version(fresh) > self.removed.get(fresh.attrs["id"], -1)
        return not _version(fresh) <= _version(old)

    def _into(self, container_id: str, fresh: Node) -> None:
        container = self.page.find(container_id)
        old = self.page.find(fresh.attrs["id"])
        if container is None or not self._is_news(old, fresh):
            return
        if old is not None:
            old.replace_with()
        rows = [node for node in container.elements if "data-sort" in node.attrs]
        after = next((r for r in rows if r.attrs["data-sort"] > fresh.attrs["data-sort"]), None)
        at = container.children.index(after) if after else len(container.children)
        container.children.insert(at, fresh)
        fresh.parent = container

    def _replace(self, fresh: Node) -> None:
        old = self.page.find(fresh.attrs["id"])
        if old is not None and self._is_news(old, fresh):
            old.replace_with(fresh)

    def _remove(self, element_id: str, version: int) -> None:
        self.removed[element_id] = max(version, self.removed.get(element_id, 0))
        old = self.page.find(element_id)
        if old is not None and not _version(old) > version:
            old.replace_with()

    @property
    def truth(self) -> dict[str, Any]:
        """All that has a version, in the order of the page: what it says and which version it is."""
        return {
            node.attrs["id"]: (
                {
                    name: node.attrs[name]
                    for name in SHOWN_ATTRIBUTES
                    if name in node.attrs and not (name == "data-version" and _is_part(node))
                },
                node.text,
                [image.attrs.get("src", "") for image in node.all("img")],
                [option.text for option in node.all("option") if "selected" in option.attrs],
            )
            for node in self.page.walk()
            if "data-version" in node.attrs and "id" in node.attrs and not _in_template(node)
        }


PARTS = ("header-", "held-", "turn-", "panel-")


def _is_part(node: Node) -> bool:
    """The header and the panel are pushed only when they change: what they say must be right, however old."""
    return node.attrs["id"].startswith(PARTS)


def _version(node: Node) -> float:
    return float(node.attrs.get("data-version", "nan"))


def _in_template(node: Node | None) -> bool:
    while node is not None:
        if node.tag == "template":
            return True
        node = node.parent
    return False
