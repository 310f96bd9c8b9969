"""The languages of one template side by side: what each says, and what it lacks beside the others."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import Agent, Workspace
from templates_app import drafting, looks
from templates_app.components import Preview
from templates_app.content import Content, DraftContent, NotEditable, names
from templates_app.models import Draft, DraftState, Template, TemplateState


@dataclass(frozen=True, slots=True)
class Member:
    """One language: a template that Meta knows, or a draft. `lacks`: places and variables that others have."""

    row: Template | Draft
    language: str
    category: str
    content: Content | None  # None if it holds parts that the editor does not know
    preview: Preview
    lacks: tuple[str, ...] = ()

    @property
    def is_draft(self) -> bool:
        return isinstance(self.row, Draft)


@dataclass(frozen=True, slots=True)
class Family:
    account_id: int
    name: str
    members: tuple[Member, ...]


def of(workspace: Workspace, *, account_id: int, name: str) -> Family:
    """All languages of this name; a draft that changes a template stands for itself beside it."""
    rows = Template.objects.filter(account__workspace=workspace, account_id=account_id, name=name)
    templates = rows.exclude(status=TemplateState.DELETED).order_by("language")
    drafts = Draft.objects.filter(
        account__workspace=workspace, account_id=account_id, name=name, template=None
    ).exclude(state=DraftState.SUBMITTED)
    members = [_of_template(row) for row in templates[:80]]
    known = {member.language for member in members}
    members += [_of_draft(row) for row in drafts[:80] if row.language not in known]
    return Family(account_id, name, tuple(_compared(members)))


def add(family: Family, *, language: str, author: Agent) -> Draft:
    """A draft in this language with the words of the first that can be read. NotEditable if none can."""
    first = next((member for member in family.members if member.content), None)
    if first is None or first.content is None:
        raise NotEditable(family.name)
    whole = DraftContent(
        name=family.name, language=language, category=first.category, content=first.content
    )
    return drafting.from_whole(first.row.account, whole, author=author)


def parts(content: Content) -> frozenset[str]:
    """What a text consists of, so that two languages can be compared: places, variables, kinds of buttons."""
    found = {f"{{{{{name}}}}}" for name in names(content.header) + names(content.body)}
    if content.header_kind:
        found.add("header")
    if content.footer:
        found.add("footer")
    found |= {f"button {n}" for n, _button in enumerate(content.buttons, start=1)}
    return frozenset(found)


def _compared(members: list[Member]) -> list[Member]:
    all_parts = frozenset().union(*(parts(m.content) for m in members if m.content))
    return [
        Member(
            m.row,
            m.language,
            m.category,
            m.content,
            m.preview,
            tuple(sorted(all_parts - parts(m.content))) if m.content else (),
        )
        for m in members
    ]


def _of_template(row: Template) -> Member:
    try:
        content = drafting.whole_of(row).content
    except NotEditable:
        content = None
    return Member(row, row.language, row.category, content, looks.of_template(row))


def _of_draft(row: Draft) -> Member:
    whole = row.whole
    return Member(row, row.language, row.category, whole.content, looks.of_draft(whole))
