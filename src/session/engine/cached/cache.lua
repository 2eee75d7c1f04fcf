-- What the cache does in Redis, each time as one step. ARGV[1] says what, the others are its arguments.
--
-- cartellino:cache:HASH            what a key opens, with the session that it belongs to; or a tombstone, `gone`
-- cartellino:cache-session:ID      a tombstone for all keys of a session
--
-- All times are milliseconds by Redis' own clock. Why this is right stands in `mod.rs`.

local function entry(hash) return 'cartellino:cache:' .. hash end
local function tombstone(session) return 'cartellino:cache-session:' .. session end

local function clock()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local operations = {}

-- A hit, or the time from which a fill counts.
function operations.load(hash)
  local session, browser = unpack(redis.call('HMGET', entry(hash), 'session', 'browser'))
  if browser and redis.call('EXISTS', tombstone(session)) == 0 then return { 'hit', browser } end
  return { 'miss', string.format('%.0f', clock()) }
end

function operations.fill(hash, session, browser, asked_at, life)
  local rest = tonumber(asked_at) + tonumber(life) - clock()
  if rest < 1 or redis.call('EXISTS', entry(hash), tombstone(session)) > 0 then return { 'no' } end
  redis.call('HSET', entry(hash), 'session', session, 'browser', browser)
  redis.call('PEXPIRE', entry(hash), string.format('%.0f', rest))
  return { 'yes' }
end

function operations.drop(life, ...)
  for _, hash in ipairs({ ... }) do
    redis.call('DEL', entry(hash))
    redis.call('HSET', entry(hash), 'gone', '1')
    redis.call('PEXPIRE', entry(hash), life)
  end
  return { 'yes' }
end

function operations.forget(life, session, ...)
  redis.call('SET', tombstone(session), '1', 'PX', life)
  return operations.drop(life, ...)
end

return operations[ARGV[1]](unpack(ARGV, 2))
