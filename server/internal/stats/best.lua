-- The highest members of sorted sets, equal ones in the order of their names
-- (ZREVRANGE would turn them round), and whether the checkpoint beside them is there.
-- KEYS 1 checkpoint  2.. sets  ARGV 1 a field of it  2.. how many of each set
-- Answer {known, {member, score, …} …}
local function best(key, n)
  local top = redis.call('ZREVRANGE', key, 0, n - 1, 'WITHSCORES')
  local out = {}
  local i = 1
  while i < #top and #out < 2 * n do
    local score = top[i + 1]
    -- Equal ones follow here, or perhaps behind what was asked for.
    if top[i + 3] == score or (i + 2 > #top and #top == 2 * n) then
      local same = redis.call('ZRANGEBYSCORE', key, score, score, 'LIMIT', 0, n - #out / 2)
      for _, member in ipairs(same) do
        out[#out + 1] = member
        out[#out + 1] = score
      end
    else
      out[#out + 1] = top[i]
      out[#out + 1] = score
    end
    while i < #top and top[i + 1] == score do i = i + 2 end
  end
  return out
end
local answer = {redis.call('HEXISTS', KEYS[1], ARGV[1])}
for i = 2, #KEYS do answer[i] = best(KEYS[i], tonumber(ARGV[i])) end
return answer
