-- Reads windows without changing them, but for filling one from the ledger
-- (and dropping what is too old, so that ZCARD is the count).
-- KEYS  a window and its "known" mark, by pairs
-- ARGV  1 window in ms  2 max  3 which pair to fill (0: none)  4.. slot, ms …
-- Answer {now, known, used, stamp of the slot that must leave first, …}
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local window, limit = tonumber(ARGV[1]), tonumber(ARGV[2])
local function ms(n) return string.format('%.0f', n) end

local pair = tonumber(ARGV[3])
if pair > 0 then
  local zset, known = KEYS[2 * pair - 1], KEYS[2 * pair]
  for i = 4, #ARGV, 2 do redis.call('ZADD', zset, ARGV[i + 1], ARGV[i]) end
  redis.call('ZREMRANGEBYSCORE', zset, '-inf', ms(now - window))
  local newest = redis.call('ZRANGE', zset, -1, -1, 'WITHSCORES')[2]
  if newest then redis.call('PEXPIREAT', zset, ms(math.min(tonumber(newest), now) + window)) end
  redis.call('SET', known, '1', 'PX', ms(window + 1000))
end

local answer = {ms(now)}
for i = 1, #KEYS, 2 do
  local after = '(' .. ms(now - window)
  local used = redis.call('ZCOUNT', KEYS[i], after, '+inf')
  local first = '0'
  if used >= limit then
    local e = redis.call('ZRANGEBYSCORE', KEYS[i], after, '+inf', 'WITHSCORES', 'LIMIT', used - limit, 1)
    first = ms(tonumber(e[2]))
  end
  answer[#answer + 1] = redis.call('EXISTS', KEYS[i + 1])
  answer[#answer + 1] = used
  answer[#answer + 1] = first
end
return answer
