-- Writes users' totals to the boards of logins: they only ever grow. Many members in
-- one ZADD: a rebuilding keeps Redis from others a third as long.
-- KEYS 1 totals  2 last logins  ARGV 1 kept of 2  2.. login, total, ms …
local most = 1000 -- values of one call: Lua's stack has room for some thousands
local function raise(key, at)
  local list = {}
  for i = 2, #ARGV, 3 do
    if tonumber(ARGV[i + at]) > 0 then
      list[#list + 1] = ARGV[i + at]
      list[#list + 1] = ARGV[i]
    end
    if #list == most or (#list > 0 and i + 3 > #ARGV) then
      redis.call('ZADD', key, 'GT', unpack(list))
      list = {}
    end
  end
end
raise(KEYS[1], 1)
raise(KEYS[2], 2)
redis.call('ZREMRANGEBYRANK', KEYS[2], 0, -1 - tonumber(ARGV[1]))
return 1
