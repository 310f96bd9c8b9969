"""`manage.py create_workspace`: a new company on this installation, and a link for its first administrator."""

from __future__ import annotations

import zoneinfo
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from accounts import inviting


class Command(BaseCommand):
    help = "Create a workspace and print the link by which its first administrator comes in."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="the company's name")
        parser.add_argument("email", help="of the first administrator")
        languages = [code for code, _name in settings.LANGUAGES]
        parser.add_argument("--language", default="en", choices=languages)
        parser.add_argument("--time-zone", default="UTC", help="for example Europe/Moscow")

    def handle(
        self, *args: Any, name: str, email: str, language: str, time_zone: str, **options: Any
    ) -> None:
        try:
            validate_email(email)
            zoneinfo.ZoneInfo(time_zone)
            link = inviting.found(name, email=email, language=language, time_zone=time_zone)
        except ValidationError:
            raise CommandError(f"{email!r} is not an e-mail address") from None
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            raise CommandError(f"{time_zone!r} is not a time zone; try Europe/Berlin") from None
        except inviting.AddressTaken:
            raise CommandError(
                f"{email} works here already; every login has one workspace"
            ) from None
        self.stdout.write(f"Open within {inviting.GOOD_FOR.days} days, once:\n{link}")
