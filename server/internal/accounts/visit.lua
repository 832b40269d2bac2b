-- Counts a visit and renews its life. KEYS 1 visits  ARGV 1 life in ms
local n = redis.call('INCR', KEYS[1])
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return n
