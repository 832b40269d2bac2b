-- Reads all processes that live, and those that died lately.
-- KEYS 1 processes  ARGV 1 oldest heartbeat in ms of age  2 prefix of the keys of processes
-- Answer {now, process, ms of its last heartbeat, instance, report, version, own words, …}
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local answer = {string.format('%.0f', now)}
local known = redis.call('ZRANGEBYSCORE', KEYS[1], string.format('%.0f', now - tonumber(ARGV[1])), '+inf', 'WITHSCORES')
for i = 1, #known, 2 do
  local f = redis.call('HMGET', ARGV[2] .. known[i], 'serveur', 'mesures', 'version', 'fiche')
  for _, value in ipairs({known[i], known[i + 1], f[1] or '', f[2] or '', f[3] or '', f[4] or ''}) do
    answer[#answer + 1] = value
  end
end
return answer
