-- Writes calls into their user's journal, each once however often it is written. The
-- journal ends a fixed time after its newest call. One that is lost is not begun by a
-- call that has earlier ones: it would never be whole again.
-- KEYS 1 journal  ARGV 1 kept  2 life in ms  3 "1": it may begin  4.. ms, service:slot …
if ARGV[3] ~= '1' and redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
for i = 4, #ARGV, 2 do redis.call('ZADD', KEYS[1], ARGV[i], ARGV[i + 1]) end
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -1 - tonumber(ARGV[1]))
local newest = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')[2]
redis.call('PEXPIREAT', KEYS[1], string.format('%.0f', tonumber(newest) + tonumber(ARGV[2])))
return 1
