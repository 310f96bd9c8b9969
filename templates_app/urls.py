from __future__ import annotations

from django.urls import path

from templates_app.views import acts, drafts, listing

app_name = "templates_app"
urlpatterns = [
    path("", listing.templates, name="templates"),
    path("sync/", listing.sync, name="sync"),
    path("drafts/new/", drafts.new, name="draft_new"),
    path("drafts/<int:draft_id>/", drafts.draft, name="draft"),
    path("drafts/<int:draft_id>/submit/", drafts.submit, name="draft_submit"),
    path("drafts/<int:draft_id>/answer/", drafts.answer, name="draft_answer"),
    path("drafts/<int:draft_id>/look/", drafts.look, name="draft_look"),
    path("drafts/<int:draft_id>/sample/", drafts.sample, name="draft_sample"),
    path("drafts/<int:draft_id>/copy/", drafts.duplicate, name="draft_copy"),
    path("drafts/<int:draft_id>/discard/", drafts.discard, name="draft_discard"),
    path("<int:pk>/", listing.template, name="template"),
    path("<int:pk>/correct/", acts.correct, name="template_correct"),
    path("<int:pk>/copy/", acts.copy, name="template_copy"),
    path("<int:pk>/delete/", acts.delete, name="template_delete"),
]
