-- Tells the call boards absolute figures: they only ever grow. A service's
-- total is the sum of its users' figures, kept by what each of them grew. Deleted
-- accounts (~number) count there and stand on no board.
-- KEYS 1 all calls  2 sales  3 purchases  4 totals of the services
-- ARGV login, sales, purchases …
local function raise(key, service, login, n)
  local old = tonumber(redis.call('ZSCORE', key, login) or '0')
  if n <= old then return old end
  redis.call('ZADD', key, n, login)
  redis.call('ZINCRBY', KEYS[4], n - old, service)
  return n
end
for i = 1, #ARGV, 3 do
  local sales = raise(KEYS[2], 'vente', ARGV[i], tonumber(ARGV[i + 1]))
  local purchases = raise(KEYS[3], 'achat', ARGV[i], tonumber(ARGV[i + 2]))
  if string.sub(ARGV[i], 1, 1) ~= '~' then redis.call('ZADD', KEYS[1], sales + purchases, ARGV[i]) end
end
return 1
