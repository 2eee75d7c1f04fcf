-- What the engine does in Redis, each time as one step. ARGV[1] says what, the others are its arguments.
--
-- cartellino:key:HASH       one key: kind `open` with the fields of the browser, `replaced` by another key until `at`,
--                           or `ended` at `at`; `previous` is the key that it replaced
-- cartellino:session:ID     the keys of a session's browsers
-- cartellino:due            all keys by the time when a sweep forgets them
--
-- Times are microseconds since 1970 by the caller's clock, and are passed on as the text that they came as: a number of
-- Lua would lose digits on its way to text. Times to live are milliseconds from now, so that Redis' clock is not asked.

local DUE = 'cartellino:due'
local FIELDS = { 'handle', 'session', 'family', 'state', 'version', 'begun', 'created', 'touched', 'expires' }

local function key(hash) return 'cartellino:key:' .. hash end
local function browsers(session) return 'cartellino:session:' .. session end
local function field(hash, name) return redis.call('HGET', key(hash), name) end

local function outlive(name, ttl)
  if redis.call('PTTL', name) < tonumber(ttl) then redis.call('PEXPIRE', name, ttl) end
end

local function keep(hash, due, ttl)
  outlive(key(hash), ttl)
  redis.call('ZADD', DUE, due, hash)
  outlive(DUE, ttl)
end

local function open(hash)
  local found = redis.call('HMGET', key(hash), unpack(FIELDS))
  table.insert(found, 1, hash)
  return found
end

local function look(hash, now)
  local at = nil
  while true do
    local kind, by, time = unpack(redis.call('HMGET', key(hash), 'kind', 'by', 'at'))
    if kind == 'open' then
      local found = open(hash)
      table.insert(found, 1, 'open')
      return found
    elseif kind == 'ended' then
      return { 'ended', time }
    elseif kind == 'replaced' then
      if tonumber(now) >= tonumber(time) then return { 'ended', time } end
      hash, at = by, time
    elseif at then
      return { 'ended', at }
    else
      return { 'unknown' }
    end
  end
end

local operations = {}

function operations.load(hash, now)
  return look(hash, now)
end

function operations.create(hash, now, ttl, ...)
  local known = look(hash, now)
  if known[1] ~= 'unknown' then return known end
  local values = { ... }
  for i, name in ipairs(FIELDS) do redis.call('HSET', key(hash), name, values[i]) end
  redis.call('HSET', key(hash), 'kind', 'open')
  local session, expires = values[2], values[9]
  keep(hash, expires, ttl)
  redis.call('SADD', browsers(session), hash)
  outlive(browsers(session), ttl)
  return look(hash, now)
end

function operations.update(hash, was, ttl, session, state, version, expires)
  local kind, before, stored = unpack(redis.call('HMGET', key(hash), 'kind', 'session', 'version'))
  if kind ~= 'open' or stored ~= was then return { 'no' } end
  redis.call('HSET', key(hash), 'session', session, 'state', state, 'version', version)
  -- Without one, that of a touch meanwhile stays.
  if expires ~= '' then
    redis.call('HSET', key(hash), 'expires', expires)
    keep(hash, expires, ttl)
  end
  if before ~= session then redis.call('SREM', browsers(before), hash) end
  redis.call('SADD', browsers(session), hash)
  outlive(browsers(session), ttl)
  return { 'yes' }
end

function operations.touch(hash, version, last, ttl, touched, expires)
  local kind, session, stored, before, until_then =
    unpack(redis.call('HMGET', key(hash), 'kind', 'session', 'version', 'touched', 'expires'))
  if kind ~= 'open' or stored ~= version or tonumber(before) > tonumber(last) or tonumber(before) >= tonumber(touched) then
    return { 'no' }
  end
  redis.call('HSET', key(hash), 'touched', touched)
  if tonumber(until_then) < tonumber(expires) then
    redis.call('HSET', key(hash), 'expires', expires)
    keep(hash, expires, ttl)
    outlive(browsers(session), ttl)
  end
  return { 'yes' }
end

function operations.renew(old, new, until_then, forget_at, ttl, now)
  local kind, by, session, expires, previous =
    unpack(redis.call('HMGET', key(old), 'kind', 'by', 'session', 'expires', 'previous'))
  -- The same call once more, because the first answer was lost.
  if kind == 'replaced' and by == new then return { 'yes' } end
  if kind ~= 'open' or redis.call('EXISTS', key(new)) == 1 then return { 'no' } end
  redis.call('RENAME', key(old), key(new))
  redis.call('HSET', key(new), 'previous', old)
  redis.call('ZADD', DUE, expires, new)
  redis.call('HSET', key(old), 'kind', 'replaced', 'by', new, 'at', until_then)
  if previous then redis.call('HSET', key(old), 'previous', previous) end
  keep(old, forget_at, ttl)
  if previous and field(previous, 'kind') == 'replaced' and tonumber(field(previous, 'at')) > tonumber(now) then
    redis.call('HSET', key(previous), 'at', now)
  end
  redis.call('SREM', browsers(session), old)
  redis.call('SADD', browsers(session), new)
  return { 'yes' }
end

operations['end'] = function(hash, now, forget_at, ttl)
  -- A renewal may have been faster: then the entry has another key by now.
  while field(hash, 'kind') == 'replaced' and redis.call('EXISTS', key(field(hash, 'by'))) == 1 do
    hash = field(hash, 'by')
  end
  local before = hash
  while before do
    local kind, session, at, previous = unpack(redis.call('HMGET', key(before), 'kind', 'session', 'at', 'previous'))
    if kind == 'open' then redis.call('SREM', browsers(session), before) end
    -- What ended earlier, ended then.
    if not (at and tonumber(at) <= tonumber(now)) then
      redis.call('DEL', key(before))
      redis.call('HSET', key(before), 'kind', 'ended', 'at', now)
      keep(before, forget_at, ttl)
    end
    before = previous
  end
  return { 'yes' }
end

function operations.list(session)
  local found = {}
  for _, hash in ipairs(redis.call('SMEMBERS', browsers(session))) do
    local kind, owner = unpack(redis.call('HMGET', key(hash), 'kind', 'session'))
    if kind == 'open' and owner == session then
      for _, value in ipairs(open(hash)) do table.insert(found, value) end
    else
      redis.call('SREM', browsers(session), hash)
    end
  end
  return found
end

-- Some of what is due: how many entries were forgotten, and how many keys altogether.
function operations.sweep(now, limit)
  local entries = 0
  local due = redis.call('ZRANGEBYSCORE', DUE, '-inf', '(' .. now, 'LIMIT', 0, limit)
  for _, hash in ipairs(due) do
    local kind, session = unpack(redis.call('HMGET', key(hash), 'kind', 'session'))
    if kind == 'open' then
      entries = entries + 1
      redis.call('SREM', browsers(session), hash)
    end
    redis.call('DEL', key(hash))
    redis.call('ZREM', DUE, hash)
  end
  return { tostring(entries), tostring(#due) }
end

return operations[ARGV[1]](unpack(ARGV, 2))
