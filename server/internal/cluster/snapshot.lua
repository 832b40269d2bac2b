-- Reads all living processes at once, and forgets those that died long ago.
-- KEYS 1 processes  2 on how many processes a login is (heartbeat.lua)
-- ARGV 1 life in ms  2 prefix of the keys of processes
--      3 how long one that died is remembered, ms
-- Answer {now, distinct users, process, instance, report, process …}
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local alive = string.format('%.0f', now - tonumber(ARGV[1]))

redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now - tonumber(ARGV[3])))
local users = math.max(0, redis.call('ZCARD', KEYS[2]) - 1)
local answer = {string.format('%.0f', now), users}
for _, process in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], alive, '+inf')) do
  local f = redis.call('HMGET', ARGV[2] .. process, 'serveur', 'mesures')
  answer[#answer + 1] = process
  answer[#answer + 1] = f[1] or ''
  answer[#answer + 1] = f[2] or ''
end
return answer
