-- Notes one call in its user's journal, once however often it is told.
-- KEYS 1 journal  ARGV 1 ms  2 service:slot  3 kept  4 life in ms
redis.call('ZADD', KEYS[1], ARGV[1], ARGV[2])
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -1 - tonumber(ARGV[3]))
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1
