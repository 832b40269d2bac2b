-- Writes accounts' totals to the boards of calls: they only ever grow. A service's total
-- is the sum of the accounts' totals, raised by as much as each of them. Deleted accounts
-- (~number) count there and stand on no board.
-- Where the accounts' totals are lost and those of the services are not, or the other way
-- round, all are deleted, with the checkpoint: the next check rebuilds them.
-- A hash, and not a sorted set for each service: a million accounts are rebuilt in 9.0 s
-- instead of 11.7 (BenchmarkScale/Rebuild).
-- KEYS 1 all calls  2 "listings purchases" of each account that has any  3 totals of the
-- services  4 checkpoint
-- ARGV login, listings, purchases … (each login once)
if redis.call('EXISTS', KEYS[2]) ~= redis.call('EXISTS', KEYS[3]) then redis.call('DEL', unpack(KEYS)) end
local most = 500 -- accounts at a time: Lua's stack has room for some thousand values
local grown = {vente = 0, achat = 0}
for from = 1, #ARGV, 3 * most do
  local to = math.min(from + 3 * most, #ARGV) - 1
  local logins, totals, all = {}, {}, {}
  for i = from, to, 3 do logins[#logins + 1] = ARGV[i] end
  local old = redis.call('HMGET', KEYS[2], unpack(logins))
  for n, login in ipairs(logins) do
    local listings, purchases = ARGV[from + 3 * n - 2], ARGV[from + 3 * n - 1]
    local listed, purchased = 0, 0
    if old[n] then listed, purchased = string.match(old[n], '(%d+) (%d+)') end
    local more, bought = listings - listed, purchases - purchased
    if more < 0 then listings, more = listed, 0 end
    if bought < 0 then purchases, bought = purchased, 0 end
    if more + bought > 0 then
      totals[#totals + 1] = login
      totals[#totals + 1] = listings .. ' ' .. purchases
      grown.vente, grown.achat = grown.vente + more, grown.achat + bought
    end
    if string.sub(login, 1, 1) ~= '~' then
      all[#all + 1] = listings + purchases
      all[#all + 1] = login
    end
  end
  if #totals > 0 then redis.call('HSET', KEYS[2], unpack(totals)) end
  if #all > 0 then redis.call('ZADD', KEYS[1], unpack(all)) end
end
for service, n in pairs(grown) do
  if n > 0 then redis.call('ZINCRBY', KEYS[3], n, service) end
end
return 1
