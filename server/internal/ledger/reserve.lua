-- Takes one slot of a sliding window, or says why not, in one atomic step and
-- on this Redis's clock. Run again with the same slot, it takes nothing more and
-- answers the same. A refusal takes nothing; the window may have been filled before it.
-- KEYS  1 window (sorted set: slot -> milliseconds)  2 "window is known" mark
--       3 (optional) mark of a repeatable call in progress
-- ARGV  1 window in ms  2 max  3 slot  4 life of the mark 3 in ms
--       5 until when it may be taken, ms: later, the caller has given up
--       6 "1" when the ledger's slots follow: 7.. slot, ms, slot, ms …
-- Answer {verdict, used, now, stamp}: the slot's own stamp where it is taken, of
--       the slot that must leave first where the window is full
--       1 taken  0 full  -1 the window is unknown: fill it  -2 another call with the ref is in progress
--       -3 too late
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local window, limit = tonumber(ARGV[1]), tonumber(ARGV[2])
local function ms(n) return string.format('%.0f', n) end
if now > tonumber(ARGV[5]) then return {-3, 0, ms(now), '0'} end

if ARGV[6] == '1' then
  for i = 7, #ARGV, 2 do redis.call('ZADD', KEYS[1], ARGV[i + 1], ARGV[i]) end
  redis.call('SET', KEYS[2], '1', 'PX', ms(window + 1000))
  -- The window ends with its newest slot; one in the future counts as now, for
  -- the clock was set back.
  local newest = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')[2]
  if newest then redis.call('PEXPIREAT', KEYS[1], ms(math.min(tonumber(newest), now) + window)) end
elseif redis.call('EXISTS', KEYS[2]) == 0 then
  return {-1, 0, ms(now), '0'}
end
if KEYS[3] then
  local at_work = redis.call('GET', KEYS[3])
  if at_work and at_work ~= ARGV[3] then return {-2, 0, ms(now), '0'} end
end

local after = '(' .. ms(now - window)
local used = redis.call('ZCOUNT', KEYS[1], after, '+inf')
local taken = redis.call('ZSCORE', KEYS[1], ARGV[3])
if taken then return {1, used, ms(now), ms(tonumber(taken))} end
if used >= limit then
  local first = redis.call('ZRANGEBYSCORE', KEYS[1], after, '+inf', 'WITHSCORES', 'LIMIT', used - limit, 1)
  return {0, used, ms(now), ms(tonumber(first[2]))}
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ms(now - window))
redis.call('ZADD', KEYS[1], ms(now), ARGV[3])
redis.call('PEXPIREAT', KEYS[1], ms(now + window))
redis.call('SET', KEYS[2], '1', 'PX', ms(window + 1000))
if KEYS[3] then redis.call('SET', KEYS[3], ARGV[3], 'PX', ARGV[4]) end
return {1, used + 1, ms(now), ms(now)}
