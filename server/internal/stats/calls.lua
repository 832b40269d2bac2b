-- Writes users' totals to the boards of calls: they only ever grow. A service's
-- total is the sum of its users' totals, raised by as much as each of them. Deleted
-- accounts (~number) count there and stand on no board.
-- Where the users of a service are lost and its total is not, or the other way round,
-- all are deleted, with the checkpoint: the next check rebuilds them.
-- KEYS 1 all calls  2 listings  3 purchases  4 totals of the services  5 checkpoint
-- ARGV login, listings, purchases … (each login once)
for i, service in ipairs({'vente', 'achat'}) do
  if redis.call('EXISTS', KEYS[i + 1]) ~= (redis.call('ZSCORE', KEYS[4], service) and 1 or 0) then
    redis.call('DEL', unpack(KEYS))
    break
  end
end
local most = 500 -- users at a time: Lua's stack has room for some thousand values
local function raise(key, service, logins, figures)
  local old = redis.call('ZMSCORE', key, unpack(logins))
  local list, grown = {}, 0
  for i, n in ipairs(figures) do
    local was = tonumber(old[i] or '0')
    if n > was then
      list[#list + 1] = n
      list[#list + 1] = logins[i]
      grown = grown + n - was
    else
      figures[i] = was
    end
  end
  if #list > 0 then
    redis.call('ZADD', key, unpack(list))
    redis.call('ZINCRBY', KEYS[4], grown, service)
  end
end
for from = 1, #ARGV, 3 * most do
  local logins, listings, purchases, all = {}, {}, {}, {}
  for i = from, math.min(from + 3 * most, #ARGV) - 1, 3 do
    logins[#logins + 1] = ARGV[i]
    listings[#listings + 1] = tonumber(ARGV[i + 1])
    purchases[#purchases + 1] = tonumber(ARGV[i + 2])
  end
  raise(KEYS[2], 'vente', logins, listings)
  raise(KEYS[3], 'achat', logins, purchases)
  for i, login in ipairs(logins) do
    if string.sub(login, 1, 1) ~= '~' then
      all[#all + 1] = listings[i] + purchases[i]
      all[#all + 1] = login
    end
  end
  if #all > 0 then redis.call('ZADD', KEYS[1], unpack(all)) end
end
return 1
