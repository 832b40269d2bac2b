-- The highest members of a sorted set, equal ones in the order of their names
-- (ZREVRANGE would turn them round). KEYS 1 set  ARGV 1 how many
-- Answer {member, score, …}
local n = tonumber(ARGV[1])
local top = redis.call('ZREVRANGE', KEYS[1], 0, n - 1, 'WITHSCORES')
local out = {}
local i = 1
while i < #top and #out < 2 * n do
  local score = top[i + 1]
  local same = redis.call('ZRANGEBYSCORE', KEYS[1], score, score, 'LIMIT', 0, n - #out / 2)
  for _, member in ipairs(same) do
    out[#out + 1] = member
    out[#out + 1] = score
  end
  while i < #top and top[i + 1] == score do i = i + 2 end
end
return out
