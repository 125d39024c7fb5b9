"""The tables of the chat."""

from app.chat.models.agent import Agent, AgentDepartment, AgentSpan, Assignment
from app.chat.models.desk import CannedReply, FilterRule, Holiday, OpeningTime, Retention
from app.chat.models.figures import DailyFigure, Rating
from app.chat.models.file import Attachment
from app.chat.models.message import Message, RoomEvent
from app.chat.models.room import Department, Participant, Room
from app.chat.models.shelf import ChatHold, QuotedCard

__all__ = [
    "Agent",
    "AgentDepartment",
    "AgentSpan",
    "Assignment",
    "Attachment",
    "CannedReply",
    "ChatHold",
    "DailyFigure",
    "Department",
    "FilterRule",
    "Holiday",
    "Message",
    "OpeningTime",
    "Participant",
    "QuotedCard",
    "Rating",
    "Retention",
    "Room",
    "RoomEvent",
]
