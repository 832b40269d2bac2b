-- Notes a refusal among a user's last ones, which administrators are shown.
-- KEYS 1 list, newest first  ARGV 1 entry  2 how many are kept  3 life in ms
redis.call('LPUSH', KEYS[1], ARGV[1])
redis.call('LTRIM', KEYS[1], 0, ARGV[2] - 1)
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
