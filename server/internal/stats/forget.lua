-- Takes a deleted account off the call boards; its calls stay in the totals of the
-- services, under the name that it has in the ledger now.
-- KEYS 1 all calls  2 listings  3 purchases  4 totals of the services
-- ARGV 1 login  2 the name without a name
redis.call('ZREM', KEYS[1], ARGV[1])
for i, service in ipairs({'vente', 'achat'}) do
  local key = KEYS[i + 1]
  local n = tonumber(redis.call('ZSCORE', key, ARGV[1]) or '0')
  local counted = tonumber(redis.call('ZSCORE', key, ARGV[2]) or '0')
  if n > counted then redis.call('ZADD', key, n, ARGV[2]) end
  -- A check already wrote the new name: what both have counts once.
  if math.min(n, counted) > 0 then redis.call('ZINCRBY', KEYS[4], -math.min(n, counted), service) end
  redis.call('ZREM', key, ARGV[1])
end
return 1
