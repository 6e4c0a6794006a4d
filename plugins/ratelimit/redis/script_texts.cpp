// plugins/ratelimit/redis/script_texts.cpp - the arithmetic of token_bucket, window_counter, sliding_log and
// concurrency once more, in Lua 5.1 as Redis runs it: every number is a double.
#include "redis/script_texts.h"

namespace tollgate::ratelimit {

const char* const clock_text = R"lua(
local now = tonumber(ARGV[1])
if now == 0 then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end
local floor, ceil, max, min = math.floor, math.ceil, math.max, math.min
local function expire(key, microseconds)  -- not where time is another than the one keys expire by
  if ARGV[1] == '0' then redis.call('PEXPIRE', key, string.format('%.0f', ceil(microseconds / 1000) + 1)) end
end
)lua";

// A hash: tokens, last_refill (seconds) and the limit they were counted by. A full bucket is the same as none. A
// rounding error of a billionth is forgiven once, and not earned again: it stays in `tokens`.
const char* const token_bucket_text = R"lua(
local function token_bucket(key, a, price, commit)
  local burst, rate, patience, limit = tonumber(ARGV[a + 1]), tonumber(ARGV[a + 2]), tonumber(ARGV[a + 3]), ARGV[a + 4]
  local was = redis.call('HMGET', key, 'tokens', 'last_refill', 'limit')
  local tokens, slack = burst, burst * 1e-12 + 1e-9
  local function keep()
    local last, missing = string.format('%.6f', now / 1000000), max(0, burst - tokens)
    if was[3] == limit then
      redis.call('HSET', key, 'tokens', tokens, 'last_refill', last)
    else
      redis.call('HSET', key, 'tokens', tokens, 'last_refill', last, 'limit', limit)
    end
    expire(key, missing / rate)
  end
  if was[1] then
    local passed = max(0, now - floor(was[2] * 1000000 + 0.5))
    if not was[3] or was[3] == limit then
      tokens = min(burst, was[1] + passed * rate)
    else
      local old_burst, old_rate = string.match(was[3], '^(%S+) (%S+)$')
      old_burst = tonumber(old_burst)
      tokens = min(old_burst, was[1] + passed * old_rate) * burst / old_burst
      keep()
    end
  end
  local lacking, admitted, delay, retry = price - tokens, 0, 0, 0
  if price > burst + slack then
    retry = -1
  elseif lacking <= slack or price == 0 then
    admitted = 1
  elseif lacking <= patience + slack then
    admitted, delay = 1, ceil(lacking / rate)
  else
    retry = ceil((lacking - patience) / rate)
  end
  if admitted == 1 then tokens = tokens - price end
  local reset = max(0, ceil((burst - tokens) / rate))
  if commit and admitted == 1 and price > 0 then keep() end
  return admitted, max(0, floor(tokens + slack)), retry, reset, delay, now
end
)lua";

// Civil dates from days (Howard Hinnant's algorithms): the end of the day, week or month that holds a millisecond.
const char* const calendar_text = R"lua(
local function calendar_end(unit, ms)
  local day = floor(ms / 86400000)
  if unit == '1' then return (day + 1) * 86400000 end
  if unit == '2' then return (day + 7 - (day + 3) % 7) * 86400000 end
  local era = floor((day + 719468) / 146097)
  local doe = day + 719468 - era * 146097
  local yoe = floor((doe - floor(doe / 1460) + floor(doe / 36524) - floor(doe / 146096)) / 365)
  local doy = doe - (365 * yoe + floor(yoe / 4) - floor(yoe / 100))
  local month = floor((5 * doy + 2) / 153)
  local first = floor((153 * month + 2) / 5)
  local length = floor((153 * (month + 1) + 2) / 5) - first
  if month == 11 then
    local year = yoe + era * 400 + 1
    length = (year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0)) and 29 or 28
  end
  return (day - (doy - first) + length) * 86400000
end
)lua";

