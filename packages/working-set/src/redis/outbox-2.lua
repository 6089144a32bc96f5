-- Reads the start of the outbox in one piece: with two commands, what another publisher trims between
-- them would give the entries the wrong numbers.
--
-- KEYS  1 meta    hash; outboxFirst is the sequence number of the first entry
--       2 outbox  list of entries
-- ARGV  1 how many at most
-- Returns {first sequence number or '', entry, …}. Writes nothing.

local entries = redis.call('LRANGE', KEYS[2], 0, ARGV[1] - 1)
table.insert(entries, 1, redis.call('HGET', KEYS[1], 'outboxFirst') or '')
return entries
