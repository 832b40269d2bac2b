-- Writes a use of a token; its end only moves forward.
-- KEYS 1 token
-- ARGV 1 life of the key in ms  2 "1": only where the token is known
--      3 field, 4 end by the last use in ms
--      5 field, 6 end while the connection is there, '' once it left
--      7.. field, value …
if ARGV[2] == '1' and redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local ends = redis.call('HGET', KEYS[1], ARGV[3])
if not ends or tonumber(ends) < tonumber(ARGV[4]) then redis.call('HSET', KEYS[1], ARGV[3], ARGV[4]) end
if ARGV[6] == '' then
  redis.call('HDEL', KEYS[1], ARGV[5])
else
  redis.call('HSET', KEYS[1], ARGV[5], ARGV[6])
end
redis.call('HSET', KEYS[1], unpack(ARGV, 7))
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1
