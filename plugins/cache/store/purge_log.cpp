// plugins/cache/store/purge_log.cpp - the script that tells and reads, its reply, and what is to be concluded.
#include "store/purge_log.h"

#include "redis/protocol.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace tollgate::cache {

namespace {

constexpr std::size_t most_untold = 1000;  // more become one purge of everything
constexpr std::uint64_t at_once = 512;     // lines of the log
constexpr std::uint64_t kept = 50'000;     // lines, about; who has missed more takes everything as purged
constexpr unsigned sequence_bits = 22;     // of an id: milliseconds-sequence

// A log that is not there was lost, and nobody knows what was in it: the new one begins by purging everything.
constexpr std::string_view script = R"(
local log = KEYS[1]
if redis.call('EXISTS', log) == 0 then
  redis.call('XADD', log, '*', 'by', '-', 'what', 'all', 'text', '')
end
for i = 4, #ARGV, 3 do
  redis.call('XADD', log, 'MAXLEN', '~', ARGV[3], '*', 'by', ARGV[i], 'what', ARGV[i + 1], 'text', ARGV[i + 2])
end
local out = { redis.call('XRANGE', log, '-', '+', 'COUNT', 1)[1][1], '\n',
              redis.call('XREVRANGE', log, '+', '-', 'COUNT', 1)[1][1], '\n' }
for _, line in ipairs(redis.call('XRANGE', log, '(' .. ARGV[1], '+', 'COUNT', ARGV[2])) do
  local said = line[2]
  out[#out + 1] = line[1] .. ' ' .. said[2] .. ' ' .. said[4] .. ' ' .. #said[6] .. '\n' .. said[6] .. '\n'
end
return table.concat(out)
)";

constexpr std::array<std::string_view, 4> words{"url", "prefix", "tag", "all"};

std::optional<std::uint64_t> number_of(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::optional<Moment> moment_of(std::string_view id) {
    const auto dash = id.find('-');
    if (dash == id.npos) return std::nullopt;
    const auto time = number_of(id.substr(0, dash)), sequence = number_of(id.substr(dash + 1));
    if (!time || !sequence || *time >> (64 - sequence_bits) || *sequence >> sequence_bits) return std::nullopt;
    return Moment{*time << sequence_bits | *sequence};
}

std::string id_of(Moment moment) {
    return std::to_string(moment.number >> sequence_bits) + '-' +
           std::to_string(moment.number & ((1U << sequence_bits) - 1));
}

// What is before that character, which is taken away with it.
std::optional<std::string_view> up_to(std::string_view& rest, char end) {
    const auto at = rest.find(end);
    if (at == rest.npos) return std::nullopt;
    const std::string_view before = rest.substr(0, at);
    rest.remove_prefix(at + 1);
    return before;
}

std::string random_name() {
    const Secret random = random_secret();
    return std::to_string(random[0]) + std::to_string(random[1]);
}

}  // namespace

bool Purge::means(const Item& item) const noexcept {
    const auto tags = item.tags();
    switch (what) {
        case What::url: return item.url() == text;
        case What::prefix: return item.url().starts_with(text);
        case What::tag: return std::find(tags.begin(), tags.end(), text) != tags.end();
        case What::all: return true;
    }
    return true;
}

PurgeLog::PurgeLog(std::function<void(const Purge&)> apply) : apply_{std::move(apply)}, gateway_{random_name()} {}

void PurgeLog::tell(Purge purge) {
    {
        const std::lock_guard lock{mutex_};
        if (untold_.size() >= most_untold) {
            untold_.clear();
            purge = {Purge::What::all, ""};
        }
        untold_.push_back({++told_, std::move(purge)});
    }
    const std::lock_guard lock{reading_};
    (void)std::any_of(readers_.begin(), readers_.end(), [](Reader* reader) { return reader->hurry(); });
}

void PurgeLog::add(Reader& reader) {
    const std::lock_guard lock{reading_};
    readers_.push_back(&reader);
}

void PurgeLog::remove(Reader& reader) noexcept {
    const std::lock_guard lock{reading_};
    std::erase(readers_, &reader);
}

Moment PurgeLog::position(Clock::time_point now) const {
    const std::lock_guard lock{mutex_};
    return now - heard_ > trusted_for || more_ ? Moment{} : position_;
}

bool PurgeLog::may_be_purged(Moment begun, const Item& item) const {
    const std::vector<std::uint32_t> hashes = hashes_of(item);
    const std::lock_guard lock{mutex_};
    // From further on than we know: another gateway was quicker, or the log begins anew.
    if (begun > position_ || begun == Moment{}) return true;
    return purges_->hit(begun, item.url(), hashes) ||
           std::any_of(untold_.begin(), untold_.end(), [&](const Told& told) { return told.purge.means(item); });
}

bool PurgeLog::due(Clock::time_point now, std::chrono::nanoseconds every) {
    const std::lock_guard lock{mutex_};
    if (now - asked_ < every) return false;
    asked_ = now;
    return true;
}

PurgeLog::Question PurgeLog::question(std::string_view key) const {
    const std::lock_guard lock{mutex_};
    // Behind, what is told now would not come back with this reply.
    const std::size_t telling = more_ ? 0 : std::min<std::size_t>(untold_.size(), at_once);
    std::string out;
    redis::Command command{out, 7 + 3 * telling};
    command.add("EVAL").add(script).add(1).add(key).add(id_of(position_)).add(at_once).add(kept);
    for (std::size_t i = 0; i < telling; ++i) {
        const auto& [number, purge] = untold_[i];
        command.add(gateway_ + ':' + std::to_string(number)).add(words[static_cast<std::size_t>(purge.what)]);
        command.add(purge.text);
    }
    return {std::move(out), turn_};
}

struct PurgeLog::Line {
    Moment when;
    std::string_view gateway;
    std::uint64_t number;
    Purge purge;
};

std::optional<PurgeLog::Line> PurgeLog::line_of(std::string_view& rest) {
    const auto id = up_to(rest, ' '), by = up_to(rest, ' '), what = up_to(rest, ' '), size = up_to(rest, '\n');
    if (!id || !by || !what || !size) return std::nullopt;
    const auto when = moment_of(*id);
    const auto length = number_of(*size);
    const auto word = std::find(words.begin(), words.end(), *what);
    if (!when || !length || word == words.end() || *length >= rest.size() || rest[*length] != '\n') return std::nullopt;
    const auto colon = by->find(':');
    const auto number = colon == by->npos ? 0 : number_of(by->substr(colon + 1)).value_or(0);
    Purge purge{Purge::What(word - words.begin()), std::string{rest.substr(0, *length)}};
    Line line{*when, by->substr(0, colon), number, std::move(purge)};
    rest.remove_prefix(*length + 1);
    return line;
}

bool PurgeLog::heard(std::uint64_t turn, std::string_view reply, Clock::time_point asked) {
    const auto first_id = up_to(reply, '\n'), last_id = up_to(reply, '\n');
    const auto first = first_id ? moment_of(*first_id) : std::nullopt, last = last_id ? moment_of(*last_id) : first;
    std::vector<Line> lines;
    while (last && !reply.empty()) {
        auto line = line_of(reply);
        if (!line) return false;
        lines.push_back(std::move(*line));
    }
    if (!first || !last) return false;
    const std::lock_guard lock{mutex_};
    if (turn != turn_) return true;  // it may be older than what is known by now
    const Moment before = position_;
    const bool anew = *last < position_;
    if (anew || position_ < *first) {  // or we missed what was there before the first
        if (position_ != Moment{}) unapplied_.push_back({Purge::What::all, ""});
        if (anew) purges_ = std::make_unique<Purges>();
        purges_->all(*first);
        position_ = anew ? Moment{} : *first;
    }
    for (const Line& line : lines)
        if (!anew) learn(line);
    if (position_ != before) ++turn_;
    more_ = position_ < *last;
    heard_ = std::max(heard_, asked);
    return true;
}

void PurgeLog::apply() {
    const std::lock_guard one_at_a_time{applying_};
    for (;;) {
        Purge purge;
        {
            const std::lock_guard lock{mutex_};
            if (unapplied_.empty()) return;
            purge = unapplied_.front();
        }
        apply_(purge);
        const std::lock_guard lock{mutex_};
        unapplied_.pop_front();
    }
}

bool PurgeLog::applied() const {
    const std::lock_guard lock{mutex_};
    return unapplied_.empty();
}

void PurgeLog::learn(const Line& line) {
    if (line.gateway == gateway_)
        while (!untold_.empty() && untold_.front().number <= line.number) untold_.pop_front();
    else
        unapplied_.push_back(line.purge);
    if (line.when < purges_->now()) return;
    if (line.purge.what == Purge::What::all)
        purges_->all(line.when);
    else if (line.purge.what == Purge::What::prefix)
        purges_->prefix(line.purge.text, line.when);
    else
        purges_->label(hash_of(line.purge), line.when);
    position_ = line.when;
}

bool PurgeLog::behind() const {
    const std::lock_guard lock{mutex_};
    return more_ || !untold_.empty();
}

std::uint32_t PurgeLog::hash_of(const Purge& purge) const noexcept {
    const Key key = key_of(purge.text, secret_);
    return static_cast<std::uint32_t>(purge.what == Purge::What::url ? key.low : key.high);
}

std::vector<std::uint32_t> PurgeLog::hashes_of(const Item& item) const {
    std::vector<std::uint32_t> hashes{static_cast<std::uint32_t>(key_of(item.url(), secret_).low)};
    for (const std::string& tag : item.tags()) hashes.push_back(static_cast<std::uint32_t>(key_of(tag, secret_).high));
    return hashes;
}

}  // namespace tollgate::cache
