// plugins/ratelimit/regions/round.cpp - the script, its arguments, and the lines of its reply.
#include "regions/round.h"

#include "redis/digest.h"
#include "redis/protocol.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <random>

namespace tollgate::ratelimit::regions {

namespace {

// KEYS[1] is the head; ARGV: who asks, a name for an epoch that begins now, the epoch and the cursor that it knows, the
// most counts of a reply, then for each count its window, when that expires, its key and the count. Below the head's
// name and the epoch: for each window a hash "KEY:NODE" to count and the same fields in the order of their last change;
// the windows by their expiry. The reply: "EPOCH CURSOR MORE", then a line "WINDOW KEY:NODE COUNT" for each.
const char* const script_text = R"lua(
local head, node, most = KEYS[1], ARGV[1], tonumber(ARGV[5])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local epoch, since = redis.call('HGET', head, 'epoch'), '0'
if not epoch then
  epoch = ARGV[2]
  redis.call('HSET', head, 'epoch', epoch)
end
if epoch == ARGV[3] then since = ARGV[4] end
local base = head .. ':' .. epoch .. ':'
local windows = base .. 'windows'
local function whole(number) return string.format('%.0f', number) end
local touched, last = {}, now
for i = 6, #ARGV, 4 do
  local window, dies, field, count = ARGV[i], tonumber(ARGV[i + 1]), ARGV[i + 2] .. ':' .. node, ARGV[i + 3]
  if dies > now and tonumber(redis.call('HGET', base .. window, field) or '-1') < tonumber(count) then
    redis.call('HSET', base .. window, field, count)
    redis.call('ZADD', base .. window .. ':order', redis.call('HINCRBY', head, 'changes', 1), field)
    touched[window] = dies
    last = math.max(last, dies)
  end
end
for window, dies in pairs(touched) do
  redis.call('PEXPIREAT', base .. window, whole(dies))
  redis.call('PEXPIREAT', base .. window .. ':order', whole(dies))
  redis.call('ZADD', windows, whole(dies), window)
end
local lives = redis.call('PTTL', head)
if lives < last - now + 60000 then
  redis.call('PEXPIREAT', head, whole(last + 3600000))
end
if redis.call('PTTL', windows) < last - now + 60000 then
  redis.call('PEXPIREAT', windows, whole(last + 3600000))
end
redis.call('ZREMRANGEBYSCORE', windows, '-inf', whole(now))
local found = {}
for _, window in ipairs(redis.call('ZRANGE', windows, 0, -1)) do
  local order = base .. window .. ':order'
  local part = redis.call('ZRANGEBYSCORE', order, '(' .. since, '+inf', 'WITHSCORES', 'LIMIT', 0, most)
  for i = 1, #part, 2 do found[#found + 1] = { tonumber(part[i + 1]), window, part[i] } end
end
table.sort(found, function(a, b) return a[1] < b[1] end)
local more = #found >= most
local cursor = more and whole(found[most][1]) or redis.call('HGET', head, 'changes') or '0'
local lines = { epoch .. ' ' .. cursor .. ' ' .. (more and '1' or '0') }
for i = 1, math.min(#found, most) do
  local window, field = found[i][2], found[i][3]
  local count = string.sub(field, string.find(field, ':') + 1) ~= node and redis.call('HGET', base .. window, field)
  if count then lines[#lines + 1] = window .. ' ' .. field .. ' ' .. count end
end
return table.concat(lines, '\n')
)lua";

constexpr std::int64_t outlives = 60'000;  // milliseconds after the end: gateways' clocks differ
constexpr std::int64_t latest = (std::int64_t{1} << 42) - 1;  // end of a window: in the year 2109
constexpr std::size_t longest_name = 128;  // of a node or an epoch

const std::string& script_name() {
    static const std::string name = redis::sha1_hex(script_text);
    return name;
}

std::string hexadecimal(std::uint64_t number) {
    std::array<char, 16> digits;
    return {digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number, 16).ptr};
}

std::string random_name() {
    std::random_device device;
    return hexadecimal((std::uint64_t{device()} << 32) | device());
}

// Up to `end`, which is taken away too; everything where it is not there.
std::string_view word(std::string_view& text, char end) noexcept {
    const std::string_view word = text.substr(0, text.find(end));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    return word;
}

template <class Number>
bool number(std::string_view text, Number& number, int base = 10) noexcept {
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    return problem == std::errc{} && end == text.data() + text.size();
}

bool is_name(std::string_view text) noexcept { return !text.empty() && text.size() <= longest_name; }

// "END.LENGTH KEY:NODE COUNT"
bool read_count(std::string_view line, Heard::Said& said) noexcept {
    const bool read = number(word(line, '.'), said.count.window.end) &&
                      number(word(line, ' '), said.count.window.length) && number(word(line, ':'), said.count.key, 16);
    said.node = word(line, ' ');
    return read && is_name(said.node) && number(line, said.count.count) && said.count.key != 0 &&
           said.count.window.end <= latest && said.count.window.length > 0 &&
           said.count.window.length <= said.count.window.end;
}

}  // namespace

void ask(std::string& out, const Question& question, bool whole_text) {
    redis::Command command{out, 9 + 4 * question.said.size()};
    command.add(whole_text ? "EVAL" : "EVALSHA").add(whole_text ? script_text : std::string_view{script_name()});
    command.add("1").add(question.head).add(question.node).add(random_name());
    command.add(question.progress.epoch).add(question.progress.cursor).add(std::uint64_t{question.most});
    for (const Count& count : question.said) {
        command.add(std::to_string(count.window.end) + '.' + std::to_string(count.window.length));
        const std::int64_t counts_until = count.window.end + (question.slides ? count.window.length : 0);
        command.add(static_cast<std::uint64_t>(counts_until + outlives));
        command.add(hexadecimal(count.key)).add(count.count);
    }
}

bool forgot(const Progress& before, const Progress& now) noexcept {
    std::uint64_t was = 0, is = 0;
    return before.epoch != now.epoch || !number(before.cursor, was) || !number(now.cursor, is) || is < was;
}

bool read(std::string_view reply, Heard& heard) {
    std::string_view first = word(reply, '\n');
    heard.progress.epoch = word(first, ' ');
    heard.progress.cursor = word(first, ' ');
    heard.more = first == "1";
    std::uint64_t cursor = 0;
    if (!is_name(heard.progress.epoch) || !number(heard.progress.cursor, cursor) || (first != "0" && !heard.more))
        return false;
    heard.counts.clear();
    while (!reply.empty())
        if (Heard::Said said; read_count(word(reply, '\n'), said))
            heard.counts.push_back(said);
        else
            return false;
    return true;
}

}  // namespace tollgate::ratelimit::regions
