-- Replaces a checkpoint, if it is still the one that was read: a Redis emptied
-- meanwhile must not be taken for one that holds the boards.
-- KEYS 1 checkpoint  ARGV 1 field  2 its expected value  3.. field, value …
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('DEL', KEYS[1]) -- with the fields of other rebuilds: the boards are whole
redis.call('HSET', KEYS[1], unpack(ARGV, 3))
return 1
