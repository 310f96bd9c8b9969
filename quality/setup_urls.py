"""The checklist of an account, below `settings/whatsapp/checklist/`."""

from __future__ import annotations

from django.urls import path

from quality.views import setup

app_name = "setup"
urlpatterns = [
    path("", setup.accounts, name="accounts"),
    path("<int:account_id>/", setup.account, name="account"),
    path("<int:account_id>/steps/", setup.steps, name="steps"),
    path("<int:account_id>/news/", setup.news, name="news"),
    path("<int:account_id>/numbers/", setup.number_new, name="number_new"),
    path("<int:account_id>/numbers/here/", setup.number_here, name="number_here"),
    path("<int:account_id>/webhook/", setup.webhook, name="webhook"),
    path("numbers/<int:number_id>/code/", setup.code, name="code"),
    path("numbers/<int:number_id>/verification/", setup.verification, name="verification"),
    path("numbers/<int:number_id>/registration/", setup.registration, name="registration"),
    path("numbers/<int:number_id>/name/", setup.name, name="name"),
    path("numbers/<int:number_id>/profile/", setup.profile, name="profile"),
]
