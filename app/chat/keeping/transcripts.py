"""A conversation as a text: what was said to the shopper, and for staff, when they ask for it, their notes, marked."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.chat import queries
from app.chat.accounts import find_account
from app.chat.desk import hours
from app.chat.models import Message, Room
from app.core.database import db
from app.core.errors import DomainError
from app.core.mail import Mail, write_mail

PAGE = 500
# A mail is no archive; whoever wants all of a long conversation has it as a file.
LONGEST_MAIL = 1000


class NoAddress(DomainError):
    code, title = "no_address", "This conversation has no address to send it to"


@dataclass(frozen=True)
class Line:
    at: datetime
    name: str
    side: str
    text: str
    is_note: bool

    def __str__(self) -> str:
        note = " (note, not shown to the shopper)" if self.is_note else ""
        return f"[{self.at:%Y-%m-%d %H:%M}] {self.name}{note}: {indent(self.text)}"


def indent(text: str) -> str:
    return text.replace("\n", "\n    ")


def list_lines(room: Room, *, notes: bool = False) -> Iterator[Line]:
    """By time. The caller has checked the right to `notes`."""
    streams = [list_stream(room.id, stream) for stream in ("p", *(("i",) if notes else ()))]
    for message in heapq.merge(
        *streams, key=lambda message: (message.created_at, message.stream, message.seq)
    ):
        yield make_line(message)


def list_stream(room_id: int, stream: str) -> Iterator[Message]:
    after = 0
    while page := queries.list_messages_after(room_id, stream, after, PAGE):
        yield from page
        after = page[-1].seq


def make_line(message: Message) -> Line:
    text = f"File: {message.body}" if message.kind == "file" else message.body
    return Line(
        at=hours.local(message.created_at),
        name=message.sender_name,
        side=message.side,
        text="This message was taken back" if message.redacted_at else text,
        is_note=message.stream == "i",
    )


def write_text(room: Room, *, notes: bool = False) -> Iterator[str]:
    yield f"{title_of(room)}\n\n"
    for line in list_lines(room, notes=notes):
        yield f"{line}\n"


def title_of(room: Room) -> str:
    return f"{room.subject or 'Conversation'} of {hours.local(room.opened_at):%Y-%m-%d}"


def address_of(room: Room) -> str:
    """The one that the shopper gave for this conversation, or the one of their account; empty when there is none."""
    account = find_account(room.owner or "")
    return room.email or (account.email if account else "")


def mail_transcript(room: Room) -> str:
    """Send it to the shopper, without notes, inside the running transaction. Returns where to. Raises NoAddress."""
    address = address_of(room)
    if not address:
        raise NoAddress()
    lines = [str(line) for line in list_lines(room)]
    write_mail(
        address,
        "chat/transcript.mail.txt",
        title=title_of(room),
        lines=lines[-LONGEST_MAIL:],
        is_cut=len(lines) > LONGEST_MAIL,
    )
    return address


def forget_mails(room: Room) -> None:
    """What was mailed of this conversation is not kept here either. Inside the running transaction."""
    mailed = sa.delete(Mail).where(Mail.to == address_of(room), Mail.subject == title_of(room))
    db.session.execute(mailed.execution_options(synchronize_session=False))
