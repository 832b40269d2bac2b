-- The other processes on the same stores, and which of them conflict with this one:
-- they have its name, or another rule. Where none does it enters, in the same step.
-- KEYS 1 processes (sorted set: process -> ms of its last heartbeat)  2 this process
-- ARGV 1 life in ms  2 prefix of the keys of processes  3 process
--      4 instance  5 rule (NAME=value NAME=value …)  6 life of its key in ms
--      7 '1' to enter
-- Answer {process, ms of its last heartbeat, instance, rule, state, '1' if it
-- conflicts, …}
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)

local function settings(rule)
  local all = {}
  for name, value in string.gmatch(rule or '', '(%S+)=(%S+)') do all[name] = value end
  return all
end

-- A setting that only one of them has is of another version, and no difference.
local own = settings(ARGV[5])
local function differs(rule)
  for name, value in pairs(settings(rule)) do
    if own[name] and own[name] ~= value then return true end
  end
  return false
end

-- Where the clock was set back: who lives comes again within a second.
redis.call('ZREMRANGEBYSCORE', KEYS[1], string.format('(%.0f', now + tonumber(ARGV[1])), '+inf')

local free, answer = true, {}
local alive = redis.call('ZRANGEBYSCORE', KEYS[1], string.format('%.0f', now - tonumber(ARGV[1])), '+inf', 'WITHSCORES')
for i = 1, #alive, 2 do
  local process = alive[i]
  if process ~= ARGV[3] then
    local f = redis.call('HMGET', ARGV[2] .. process, 'serveur', 'regle', 'etat')
    local conflicts = f[1] == ARGV[4] or differs(f[2] or '')
    free = free and not conflicts
    for _, value in ipairs({process, alive[i + 1], f[1] or '', f[2] or '', f[3] or '', conflicts and '1' or '0'}) do
      answer[#answer + 1] = value
    end
  end
end
if ARGV[7] == '1' and free then
  redis.call('HSET', KEYS[2], 'serveur', ARGV[4], 'regle', ARGV[5])
  redis.call('ZADD', KEYS[1], string.format('%.0f', now), ARGV[3])
  for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, ARGV[6]) end
end
return answer
