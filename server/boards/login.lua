-- Tells the login boards absolute figures: they only ever grow.
-- KEYS 1 totals  2 last logins  ARGV 1 kept of 2  2.. login, total, ms …
for i = 2, #ARGV, 3 do
  if tonumber(ARGV[i + 1]) > 0 then redis.call('ZADD', KEYS[1], 'GT', ARGV[i + 1], ARGV[i]) end
  if tonumber(ARGV[i + 2]) > 0 then redis.call('ZADD', KEYS[2], 'GT', ARGV[i + 2], ARGV[i]) end
end
redis.call('ZREMRANGEBYRANK', KEYS[2], 0, -1 - tonumber(ARGV[1]))
return 1
