"""To whom a conversation can be given: agents with how busy they are, and departments."""

from dataclasses import dataclass

from app.chat.desk import agents
from app.core.database import read_now
from app.core.errors import Invalid


@dataclass(frozen=True)
class Receiver:
    subject: str
    name: str
    presence: str
    load: str

    @property
    def words(self) -> str:
        return f"{self.name}, {self.presence}, {self.load}"


def list_agents() -> list[Receiver]:
    """Those who are there come first."""
    now = read_now()
    found = [
        Receiver(
            each.agent, each.name, agents.presence_of(each, now), f"{each.open_count} of {each.capacity}"
        )
        for each in agents.list_agents()
    ]
    order = {"available": 0, "away": 1, "offline": 2}
    return sorted(found, key=lambda each: (order[each.presence], each.name))


def read_receiver(choice: str) -> tuple[str | None, int]:
    """What a form says: `agent:user:ab12` or `department:3`. Answers the agent, or none and the department."""
    kind, _, name = choice.partition(":")
    if kind == "agent" and name:
        return name, 0
    if kind == "department" and name.isdecimal() and len(name) < 10:
        return None, int(name)
    raise Invalid(errors=[{"field": "to", "message": "Choose an agent or a department"}])
