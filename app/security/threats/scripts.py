"""What happens in Redis at once. Redis' own clock decides when a block ends, so servers may disagree about the time.

`threat:blocks` is a sorted set of the clients by the end of their block (epoch ms), `threat:facts` a hash with what the gate
has to know of each, `threat:version` grows with every change of these two, and `threat:made` is a stream of what the clock
still has to write down.
"""

MOST_BLOCKS = 10_000
FIRST_MS = 15 * 60 * 1000
LONGEST_MS = 24 * 3600 * 1000
REPEATS_KEPT_S = 7 * 24 * 3600
MOST_EVIDENCE = 20
# Of one signal: a client may invent as many as it likes.
MOST_DETAILS = 500
MOST_UNWRITTEN = 20_000

VERSION_KEY = "threat:version"
MADE_KEY = "threat:made"
# Only BEGIN writes it: the version is also there when somebody was blocked between the loss and the refill.
FILLED_KEY = "threat:filled"

_COMMON = f"""
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function tell()
  -- Not from 1 again after all was lost: who has seen an earlier one must see that this is another.
  if redis.call('INCR', '{VERSION_KEY}') == 1 then
    redis.call('SET', '{VERSION_KEY}', string.format('%.0f', now))
  end
end
local function forget(client)
  redis.call('ZREM', 'threat:blocks', client)
  redis.call('HDEL', 'threat:facts', client)
end
-- The one that ends first makes room: a crowd of new attackers must neither fill the memory nor go free.
local function keep(client, facts)
  for _, over in ipairs(redis.call('ZRANGEBYSCORE', 'threat:blocks', '-inf', now)) do forget(over) end
  while redis.call('ZCARD', 'threat:blocks') >= {MOST_BLOCKS} do
    forget(redis.call('ZRANGE', 'threat:blocks', 0, 0)[1])
  end
  redis.call('ZADD', 'threat:blocks', string.format('%.0f', facts['until']), client)
  redis.call('HSET', 'threat:facts', client, cjson.encode(facts))
  tell()
end
local function in_force(client)
  local found = redis.call('HGET', 'threat:facts', client)
  local facts = found and cjson.decode(found)
  return facts and facts['until'] > now and facts or nil
end
"""

# ARGV: a deed as JSON (scores.py). Answers the client's points and, when that made a block, the block as JSON.
ADD = (
    _COMMON
    + f"""
local deed = cjson.decode(ARGV[1])
local client, kind = deed.client, deed.ceiling
local points, seen = 'threat:points:' .. client, 'threat:seen:' .. client

local gained, counted = 0, {{}}
for _, signal in ipairs(deed.signals) do
  local counts = true
  if signal.detail ~= '' then
    local known = 'threat:known:' .. client .. ':' .. signal.name
    counts = redis.call('SADD', known, signal.detail) == 1
    if counts then
      local size = redis.call('SCARD', known)
      if size == 1 then redis.call('EXPIRE', known, signal.window_s) end
      if size >= {MOST_DETAILS} then redis.call('DEL', known) end
      counts = size > signal.free and (size - signal.free) % signal.every == 0
    end
  end
  if counts then
    gained = gained + signal.points
    table.insert(counted, {{signal.name, signal.points}})
  end
end
if gained == 0 then return {{tonumber(redis.call('GET', points) or 0), ''}} end

deed.entry.signals = counted
deed.entry.points = gained
redis.call('RPUSH', seen, cjson.encode(deed.entry))
redis.call('LTRIM', seen, -{MOST_EVIDENCE}, -1)
redis.call('EXPIRE', seen, deed.kept_s)
local total = redis.call('INCRBY', points, gained)
redis.call('EXPIRE', points, deed.kept_s)
if total < deed.bar then return {{total, ''}} end

redis.call('DEL', points)
local before = in_force(client)
if before and (before.kind == 'blocked' or before.kind == kind) then return {{total, ''}} end
local times = 1
if kind == 'blocked' then
  times = redis.call('INCR', 'threat:repeats:' .. client)
  redis.call('EXPIRE', 'threat:repeats:' .. client, {REPEATS_KEPT_S})
  if deed.is_account and times == 1 then kind = 'slowed' end
end
local lasts = math.min({FIRST_MS} * 2 ^ math.min(times - 1, 20), {LONGEST_MS})
local facts = {{id = deed.id, kind = kind, since = now, ['until'] = now + lasts}}
keep(client, facts)
local evidence = {{}}
for _, each in ipairs(redis.call('LRANGE', seen, 0, -1)) do table.insert(evidence, cjson.decode(each)) end
redis.call('DEL', seen)
local made = cjson.encode({{
  id = deed.id, kind = kind, client = client, address = deed.address, times = times, points = total,
  since = now, ['until'] = now + lasts, evidence = evidence
}})
redis.call('XADD', '{MADE_KEY}', 'MAXLEN', '~', {MOST_UNWRITTEN}, '*', 'made', made)
return {{total, made}}
"""
)

# ARGV: client, id, kind, how many ms are left. What is in force already and lasts as long stays.
PUT = (
    _COMMON
    + """
local before = in_force(ARGV[1])
local ends = now + tonumber(ARGV[4])
if before and (before.id == ARGV[2] or before['until'] >= ends) then return end
keep(ARGV[1], {id = ARGV[2], kind = ARGV[3], since = now, ['until'] = ends})
"""
)

# ARGV: client, and the id of the block that ends; a newer one stays. What was gathered since starts anew.
FREE = (
    _COMMON
    + """
local before = in_force(ARGV[1])
if before and before.id ~= ARGV[2] then return end
forget(ARGV[1])
tell()
redis.call('DEL', 'threat:points:' .. ARGV[1], 'threat:seen:' .. ARGV[1])
"""
)

# Answers Redis' time, the version, and all clients with what is known of each.
READ = (
    _COMMON
    + f"return {{now, redis.call('GET', '{VERSION_KEY}') or '', redis.call('HGETALL', 'threat:facts')}}"
)

# After Redis has lost its data and was filled again, also with nothing.
BEGIN = (
    _COMMON
    + f"""
redis.call('SET', '{FILLED_KEY}', 1)
if not redis.call('GET', '{VERSION_KEY}') then tell() end
"""
)
