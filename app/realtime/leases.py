"""Who is here, as the socket processes say it in Redis: for each process and each channel one set of names.

A process leases its place among the processes and renews it; its names count as long as that lease lasts. So thousands of
names cost one command, a process that is killed takes all of its names along, and nothing is ever counted up or down.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.realtime.keys import PRESENCE_KEY

# Every identified socket's subject, whatever it listens to. No channel: nobody can subscribe to it.
CONNECTED = "connected"

# Redis' own clock: those of the machines may differ, and jump.
NOW = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
"""

# ARGV: process, ms. Answers whether Redis still knew the process; if not, it has lost the process's names too.
RENEW = (
    NOW
    + """
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local known = redis.call('ZSCORE', KEYS[1], ARGV[1])
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
return known and 1 or 0
"""
)

# ARGV: channel, 1 if its names are wanted, channel, ... Answers the count and the names of each.
READ = (
    NOW
    + """
local processes = redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. now, '+inf')
local answers = {}
for i = 1, #ARGV, 2 do
  local keys = {}
  for j, process in ipairs(processes) do keys[j] = KEYS[1] .. ':' .. process .. ':' .. ARGV[i] end
  if #keys == 1 and ARGV[i + 1] == '0' then
    table.insert(answers, {redis.call('SCARD', keys[1]), {}})
  else
    local names = #keys > 0 and redis.call('SUNION', unpack(keys)) or {}
    table.insert(answers, {#names, ARGV[i + 1] == '1' and names or {}})
  end
end
return answers
"""
)

# ARGV: channel, name.
FIND = (
    NOW
    + """
for _, process in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. now, '+inf')) do
  if redis.call('SISMEMBER', KEYS[1] .. ':' .. process .. ':' .. ARGV[1], ARGV[2]) == 1 then return 1 end
end
return 0
"""
)


@dataclass(frozen=True, slots=True)
class Presence:
    """How many there are, each subject once; their names only where these are wanted."""

    count: int
    members: tuple[str, ...] | None = None

    def fields(self) -> dict[str, Any]:
        """As clients are told."""
        return {"count": self.count} | ({} if self.members is None else {"members": list(self.members)})


def names_key(process: str, channel: str) -> str:
    return f"{PRESENCE_KEY}:{process}:{channel}"


def renew(client: Any, process: str, ms: int) -> bool:
    """False when Redis did not know the process, so that all of its names must be written again."""
    return bool(client.eval(RENEW, 1, PRESENCE_KEY, process, ms))


def ask(client: Any, wanted: Mapping[str, bool]) -> Any:
    """By channel, whether its names are wanted. `client` may be a pipeline; `read_answer` takes what it answers."""
    arguments = [part for name, with_names in wanted.items() for part in (name, int(with_names))]
    return client.eval(READ, 1, PRESENCE_KEY, *arguments)


def read_answer(wanted: Mapping[str, bool], answer: list[Any]) -> dict[str, Presence]:
    return {
        name: Presence(
            int(count), tuple(sorted(member.decode() for member in members)) if with_names else None
        )
        for (name, with_names), (count, members) in zip(wanted.items(), answer, strict=True)
    }
