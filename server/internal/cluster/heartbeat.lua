-- One heartbeat of a process: it lives, what it reports, and its sessions: either all
-- of them, or which joined and left since the last heartbeat.
-- KEYS 1 processes (sorted set: process -> ms of its last heartbeat)  2 the process
--      3 its sessions (hash: number -> login address since)  4 its logins (set)
--      5 on how many processes a login is (sorted set: login -> number; and one member
--      that begins with a blank: the processes that are counted)
-- ARGV 1 process  2 instance  3 report  4 life of the keys in ms
--      5 rule (NAME=value …)  6 version  7 '' or 'part' for one that stops
--      8 what it says of itself beside the report
--      9 age in ms at which a process counts as dead  10 prefix of the keys of processes
--      11 '1' when all sessions follow  12 sessions and  13 logins that must be here
--      for what follows to be the difference
--      14 to 17 how many follow: sessions to add, to remove, logins to remove, to add
--      18.. number, session …; number …; login …; login …
-- Answer 1, or 0 where the sessions of before are lost: send them all
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)

local whole = ARGV[11] == '1'
if whole then
  redis.call('DEL', KEYS[3], KEYS[4], KEYS[5])
elseif redis.call('EXISTS', KEYS[2]) == 0
  or redis.call('HLEN', KEYS[3]) ~= tonumber(ARGV[12])
  or redis.call('SCARD', KEYS[4]) ~= tonumber(ARGV[13]) then
  return 0
end

local i = 18
for _ = 1, tonumber(ARGV[14]) do
  redis.call('HSET', KEYS[3], ARGV[i], ARGV[i + 1])
  i = i + 2
end
for _ = 1, tonumber(ARGV[15]) do
  redis.call('HDEL', KEYS[3], ARGV[i])
  i = i + 1
end
for _ = 1, tonumber(ARGV[16]) do
  if redis.call('SREM', KEYS[4], ARGV[i]) == 1 and tonumber(redis.call('ZINCRBY', KEYS[5], -1, ARGV[i])) < 1 then
    redis.call('ZREM', KEYS[5], ARGV[i])
  end
  i = i + 1
end
for _ = 1, tonumber(ARGV[17]) do
  if redis.call('SADD', KEYS[4], ARGV[i]) == 1 and not whole then redis.call('ZINCRBY', KEYS[5], 1, ARGV[i]) end
  i = i + 1
end

redis.call('HSET', KEYS[2], 'serveur', ARGV[2], 'mesures', ARGV[3], 'regle', ARGV[5], 'version', ARGV[6], 'etat', ARGV[7],
  'fiche', ARGV[8])
redis.call('ZADD', KEYS[1], string.format('%.0f', now), ARGV[1])
-- Where the clock was set back: who lives comes again within a second.
redis.call('ZREMRANGEBYSCORE', KEYS[1], string.format('(%.0f', now + tonumber(ARGV[9])), '+inf')

-- Where a process came, went, died or sent all, all are counted anew.
local alive = redis.call('ZRANGEBYSCORE', KEYS[1], string.format('%.0f', now - tonumber(ARGV[9])), '+inf')
table.sort(alive)
local counted = ' ' .. table.concat(alive, ' ')
if not redis.call('ZSCORE', KEYS[5], counted) then
  local logins = {}
  for n, process in ipairs(alive) do logins[n] = ARGV[10] .. process .. ':logins' end
  redis.call('ZUNIONSTORE', KEYS[5], #logins, unpack(logins))
  redis.call('ZADD', KEYS[5], 0, counted)
end

for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, ARGV[4]) end
return 1
