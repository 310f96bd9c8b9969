"""What of a message can be searched for: one slim row beside each, so that updates of a message touch no words.

PostgreSQL keeps these rows itself (the triggers of migration `message_words`), whoever writes a message and how.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from conversations.models.messages import Message


class MessageWords(models.Model):
    """`words`: text, caption, file name and cards, by stems (Russian and English) and as written; and marks.

    Marks are what filters ask for and what never changes: #in, #out, #note, #photo, #link, #by:7 (author), #n:3
    (number). No word begins with #, so nobody can type one. Activity lines have no row.
    """

    message = models.OneToOneField(
        Message, on_delete=models.CASCADE, primary_key=True, related_name="words", db_index=False
    )
    workspace = models.ForeignKey("accounts.Workspace", on_delete=models.CASCADE, db_index=False)
    at = models.DateTimeField()
    words = SearchVectorField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["workspace", "-at", "-message"], name="message_words_newest"),
            GinIndex(fields=["workspace", "words"], name="message_words_found"),  # needs btree_gin
        ]

    def __str__(self) -> str:
        return f"words of message {self.message_id}"
