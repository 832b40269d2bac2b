-- All of a window, and the time of the node that has it.
-- KEYS 1 window  2 "window is known" mark  Answer {ms, known, slot, ms, slot, ms …}
local t = redis.call('TIME')
local answer = {string.format('%.0f', t[1] * 1000 + math.floor(t[2] / 1000)), redis.call('EXISTS', KEYS[2])}
for _, v in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')) do answer[#answer + 1] = v end
return answer
