-- Takes one slot of a sliding window, or says why not, in one atomic step and
-- on this Redis's clock.
-- KEYS  1 window (sorted set: slot -> milliseconds)  2 "window is known" mark
--       3 (optional) mark of a repeatable call at work
-- ARGV  1 window in ms  2 max  3 slot  4 life of the mark 3 in ms
--       5 "1" when the ledger's slots follow: 6.. slot, ms, slot, ms …
-- Answer {verdict, used, now, stamp of the slot that must leave first}
--       1 taken  0 full  -1 the window is unknown: fill it  -2 a twin is at work
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local window, limit = tonumber(ARGV[1]), tonumber(ARGV[2])
local life = window + 1000
local function ms(n) return string.format('%.0f', n) end

if ARGV[5] == '1' then
  for i = 6, #ARGV, 2 do redis.call('ZADD', KEYS[1], ARGV[i + 1], ARGV[i]) end
  redis.call('SET', KEYS[2], '1', 'PX', ms(life))
  if #ARGV >= 6 then redis.call('PEXPIRE', KEYS[1], ms(life)) end
elseif redis.call('EXISTS', KEYS[2]) == 0 then
  return {-1, 0, ms(now), '0'}
end
if KEYS[3] and redis.call('EXISTS', KEYS[3]) == 1 then
  return {-2, 0, ms(now), '0'}
end

redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ms(now - window))
local used = redis.call('ZCARD', KEYS[1])
if used >= limit then
  local first = redis.call('ZRANGE', KEYS[1], used - limit, used - limit, 'WITHSCORES')
  return {0, used, ms(now), ms(tonumber(first[2]))}
end
redis.call('ZADD', KEYS[1], ms(now), ARGV[3])
redis.call('PEXPIRE', KEYS[1], ms(life))
redis.call('PEXPIRE', KEYS[2], ms(life))
if KEYS[3] then redis.call('SET', KEYS[3], ARGV[3], 'PX', ARGV[4]) end
return {1, used + 1, ms(now), '0'}
