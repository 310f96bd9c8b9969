"""Message templates as Meta knows them, the drafts of them, and what happened to each."""

from templates_app.models.drafts import (
    DeskSettings,
    Draft,
    DraftNote,
    DraftState,
    DraftVersion,
    NoteKind,
)
from templates_app.models.figures import TemplateDay
from templates_app.models.history import TemplateEvent
from templates_app.models.picks import HIDEABLE, HiddenName, Pick
from templates_app.models.samples import CardFile, MetaSample, MetaSampleState, SampleFile
from templates_app.models.states import Category, TemplateState
from templates_app.models.submissions import Submission, SubmissionState
from templates_app.models.templates import Template, TemplateSync

__all__ = [
    "HIDEABLE",
    "CardFile",
    "Category",
    "DeskSettings",
    "Draft",
    "DraftNote",
    "DraftState",
    "DraftVersion",
    "HiddenName",
    "MetaSample",
    "MetaSampleState",
    "NoteKind",
    "Pick",
    "SampleFile",
    "Submission",
    "SubmissionState",
    "Template",
    "TemplateDay",
    "TemplateEvent",
    "TemplateState",
    "TemplateSync",
]
