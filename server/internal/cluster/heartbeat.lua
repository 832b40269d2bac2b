-- One heartbeat of a process: it lives, what it reports, and its sessions: either all
-- of them, or which joined and left since the last heartbeat.
-- KEYS 1 processes (sorted set: process -> ms of its last heartbeat)  2 the process
--      3 its sessions (hash: number -> login address since)  4 its logins (set)
-- ARGV 1 process  2 instance  3 report  4 life of the keys in ms
--      5 rule (NAME=value …)  6 version  7 '' or 'part' for one that stops
--      8 what it says of itself beside the report
--      9 '1' when all sessions follow  10 sessions and  11 logins that must be here
--      for what follows to be the difference
--      12 to 15 how many follow: sessions to add, to remove, logins to remove, to add
--      16.. number, session …; number …; login …; login …
-- Answer 1, or 0 where the sessions of before are lost: send them all
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)

if ARGV[9] == '1' then
  redis.call('DEL', KEYS[3], KEYS[4])
elseif redis.call('EXISTS', KEYS[2]) == 0
  or redis.call('HLEN', KEYS[3]) ~= tonumber(ARGV[10])
  or redis.call('SCARD', KEYS[4]) ~= tonumber(ARGV[11]) then
  return 0
end

local i = 16
for _ = 1, tonumber(ARGV[12]) do
  redis.call('HSET', KEYS[3], ARGV[i], ARGV[i + 1])
  i = i + 2
end
for _, step in ipairs({{13, 'HDEL', KEYS[3]}, {14, 'SREM', KEYS[4]}, {15, 'SADD', KEYS[4]}}) do
  for _ = 1, tonumber(ARGV[step[1]]) do
    redis.call(step[2], step[3], ARGV[i])
    i = i + 1
  end
end

redis.call('HSET', KEYS[2], 'serveur', ARGV[2], 'mesures', ARGV[3], 'regle', ARGV[5], 'version', ARGV[6], 'etat', ARGV[7],
  'fiche', ARGV[8])
redis.call('ZADD', KEYS[1], string.format('%.0f', now), ARGV[1])
for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, ARGV[4]) end
return 1
