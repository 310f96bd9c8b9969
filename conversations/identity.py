"""Who it is: one contact a person, by whatever ids Meta names them: found, made, merged and moved.

A message may carry a phone number, a business-scoped user id (BSUID), the parent's, or several. When two ids that we
held for two people turn up together, they are one person: conversations/merging.py.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from conversations import merging
from conversations.bulk import update_rows
from conversations.models import Contact, Identifier, IdentifierKind
from whatsapp.facts import Person
from whatsapp.numbers import variants

PROFILE = ["profile_name", "username", "phone", "user_id", "profile_at"]
RACES = 4  # how often another worker may make the same person before us


class Key(NamedTuple):
    workspace_id: int
    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Sighting:
    """Somebody was named by Meta at this time. `contact_id`: whom we know it to be, besides."""

    workspace_id: int
    person: Person
    at: datetime
    contact_id: int | None = None

    def named(self) -> list[Key]:
        ids = (
            (IdentifierKind.WA_ID, self.person.wa_id),
            (IdentifierKind.USER_ID, self.person.user_id),
            (IdentifierKind.PARENT_USER_ID, self.person.parent_user_id),
        )
        return [Key(self.workspace_id, kind.value, value) for kind, value in ids if value]


class Unknowable(ValueError):
    """Nothing says who this is."""


def contacts_for(sightings: Sequence[Sighting]) -> list[Contact]:
    """The contact of each, found or made. A fixed number of queries, unless two turn out to be one."""
    for sighting in sightings:
        if not sighting.named():
            raise Unknowable("nothing says who this is: no number, no user id")
    for _race in range(RACES):
        contacts = _resolved(sightings)
        if contacts is not None:
            _keep_profiles(sightings, contacts)
            return contacts
    raise RuntimeError("other workers kept making the same contacts")


def _resolved(sightings: Sequence[Sighting]) -> list[Contact] | None:
    """None if another worker was faster with one of them: look again."""
    rows = _rows(key for sighting in sightings for key in sighting.named())
    groups = _Groups()
    for n, sighting in enumerate(sightings):
        if sighting.contact_id is not None:
            groups.join(("sighting", n), ("contact", sighting.contact_id))
        for key in sighting.named():
            for node in _nodes(key, sighting.at, rows):
                groups.join(("sighting", n), node)
    contacts, are_new = _contacts_of(groups, sightings)
    by_sighting = [contacts[groups.root(("sighting", n))] for n in range(len(sightings))]
    wanted: dict[Key, int] = {}
    for sighting, contact in zip(sightings, by_sighting, strict=True):
        for key in sighting.named():
            if not any(
                row.moved_at is None or sighting.at <= row.moved_at for row in rows.get(key, ())
            ):
                wanted[key] = contact.pk
    if wanted and not _claimed(wanted, are_new):
        return None
    return by_sighting


def _rows(keys: Iterable[Key]) -> dict[Key, list[Identifier]]:
    """The stored ids of these, in all their spellings."""
    wanted = set(keys)
    spellings = {
        value
        for key in wanted
        for value in (variants(key.value) if key.kind == IdentifierKind.WA_ID else (key.value,))
    } | {key.value for key in wanted}
    found: dict[Key, list[Identifier]] = defaultdict(list)
    for row in Identifier.objects.filter(
        workspace_id__in={key.workspace_id for key in wanted}, value__in=spellings
    ):
        found[Key(row.workspace_id, row.kind, row.value)].append(row)
    return found


def _nodes(
    key: Key, at: datetime, rows: dict[Key, list[Identifier]]
) -> Iterable[tuple[str, object]]:
    """What this id ties a sighting to: the contacts that own it, and the id itself, if nobody had left it by then."""
    spellings = variants(key.value) if key.kind == IdentifierKind.WA_ID else frozenset({key.value})
    known = [
        row for value in spellings | {key.value} for row in rows.get(key._replace(value=value), ())
    ]
    left = [row for row in known if row.moved_at is not None and at <= row.moved_at]
    if left:
        owner = min(left, key=lambda row: (row.moved_at, row.pk))
        return [("contact", owner.contact_id)]
    name = key._replace(value=min(spellings, default=key.value))
    return [
        ("key", name),
        *(("contact", row.contact_id) for row in known if row.moved_at is None),
    ]


class _Groups:
    """Union-find over sightings, ids and contacts: each group is one person."""

    def __init__(self) -> None:
        self._parents: dict[tuple[str, object], tuple[str, object]] = {}

    def root(self, node: tuple[str, object]) -> tuple[str, object]:
        while (parent := self._parents.setdefault(node, node)) != node:
            node = parent
        return node

    def join(self, one: tuple[str, object], other: tuple[str, object]) -> None:
        self._parents[self.root(other)] = self.root(one)

    def contacts(self) -> dict[tuple[str, object], list[int]]:
        found: dict[tuple[str, object], list[int]] = defaultdict(list)
        for node in list(self._parents):
            if node[0] == "contact":
                found[self.root(node)].append(int(str(node[1])))
        return found


def _contacts_of(
    groups: _Groups, sightings: Sequence[Sighting]
) -> tuple[dict[tuple[str, object], Contact], set[int]]:
    """One contact a group; those that were held apart are merged. Also says which are new."""
    known = groups.contacts()
    stored = Contact.objects.in_bulk([pk for pks in known.values() for pk in pks])
    contacts: dict[tuple[str, object], Contact] = {}
    fresh: dict[tuple[str, object], Contact] = {}
    for n, sighting in enumerate(sightings):
        root = groups.root(("sighting", n))
        if root in contacts or root in fresh:
            continue
        if pks := sorted(pk for pk in known.get(root, ()) if pk in stored):
            contacts[root] = merging.merge([stored[pk] for pk in pks])
        else:
            fresh[root] = Contact(workspace_id=sighting.workspace_id)
    Contact.objects.bulk_create(fresh.values())
    return contacts | fresh, {contact.pk for contact in fresh.values()}


def _claimed(wanted: dict[Key, int], are_new: set[int]) -> bool:
    """Store these ids. False if another worker gave one of them to another contact, just now."""
    Identifier.objects.bulk_create(
        [
            Identifier(
                workspace_id=key.workspace_id, kind=key.kind, value=key.value, contact_id=contact_id
            )
            for key, contact_id in sorted(wanted.items())
        ],
        ignore_conflicts=True,
    )
    owners = {
        Key(workspace_id, kind, value): contact_id
        for workspace_id, kind, value, contact_id in Identifier.objects.filter(
            workspace_id__in={key.workspace_id for key in wanted},
            value__in={key.value for key in wanted},
            moved_at=None,
        ).values_list("workspace_id", "kind", "value", "contact_id")
    }
    lost = {contact_id for key, contact_id in wanted.items() if owners.get(key) != contact_id}
    if lost:
        Contact.objects.filter(pk__in=lost & are_new).delete()
    return not lost


def _keep_profiles(sightings: Sequence[Sighting], contacts: Sequence[Contact]) -> None:
    """Names and the ids that we send to: the latest that Meta told, whatever the order in which it arrived."""
    changed: dict[int, Contact] = {}
    for sighting, contact in sorted(
        zip(sightings, contacts, strict=True), key=lambda pair: pair[0].at
    ):
        person = sighting.person
        is_newer = contact.profile_at is None or sighting.at >= contact.profile_at
        if is_newer:
            contact.profile_at = sighting.at
            changed[contact.pk] = contact
        for column, value in (
            ("profile_name", person.name[:160]),
            ("username", person.username[:160]),
            ("phone", person.wa_id[:20]),
            ("user_id", person.user_id[:140]),
        ):
            if (
                value
                and getattr(contact, column) != value
                and (is_newer or not getattr(contact, column))
            ):
                setattr(contact, column, value)
                contact.has_new_profile = True
                changed[contact.pk] = contact
    update_rows(sorted(changed.values(), key=lambda contact: contact.pk), PROFILE)


def move(contact: Contact, *, old: Person, new: Person, at: datetime) -> Contact:
    """The person left these ids for those, at that time. Their conversations go with them. Safe to repeat."""
    for kind, value in (
        (IdentifierKind.WA_ID, old.wa_id if new.wa_id else ""),
        (IdentifierKind.USER_ID, old.user_id if new.user_id else ""),
        (IdentifierKind.PARENT_USER_ID, old.parent_user_id if new.parent_user_id else ""),
    ):
        if value:
            spellings = variants(value) if kind == IdentifierKind.WA_ID else {value}
            known = Identifier.objects.filter(
                workspace_id=contact.workspace_id, kind=kind, value__in={value, *spellings}
            )
            held = known.filter(contact=contact, moved_at=None)
            left = known.filter(moved_at=at).values_list("value", flat=True)
            held.filter(value__in=list(left)).delete()  # somebody left it at that very time
            held.update(moved_at=at)
    return contacts_for([Sighting(contact.workspace_id, new, at, contact.pk)])[0]
