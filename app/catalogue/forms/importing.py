"""The forms of an import: the file, and the word that it may go on."""

from wtforms import FileField, HiddenField

from app.core.forms import OnceForm


class FileForm(OnceForm):
    file = FileField("CSV file")


class ApplyForm(OnceForm):
    """`fingerprint` is of the preview that was looked at."""

    fingerprint = HiddenField()
