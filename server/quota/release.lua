-- Ends a slot's part in a repeatable call, and frees the slot where it is told
-- to. The mark of another slot stays: that one is still at work.
-- KEYS 1 window  2 (optional) mark of a repeatable call  ARGV 1 slot  2 "1": free it
if ARGV[2] == '1' then redis.call('ZREM', KEYS[1], ARGV[1]) end
if KEYS[2] and redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[2]) end
return 1
