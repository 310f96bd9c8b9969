"""`manage.py rotate_secrets`: writes every stored secret again with the first key of SECRETS_KEYS. Safe to repeat.

New key first, old keys behind it, run this, then the old keys can go.
"""

from __future__ import annotations

import sys
from typing import Any

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import models, transaction
from django.db.models.functions import Cast

from accounts.secrets import SecretField, UnreadableSecret, decrypt, encrypt, is_current

IN_SECOND_STEPS = {"secret", "seed"}  # of an app with codes, of recovery codes


class Command(BaseCommand):
    help = "Encrypt every stored secret with the first key of SECRETS_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        rotated, unreadable = 0, 0
        for model in apps.get_models():
            for field in model._meta.concrete_fields:
                if isinstance(field, SecretField):
                    done, failed = self._rotate(model, field.name)
                    rotated, unreadable = rotated + done, unreadable + failed
        done, failed = self._rotate_second_steps()
        rotated, unreadable = rotated + done, unreadable + failed
        self.stdout.write(f"{rotated} secrets were written with the first key.")
        if unreadable:
            self.stdout.write(
                self.style.ERROR(f"{unreadable} cannot be read by any key; keep the old keys.")
            )
            sys.exit(1)

    @transaction.atomic
    def _rotate_second_steps(self) -> tuple[int, int]:
        """The same for what accounts/adapter.py encrypts inside allauth's rows."""
        done, failed = 0, 0
        for row in Authenticator.objects.select_for_update():
            for name in IN_SECOND_STEPS & row.data.keys():
                if is_current(row.data[name]):
                    continue
                try:
                    row.data[name] = encrypt(decrypt(row.data[name]))
                except UnreadableSecret:
                    self.stdout.write(f"Second step {row.pk} cannot be read")
                    failed += 1
                else:
                    row.save(update_fields=["data"])
                    done += 1
        return done, failed

    @transaction.atomic
    def _rotate(self, model: type[models.Model], name: str) -> tuple[int, int]:
        """How many were written again, and how many no key reads."""
        done, failed = 0, 0
        rows = model._default_manager.select_for_update().annotate(
            stored=Cast(name, models.TextField())
        )
        for pk, stored in rows.values_list("pk", "stored"):
            if not stored or is_current(stored):
                continue
            try:
                model._default_manager.filter(pk=pk).update(**{name: decrypt(stored)})
            except UnreadableSecret:
                self.stdout.write(f"{model._meta.label} {pk}: {name} cannot be read")
                failed += 1
            else:
                done += 1
        return done, failed
