"""The inbox's addresses: nouns. Who may see what is decided in access.py."""

from __future__ import annotations

from django.urls import path

from conversations import views
from conversations.views import filing, lists, macros, saved
from conversations.views.transcripts import transcript

app_name = "conversations"
urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("rows/", lists.rows, name="rows"),
    path("next/", views.pull, name="pull"),
    path("counts/", lists.counts, name="counts"),
    path("seen/", lists.read_counts, name="seen"),
    path("filters/", lists.builder, name="filters"),
    path("views/", saved.views, name="views"),
    path("views/<int:view_id>/", saved.view, name="view"),
    path("views/<int:view_id>/copy/", saved.view_copy, name="view_copy"),
    path("views/<int:view_id>/place/", saved.view_place, name="view_place"),
    path("views/<int:view_id>/end/", saved.view_end, name="view_end"),
    path("jump/", views.jump, name="jump"),
    path("changes/", views.changes, name="changes"),
    path("bulk/", views.bulk, name="bulk"),
    path("bulk/menus/", views.bulk_menus, name="bulk_menus"),
    path("bulk/count/", views.bulk_count, name="bulk_count"),
    path("bulk/message/", views.bulk_message, name="bulk_message"),
    path("bulk/<uuid:job>/", views.bulk_job, name="bulk_job"),
    path("bulk/<uuid:job>/result/", views.bulk_result, name="bulk_result"),
    path("bulk/<uuid:job>/stop/", views.bulk_stop, name="bulk_stop"),
    path("bulk/<uuid:job>/undo/", views.bulk_undo, name="bulk_undo"),
    path("search/", views.found, name="search"),
    path("search/choices/", views.choices, name="search_choices"),
    path("specials/", views.special, name="special"),
    path("cards/", views.cards, name="cards"),
    path("files/<uuid:key>/", views.file, name="file"),
    path("<int:pk>/", views.conversation, name="conversation"),
    path("<int:pk>/matches/", views.matches, name="matches"),
    path("<int:pk>/messages/", views.messages, name="messages"),
    path("<int:pk>/messages/<uuid:token>/", views.details, name="details"),
    path("<int:pk>/messages/<uuid:token>/attempts/", views.attempts, name="attempts"),
    path("<int:pk>/messages/<uuid:token>/words/", views.note_words, name="note_words"),
    path("<int:pk>/messages/<uuid:token>/withdrawal/", views.withdrawal, name="withdrawal"),
    path("<int:pk>/messages/<uuid:token>/reaction/", views.reaction, name="reaction"),
    path("<int:pk>/scheduled/", views.scheduled, name="scheduled"),
    path("<int:pk>/scheduled/meaning/", views.scheduled_meaning, name="scheduled_meaning"),
    path("<int:pk>/scheduled/<uuid:token>/", views.scheduled_one, name="scheduled_one"),
    path("<int:pk>/transcript/", transcript, name="transcript"),
    path("<int:pk>/templates/", views.templates, name="templates"),
    path("<int:pk>/files/", views.files, name="files"),
    path("<int:pk>/held/", views.held, name="held"),
    path("<int:pk>/presence/", views.presence, name="presence"),
    path("<int:pk>/read/", views.read, name="read"),
    path("<int:pk>/assignees/", views.assignees, name="assignees"),
    path("<int:pk>/colleagues/", views.colleagues, name="colleagues"),
    path("<int:pk>/assignment/", views.assignment, name="assignment"),
    path("<int:pk>/replies/", views.offered, name="replies"),
    path("<int:pk>/macros/", macros.macros_here, name="macros"),
    path("<int:pk>/macros/<int:macro_id>/", macros.macro_run, name="macro"),
    path("<int:pk>/closure/", views.closure, name="closure"),
    path("<int:pk>/labels/", filing.labels, name="labels"),
    path("<int:pk>/priority/", filing.priority, name="priority"),
    path("<int:pk>/fields/<int:field_id>/", filing.field, name="field"),
    path("<int:pk>/snooze/", views.snooze, name="snooze"),
    path("<int:pk>/snooze/meaning/", views.snooze_meaning, name="snooze_meaning"),
    path("<int:pk>/team/", views.team, name="team"),
]
