"""Rules, macros and ratings, below `settings/`."""

from __future__ import annotations

from django.urls import path

from conversations.views import macros, rules, surveys

app_name = "automation"
urlpatterns = [
    path("rules/", rules.rules, name="rules"),
    path("rules/new/", rules.rule_new, name="rule_new"),
    path("rules/trial/", rules.rule_trial, name="rule_trial"),
    path("rules/<int:rule_id>/", rules.rule, name="rule"),
    path("rules/<int:rule_id>/place/", rules.rule_place, name="rule_place"),
    path("rules/<int:rule_id>/activity/", rules.rule_activity, name="rule_activity"),
    path("rules/<int:rule_id>/end/", rules.rule_end, name="rule_end"),
    path("ratings/", surveys.surveys, name="surveys"),
    path("ratings/<int:number_id>/", surveys.survey, name="survey"),
    path("macros/", macros.macros, name="macros"),
    path("macros/new/", macros.macro_new, name="macro_new"),
    path("macros/<int:macro_id>/", macros.macro, name="macro"),
    path("macros/<int:macro_id>/end/", macros.macro_end, name="macro_end"),
]