// A hash: the window's end (milliseconds), what was used in it and in the one before (thousandths).
const char* const window_text = R"lua(
local function window(key, a, price, commit)
  local capacity, sliding, length, align, unit =
    tonumber(ARGV[a + 1]), ARGV[a + 2] == '1', tonumber(ARGV[a + 3]), ARGV[a + 4], ARGV[a + 5]
  local ms, ending = floor(now / 1000), nil
  if unit ~= '0' then
    ending = calendar_end(unit, ms)
  elseif align == '0' then
    ending = (floor(ms / length) + 1) * length
  else
    ending = ms + 1 + length
  end
  local used, before = 0, 0
  local was = redis.call('HMGET', key, 'end', 'used', 'before')
  local old = tonumber(was[1] or 0)
  if ms < old then
    used, before = tonumber(was[2]), tonumber(was[3])
    local begin = old - length
    if unit ~= '0' then begin = calendar_end(unit, ending) == old and ending or old end
    if old == ending or begin - ms <= 10000 then
      ending = old
    elseif ending < old then  -- what counts in a shorter window has to grow old there
      redis.call('HSET', key, 'end', string.format('%.0f', ending))
    end
  elseif old > 0 and unit == '0' and align ~= '0' then
    if sliding and ms < old + length then ending, before = old + length, tonumber(was[2]) end
  elseif old > 0 then
    local begin = unit == '0' and ending - length or old
    if begin < old then
      used = tonumber(was[2])
    elseif sliding and begin == old then
      before = tonumber(was[2])
    end
  end
  local until_end, admitted, retry = ending * 1000 - now, 0, 0
  local whole = length * 1000
  local left = min(until_end, whole)
  local faded = sliding and ceil(before * left / whole) or 0
  local fits = used + faded <= capacity and price <= capacity - used - faded
  if fits then
    admitted, used = 1, used + price
  elseif price > capacity then
    retry = -1
  elseif not sliding then
    retry = until_end
  elseif used + price <= capacity then
    local enough = before > 0 and floor(whole * (capacity - price - used) / before) or 0
    retry = left - min(left, enough)
  else
    retry = until_end + whole - min(whole, floor(whole * (capacity - price) / used))
  end
  local reset = 0
  if sliding then
    reset = used > 0 and until_end + whole or (before > 0 and until_end or 0)
  elseif used > 0 then
    reset = until_end
  end
  if commit and fits and price > 0 then
    redis.call('HSET', key, 'end', string.format('%.0f', ending), 'used', used, 'before', before)
    expire(key, until_end + (sliding and whole or 0))
  end
  return admitted, max(0, floor((capacity - used - faded) / 1000)), retry, reset, 0, ending
end
)lua";

// A list of "microsecond cost sum", oldest first, where sum is what was admitted up to and with this one: so what a
// stretch of them costs is a difference, and places in it are found by halving.
const char* const log_text = R"lua(
local function log(key, a, price, commit)
  local capacity, length = tonumber(ARGV[a + 1]), tonumber(ARGV[a + 2])
  local size = redis.call('LLEN', key)
  local function entry(i)
    local at, cost, sum = string.match(redis.call('LINDEX', key, i), '^(%d+) (%d+) (%d+)$')
    return tonumber(at), tonumber(cost), tonumber(sum)
  end
  local function first(from, holds)
    if from >= size or holds(entry(from)) then return from end
    local low, high = from + 1, size
    while low < high do
      local middle = floor((low + high) / 2)
      if holds(entry(middle)) then high = middle else low = middle + 1 end
    end
    return low
  end
  local time, sum, used, youngest = now, 0, 0, nil
  if size > 0 then
    local at, _, up_to = entry(size - 1)
    youngest, sum, time = at, up_to, max(now, at)
  end
  local alive = first(0, function(at) return at + length > time end)
  if alive < size then
    local _, cost, up_to = entry(alive)
    used = sum - up_to + cost
  end
  local admitted, retry, reset = 0, 0, 0
  if used <= capacity and price <= capacity - used then
    admitted = 1
  elseif price > capacity then
    retry = -1
  else
    local enough = first(alive, function(_, _, up_to) return sum - up_to + price <= capacity end)
    retry = entry(min(enough, size - 1)) + length - now
  end
  if alive < size then reset = youngest + length - now end
  if admitted == 1 and price > 0 then
    used, reset = used + price, length + time - now
    if commit then
      if alive >= size then
        redis.call('DEL', key)
        sum = 0
      elseif alive > 0 then
        redis.call('LTRIM', key, alive, -1)
      end
      local cost = price
      if size - alive > capacity / 1000 then
        local _, last = string.match(redis.call('RPOP', key), '^(%d+) (%d+)')
        cost, sum = cost + last, sum - last
      end
      redis.call('RPUSH', key, string.format('%.0f %.0f %.0f', time, cost, sum + cost))
      expire(key, reset)
    end
  end
  return admitted, max(0, floor((capacity - used) / 1000)), retry, reset, 0, time
