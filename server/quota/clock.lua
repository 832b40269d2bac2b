-- The time of the node that has KEYS 1. Answer {ms}
local t = redis.call('TIME')
return {string.format('%.0f', t[1] * 1000 + math.floor(t[2] / 1000))}
