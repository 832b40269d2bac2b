-- Takes slots out of a window: those up to an instant, those so far in the future
-- that the clock was set back, and those named. The rest stays; the window ends
-- with its newest slot.
-- KEYS 1 window  ARGV 1 up to, ms  2 future from, ms  3 window in ms  4.. slots
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '(' .. ARGV[2], '+inf')
for i = 4, #ARGV do redis.call('ZREM', KEYS[1], ARGV[i]) end
local newest = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')[2]
if newest then redis.call('PEXPIREAT', KEYS[1], string.format('%.0f', tonumber(newest) + tonumber(ARGV[3]))) end
return 1
