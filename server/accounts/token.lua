-- Writes a token. KEYS 1 token  ARGV 1 life of the key in ms  2.. field, value …
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1
