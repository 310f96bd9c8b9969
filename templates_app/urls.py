from __future__ import annotations

from django.urls import path

from templates_app.views import acts, drafts, listing, plans, reviews, samples, shelves, showing

app_name = "templates_app"
urlpatterns = [
    path("", listing.templates, name="templates"),
    path("list/", listing.listed, name="list"),
    path("changes/", listing.changes, name="changes"),
    path("sync/", listing.sync, name="sync"),
    path("library/", shelves.shelf, name="library"),
    path("languages/<int:account_id>/<str:name>/", shelves.family, name="family"),
    path("languages/<int:account_id>/<str:name>/add/", shelves.add_language, name="language_add"),
    path("drafts/<int:draft_id>/versions/", shelves.versions, name="draft_versions"),
    path("calendar/", plans.calendar, name="calendar"),
    path("alerts/", plans.standing, name="alerts"),
    path("drafts/<int:draft_id>/need/", plans.need, name="draft_need"),
    path("four-eyes/", reviews.choose, name="four_eyes"),
    path("drafts/new/", drafts.new, name="draft_new"),
    path("drafts/<int:draft_id>/", drafts.draft, name="draft"),
    path("drafts/<int:draft_id>/submit/", drafts.submit, name="draft_submit"),
    path("drafts/<int:draft_id>/answer/", drafts.answer, name="draft_answer"),
    path("drafts/<int:draft_id>/look/", drafts.look, name="draft_look"),
    path("drafts/<int:draft_id>/sample/", samples.upload, name="draft_sample"),
    path("drafts/<int:draft_id>/copy/", drafts.duplicate, name="draft_copy"),
    path("drafts/<int:draft_id>/discard/", drafts.discard, name="draft_discard"),
    path("drafts/<int:draft_id>/hand-in/", reviews.hand_in, name="draft_hand_in"),
    path("drafts/<int:draft_id>/decide/", reviews.decide, name="draft_decide"),
    path("drafts/<int:draft_id>/take-back/", reviews.take_back, name="draft_take_back"),
    path("drafts/<int:draft_id>/comment/", reviews.comment, name="draft_comment"),
    path("samples/<uuid:key>/", samples.sample, name="sample"),
    path("<int:pk>/", showing.template, name="template"),
    path("<int:pk>/phone/", showing.phone, name="template_phone"),
    path("<int:pk>/correct/", acts.correct, name="template_correct"),
    path("<int:pk>/sources/", acts.draw, name="template_sources"),
    path("<int:pk>/cards/<int:place>/", samples.card, name="template_card"),
    path("<int:pk>/copy/", acts.copy, name="template_copy"),
    path("<int:pk>/unpause/", acts.unpause, name="template_unpause"),
    path("<int:pk>/appeal/", acts.appeal, name="template_appeal"),
    path("<int:pk>/insights/", acts.insights, name="template_insights"),
    path("<int:pk>/drift/", acts.drift, name="template_drift"),
    path("<int:pk>/star/", acts.star, name="template_star"),
    path("<int:pk>/hide/", acts.hide, name="template_hide"),
    path("<int:pk>/delete/", acts.delete, name="template_delete"),
]
