"""The addresses of the review desk."""

from __future__ import annotations

from django.urls import path

from coaching import views

app_name = "coaching"
urlpatterns = [
    path("", views.desk, name="desk"),
    path("mine/", views.mine_page, name="mine"),
    path("results/", views.results_page, name="results"),
    path("results/file/", views.file, name="file"),
    path("plan/", views.plan, name="plan"),
    path("draw/", views.draw, name="draw"),
    path("<int:review_id>/", views.review, name="review"),
    path("<int:review_id>/remarks/", views.remark, name="remark"),
    path("<int:review_id>/second/", views.second, name="second"),
]
