"""Contacts, below `contacts/`."""

from __future__ import annotations

from django.urls import path

from conversations.views import contacts, erasing, joining

app_name = "contacts"
urlpatterns = [
    path("", contacts.contacts, name="contacts"),
    path("new/", contacts.new, name="new"),
    path("<int:pk>/", contacts.contact, name="contact"),
    path("<int:pk>/media/", contacts.media, name="media"),
    path("<int:pk>/history/", contacts.history, name="history"),
    path("<int:pk>/consent/", contacts.consent, name="consent"),
    path("<int:pk>/notes/", contacts.notes, name="notes"),
    path("<int:pk>/notes/<int:note_id>/end/", contacts.note_end, name="note_end"),
    path("<int:pk>/merge/", joining.merge, name="merge"),
    path("<int:pk>/split/", joining.split, name="split"),
    path("<int:pk>/blocks/", joining.blocks, name="blocks"),
    path("<int:pk>/erasure/", erasing.erasure, name="erasure"),
    path("<int:pk>/conversations/", contacts.begin, name="begin"),
]
