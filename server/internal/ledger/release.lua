-- Frees a slot, and ends its part in a repeatable call: the window then ends with
-- the newest of the others. The mark of another slot stays: that call is still in
-- progress. It may run again.
-- KEYS 1 window  2 (optional) mark of a repeatable call
-- ARGV 1 slot  2 window in ms
if redis.call('ZREM', KEYS[1], ARGV[1]) == 1 then
  local newest = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')[2]
  if newest then
    local t = redis.call('TIME')
    local now = t[1] * 1000 + math.floor(t[2] / 1000)
    redis.call('PEXPIREAT', KEYS[1], string.format('%.0f', math.min(tonumber(newest), now) + tonumber(ARGV[2])))
  end
end
if KEYS[2] and redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[2]) end
return 1
