"""The body of `POST /live/recover`, read as frames of a socket are."""

from dataclasses import dataclass, field
from typing import Any

from app.core.errors import Invalid
from app.realtime.channels import MOST_CHANNELS
from app.realtime.live.inbound import LANGUAGE, LONGEST_NAME, BadFrame, Wanted, read_wanted


@dataclass
class Questions:
    """`refused` has the error of each channel that is named but not asked for properly."""

    language: str | None = None
    wanted: dict[str, Wanted] = field(default_factory=dict)
    refused: dict[str, dict[str, Any]] = field(default_factory=dict)


def read_questions(body: Any) -> Questions:
    """Raises Invalid when it cannot be told which channels are meant, or which language."""
    if not isinstance(body, dict) or not isinstance(body.get("channels"), list) or not body["channels"]:
        raise mistake("channels", 'Send {"channels": [{"channel": "stock:VASE", "since": {"version": 3}}]}')
    questions = Questions(read_language(body.get("lang")))
    for item in body["channels"]:
        read_question({"channel": item} if isinstance(item, str) else item, questions)
    return questions


def read_question(item: Any, questions: Questions) -> None:
    name = item.get("channel") if isinstance(item, dict) else None
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_NAME:
        raise mistake("channels", f"Each names its channel, in at most {LONGEST_NAME} characters")
    if name not in questions.wanted and len(questions.wanted) >= MOST_CHANNELS:
        questions.refused[name] = {"error": "too_many"}
        return
    try:
        questions.wanted[name] = read_wanted(item)
    except BadFrame as error:
        questions.refused[name] = {"error": error.code}


def read_language(value: Any) -> str | None:
    if value is not None and not (isinstance(value, str) and LANGUAGE.fullmatch(value)):
        raise mistake("lang", "A language looks like en or de-AT")
    return value


def mistake(field: str, message: str) -> Invalid:
    return Invalid(errors=[{"field": field, "message": message}])
