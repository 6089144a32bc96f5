-- Stores what was concluded from a batch, whole or not at all. It compares and stores; it decides nothing.
--
-- KEYS  1 meta       hash: mode, outboxFirst, ledgerOffset, o:<topic> offset, w:<topic> watermark,
--                    r:<topic> rebuild end, h:<topic|source> heard, n:<name> note
--       2 incidents  hash: id to "<version>|<record>"
--       3 due        sorted set: id by due instant
--       4 slots      hash: key to count
--       5 outbox     list: entries; the first has the sequence number outboxFirst
--       6 done       string: there when this very commit was stored before
-- ARGV  1 head, as JSON (texts throughout; absent fields mean nothing is asked):
--         expectMode, expectNotes [[name, text]], advance {topic, from, to}, trim {from, through}, watermark {topic, instant},
--         reached [{topic, offset, instant}], heard {key: instant}, mode, rebuildTo {topic: offset}, ledgerOffset {from, to}, notes {name: text},
--         remember (seconds to keep 'done'; absent: storing it twice changes nothing),
--         incidents, slots, dropSlots, outbox (how many of each follow)
--       2…  incidents: id, expected version, due ('' none, 'x' remove the incident), record each;
--           slots: key, delta each; dropSlots: key each; outbox: entry each
-- Returns {'committed'} or the refusal, nothing having been stored: {'stale-mode', mode},
--   {'stale-notes', name, …},
--   {'stale-offset', offset}, {'stale-ledger', offset}, {'stale-outbox', first},
--   {'stale-incidents', id, …}; '' where there is none.
-- Writes  all keys. Numbers are compared as texts where they may exceed 2^53. The caller sees to it that
--   they are whole: an error after the first write would leave one half stored.

local meta, incidents, due, slots, outbox, done = unpack(KEYS)
local head = cjson.decode(ARGV[1])

-- The answer to the first attempt was lost on its way: it is given again.
if head.remember and redis.call('EXISTS', done) == 1 then return { 'committed' } end

local function stored(field) return redis.call('HGET', meta, field) or '' end

if head.expectMode and stored('mode') ~= head.expectMode then
  return { 'stale-mode', stored('mode') }
end
local staleNotes = { 'stale-notes' }
for _, note in ipairs(head.expectNotes or {}) do
  if redis.call('HGET', meta, 'n:' .. note[1]) ~= note[2] then staleNotes[#staleNotes + 1] = note[1] end
end
if #staleNotes > 1 then return staleNotes end
if head.advance and stored('o:' .. head.advance.topic) ~= head.advance.from then
  return { 'stale-offset', stored('o:' .. head.advance.topic) }
end
for _, one in ipairs(head.reached or {}) do
  local known = stored('o:' .. one.topic)
  if #known < #one.offset or (#known == #one.offset and known < one.offset) then
    return { 'stale-offset', known }
  end
end
if head.ledgerOffset and stored('ledgerOffset') ~= head.ledgerOffset.from then
  return { 'stale-ledger', stored('ledgerOffset') }
end
if head.trim then
  local first = redis.call('LLEN', outbox) > 0 and stored('outboxFirst') or ''
  if first ~= head.trim.from then return { 'stale-outbox', first } end
end
local stale = { 'stale-incidents' }
local n = 2
for _ = 1, head.incidents do
  local known = redis.call('HGET', incidents, ARGV[n])
  local version = known and string.match(known, '^(%d+)|') or '0'
  if version ~= ARGV[n + 1] then stale[#stale + 1] = ARGV[n] end
  n = n + 4
end
if #stale > 1 then return stale end

n = 2
for _ = 1, head.incidents do
  local id, expected, dueAt = ARGV[n], ARGV[n + 1], ARGV[n + 2]
  if dueAt == 'x' then
    redis.call('HDEL', incidents, id)
  else
    redis.call('HSET', incidents, id, string.format('%d|', expected + 1) .. ARGV[n + 3])
  end
  if dueAt == 'x' or dueAt == '' then
    redis.call('ZREM', due, id)
  else
    redis.call('ZADD', due, dueAt, id)
  end
  n = n + 4
end
for _ = 1, head.slots do
  if redis.call('HINCRBY', slots, ARGV[n], ARGV[n + 1]) == 0 then
    redis.call('HDEL', slots, ARGV[n])
  end
  n = n + 2
end
for _ = 1, head.dropSlots do
  redis.call('HDEL', slots, ARGV[n])
  n = n + 1
end
if head.trim then
  local asked = tonumber(head.trim.through) - tonumber(head.trim.from) + 1
  local count = math.min(asked, redis.call('LLEN', outbox))
  redis.call('LTRIM', outbox, count, -1)
  redis.call('HINCRBY', meta, 'outboxFirst', count)
end
if head.outbox > 0 then redis.call('HSETNX', meta, 'outboxFirst', '1') end
for _ = 1, head.outbox do
  redis.call('RPUSH', outbox, ARGV[n])
  n = n + 1
end

local function raise(field, instant)
  local known = redis.call('HGET', meta, field)
  if not known or tonumber(known) < tonumber(instant) then redis.call('HSET', meta, field, instant) end
end
if head.advance then redis.call('HSET', meta, 'o:' .. head.advance.topic, head.advance.to) end
if head.watermark then raise('w:' .. head.watermark.topic, head.watermark.instant) end
for _, one in ipairs(head.reached or {}) do raise('w:' .. one.topic, one.instant) end
for key, instant in pairs(head.heard or {}) do raise('h:' .. key, instant) end
if head.mode then redis.call('HSET', meta, 'mode', head.mode) end
for topic, offset in pairs(head.rebuildTo or {}) do redis.call('HSET', meta, 'r:' .. topic, offset) end
if head.ledgerOffset then redis.call('HSET', meta, 'ledgerOffset', head.ledgerOffset.to) end
for name, text in pairs(head.notes or {}) do redis.call('HSET', meta, 'n:' .. name, text) end
if head.remember then redis.call('SET', done, '1', 'EX', head.remember) end
return { 'committed' }