end
)lua";

// A sorted set of requests under way by the moment at which each is taken for dead (microseconds).
const char* const places_text = R"lua(
local function places(key, a, price, commit)
  local most, lease, place = tonumber(ARGV[a + 1]), tonumber(ARGV[a + 2]), ARGV[a + 3]
  redis.call('ZREMRANGEBYSCORE', key, '-inf', string.format('%.0f', now))
  local inside = redis.call('ZCARD', key)
  if inside + price > most then return 0, max(0, most - inside), -2, 0, 0, 0 end
  if commit and price > 0 then
    redis.call('ZADD', key, string.format('%.0f', now + lease), place)
    expire(key, lease)
  end
  return 1, max(0, most - inside - price), 0, 0, 0, 0
end
)lua";

// Each claim is its algorithm's letter, its price, the price with those before it on its key, and five arguments.
const char* const several_text = R"lua(
local functions = { b = token_bucket, w = window, l = log, p = places }
local answers, all = {}, true
for i, key in ipairs(KEYS) do
  local a = 8 * i - 6
  answers[i] = { functions[ARGV[a]](key, a + 2, tonumber(ARGV[a + 2]), false) }
  all = all and answers[i][1] == 1
end
for i, key in ipairs(KEYS) do
  local a = 8 * i - 6
  if all then
    answers[i] = { functions[ARGV[a]](key, a + 2, tonumber(ARGV[a + 1]), true) }
  elseif answers[i][1] == 1 then
    answers[i] = { functions[ARGV[a]](key, a + 2, 0, false) }
  end
end
local numbers = {}
for _, answer in ipairs(answers) do
  for _, number in ipairs(answer) do numbers[#numbers + 1] = number end
end
return numbers
)lua";

// ARGV: time, lease, place.
const char* const renewal_text = R"lua(
redis.call('ZADD', KEYS[1], string.format('%.0f', now + ARGV[2]), ARGV[3])
expire(KEYS[1], ARGV[2])
return 0
)lua";

// ARGV: time, letter, price, receipt, rate and limit of a bucket, length of a window. What came back to a bucket since
// then is not given back twice. The entries of a log are in the order of their times: the last of that time is found by
// halving, and of those behind it each sum has to be less.
const char* const give_back_text = R"lua(
local kind, price, receipt, rate, limit, length =
  ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6], tonumber(ARGV[7])
local key = KEYS[1]
if kind == 'b' then
  local was = redis.call('HMGET', key, 'tokens', 'limit')
  local back = price - max(0, now - receipt) * rate
  if was[1] and was[2] == limit and back > 0 then redis.call('HSET', key, 'tokens', was[1] + back) end
elseif kind == 'w' then
  local was = redis.call('HMGET', key, 'end', 'used', 'before')
  local ending = tonumber(was[1] or 0)
  if ending == receipt then
    redis.call('HSET', key, 'used', max(0, was[2] - price))
  elseif ending > 0 and ending - length == receipt then
    redis.call('HSET', key, 'before', max(0, was[3] - price))
  end
elseif kind == 'l' then
  local size = redis.call('LLEN', key)
  local function entry(i)
    local at, cost, sum = string.match(redis.call('LINDEX', key, i), '^(%d+) (%d+) (%d+)$')
    return tonumber(at), tonumber(cost), tonumber(sum)
  end
  local function write(i, at, cost, sum) redis.call('LSET', key, i, string.format('%.0f %.0f %.0f', at, cost, sum)) end
  local low, high = 0, size
  while low < high do
    local middle = floor((low + high) / 2)
    if entry(middle) > receipt then high = middle else low = middle + 1 end
  end
  for i = low - 1, 0, -1 do
    local at, cost, sum = entry(i)
    if at ~= receipt then break end
    if cost == price and i == size - 1 then
      redis.call('RPOP', key)
      break
    elseif cost >= price then
      write(i, at, cost - price, sum - price)
      for k = i + 1, size - 1 do
        local at, cost, sum = entry(k)
        write(k, at, cost, sum - price)
      end
      break
    end
  end
end
return 0
)lua";

}  // namespace tollgate::ratelimit
