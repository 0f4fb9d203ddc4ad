"""Which address shows what."""

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
]
