-- Takes a deleted account off the call boards; its calls stay in the totals of the
-- services, under the name that it has in the ledger now.
-- KEYS 1 all calls  2 "listings purchases" of each account  3 totals of the services
-- ARGV 1 login  2 the name without a name
redis.call('ZREM', KEYS[1], ARGV[1])
local function totals(login)
  local listings, purchases = string.match(redis.call('HGET', KEYS[2], login) or '0 0', '(%d+) (%d+)')
  return {vente = tonumber(listings), achat = tonumber(purchases)}
end
local old, new = totals(ARGV[1]), totals(ARGV[2])
for service, n in pairs(old) do
  -- A check already wrote the new name: what both have counts once.
  local both = math.min(n, new[service])
  if both > 0 then redis.call('ZINCRBY', KEYS[3], -both, service) end
  new[service] = math.max(n, new[service])
end
if redis.call('HDEL', KEYS[2], ARGV[1]) == 1 then
  redis.call('HSET', KEYS[2], ARGV[2], new.vente .. ' ' .. new.achat)
end
return 1
