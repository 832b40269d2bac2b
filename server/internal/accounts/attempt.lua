-- Counts an attempt against several limits at once, or none of them.
-- KEYS counters  ARGV by threes: limit (0: only counted), life in ms, amount
-- Answer {0, counts …}, or {ms to wait} where one is full. An amount of 0 looks
-- whether one more would pass, and counts nothing; a negative one takes an attempt
-- back and is never refused.
for i = 1, #KEYS do
  local limit, life, amount = tonumber(ARGV[3 * i - 2]), tonumber(ARGV[3 * i - 1]), tonumber(ARGV[3 * i])
  -- Where the clock was set back, what it counted lives longer.
  if redis.call('PTTL', KEYS[i]) > life then redis.call('PEXPIRE', KEYS[i], life) end
  if amount >= 0 and limit > 0 and tonumber(redis.call('GET', KEYS[i]) or '0') + math.max(1, amount) > limit then
    return {math.max(1, redis.call('PTTL', KEYS[i]))}
  end
end
local out = {0}
for i = 1, #KEYS do
  local amount = tonumber(ARGV[3 * i])
  local n = tonumber(redis.call('GET', KEYS[i]) or '0')
  if amount > 0 or amount < 0 and n > 0 then
    n = redis.call('INCRBY', KEYS[i], amount)
    if n == amount then redis.call('PEXPIRE', KEYS[i], ARGV[3 * i - 1]) end
    if n <= 0 then redis.call('DEL', KEYS[i]) end
  end
  out[#out + 1] = n
end
return out
