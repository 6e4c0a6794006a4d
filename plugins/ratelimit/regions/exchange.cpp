// plugins/ratelimit/regions/exchange.cpp - rounds, and the last words of a gateway that stops.
#include "regions/exchange.h"

#include <algorithm>
#include <span>
#include <utility>

namespace tollgate::ratelimit::regions {

using namespace std::chrono_literals;

namespace {

constexpr std::chrono::nanoseconds reply_timeout = 1s, longest_unwritten = 200ms;
constexpr std::chrono::nanoseconds succession = 10ms;  // between looks whether the one before has let go
constexpr std::size_t last_pages = 16;

std::uint64_t next_number() noexcept {
    static constinit std::atomic<std::uint64_t> uses{0};
    return uses.fetch_add(1, std::memory_order_relaxed) + 1;
}

std::string complaint(const redis::Reply& reply) {
    return reply.kind == redis::Reply::Kind::error ? reply.text : "a reply that holds no counts";
}

}  // namespace

// The counters are nobody's again when all that talk about them have ended.
class Exchange::Charge {
public:
    explicit Charge(Talk& talk) noexcept : talk_{talk} {}
    ~Charge() {
        talk_.limit.counters->leave_charge();
        talk_.attended.store(false, std::memory_order_relaxed);
    }
    Charge(const Charge&) = delete;
    Charge& operator=(const Charge&) = delete;

private:
    Talk& talk_;
};

// What is said in a round. Without a reply, or where the use ends meanwhile, it has to be said again.
class Exchange::Saying {
public:
    Saying(Ledger& ledger, std::size_t carrier, std::size_t most)
        : ledger_{ledger}, carrier_{carrier}, counts_{ledger.unsaid(carrier, most)} {}
    ~Saying() {
        if (!heard_) ledger_.withdrawn(carrier_, counts_);
    }
    Saying(const Saying&) = delete;
    Saying& operator=(const Saying&) = delete;

    const std::vector<Count>& counts() const noexcept { return counts_; }
    void heard() {
        heard_ = true;
        ledger_.acknowledged(carrier_, counts_);
    }

private:
    Ledger& ledger_;
    const std::size_t carrier_;
    const std::vector<Count> counts_;
    bool heard_ = false;
};

class Exchange::LastWords {
public:
    LastWords(Exchange& exchange, Line& line, redis::Connection& connection) noexcept
        : exchange_{exchange}, line_{line}, connection_{connection} {}
    ~LastWords() { exchange_.say_last(line_, connection_); }
    LastWords(const LastWords&) = delete;
    LastWords& operator=(const LastWords&) = delete;

private:
    Exchange& exchange_;
    Line& line_;
    redis::Connection& connection_;
};

Exchange::Exchange(Host& host, const std::vector<Carrier>& carriers, const std::vector<Limit>& limits,
                   std::chrono::nanoseconds every, std::uint32_t share)
    : host_{host}, number_{next_number()}, every_{every}, share_{share} {
    for (const Carrier& carrier : carriers) redis_.emplace_back(host, carrier.server);
    for (const Limit& limit : limits) {
        Talk& talk = talks_.emplace_back(
            limit,
            host.counter("regions_merged_total", "Counts of other gateways that were new here.",
                         {{"limit", limit.name}}),
            host.counter("regions_left_out_total", "Counts for which there was no room among those exchanged.",
                         {{"limit", limit.name}}),
            host.gauge("regions_keys", "Counts of keys in windows that are exchanged.", {{"limit", limit.name}}));
        for (std::size_t i = 0; i < carriers.size(); ++i)
            talk.lines.emplace_back(
                talk, redis_[i], carriers[i].identity,
                host.gauge("regions_age_seconds", "How old that is which was exchanged last with a Redis.",
                           {{"limit", limit.name}, {"redis", carriers[i].server->status().shown()}}));
    }
}

// On the loop that is first asked for such a limit. Until the use before this one has ended its talk, which it does as
// soon as it sees that there is another: not when its last request has ended, which may be a stream of hours.
Task<void> Exchange::succeed(Talk& talk) {
    RegionalCounters& counters = *talk.limit.counters;
    while (!counters.take_charge(number_)) {
        if (counters.superseded(number_)) co_return;
        co_await host_.sleep(succession);
    }
    begin(talk);
}

void Exchange::begin(Talk& talk) {
    const auto charge = std::make_shared<Charge>(talk);
    std::vector<std::string> names;
    for (const Line& line : talk.lines) names.push_back(line.carrier);
    const std::vector<std::size_t> numbers = talk.limit.counters->carriers(names);
    for (std::size_t i = 0; i < numbers.size(); ++i) talk.lines[i].number = numbers[i], talk.lines[i].life = 0;
    talk.limit.counters->set_share(share_);
    for (Line& line : talk.lines)
        if (redis::Connection* const connection = line.redis.here()) host_.spawn(this->talk(line, *connection, charge));
}

Task<void> Exchange::talk(Line& line, redis::Connection& connection, std::shared_ptr<Charge>) {
    const LastWords last{*this, line, connection};
    for (;;) {
        const bool more = co_await round(line, connection);
        if (connection.alone() || superseded(line)) co_return;
        tell(line);
        if (!more) co_await pause(line);
        if (superseded(line)) co_return;
    }
}

bool Exchange::superseded(const Line& line) const noexcept { return line.talk.limit.counters->superseded(number_); }

// What is counted is written down more often than it is told: there is not room for a minute's keys in a Tally. And
// windows begin and end meanwhile.
Task<void> Exchange::pause(Line& line) {
    for (auto left = every_;; left -= longest_unwritten) {
        co_await host_.sleep(std::min(left, longest_unwritten));
        if (left <= longest_unwritten || superseded(line)) co_return;
        line.talk.limit.counters->note();
        line.talk.limit.counters->apply(now());
    }
}

// True: there is more to be said or heard.
Task<bool> Exchange::round(Line& line, redis::Connection& connection) {
    RegionalCounters& counters = *line.talk.limit.counters;
    const auto began = host_.now();
    counters.note();
    counters.apply(now());
    if (const std::uint64_t life = connection.life(); std::exchange(line.life, life) != life) {
        counters.ledger().say_all_again(line.number);
        counters.progress(line.number).cursor = Progress{}.cursor;
    }
    Saying saying{counters.ledger(), line.number, page};
    for (const bool whole_text : {false, true}) {
        redis::Call call{connection, reply_timeout};
        connection.send(question(line, saying.counts(), whole_text), &call, ticks_of(host_.now()));
        const redis::Reply* const reply = co_await call;
        if (!reply) co_return false;
        if (!whole_text && reply->error_word() == "NOSCRIPT") continue;
        Heard heard;
        if (reply->kind != redis::Reply::Kind::text || !read(reply->text, heard)) {
            line.redis.server().status().trouble(host_, "reply", complaint(*reply));
            co_return false;
        }
        line.redis.server().status().replied(host_);
        const bool hears_all = take_over(line, heard);
        saying.heard();
        if (hears_all)
            counters.exchanged(line.number).store(began.time_since_epoch().count(), std::memory_order_relaxed);
        co_return !hears_all || saying.counts().size() == page;
    }
    co_return false;
}

std::string Exchange::question(const Line& line, const std::vector<Count>& said, bool whole_text) const {
    RegionalCounters& counters = *line.talk.limit.counters;
    std::string command;
    ask(command,
        {.head = line.talk.limit.head,
         .node = counters.ledger().node(),
         .progress = counters.progress(line.number),
         .said = said,
         .most = page,
         .slides = counters.slides()},
        whole_text);
    return command;
}

// Whether that was all there is.
bool Exchange::take_over(Line& line, const Heard& heard) {
    RegionalCounters& counters = *line.talk.limit.counters;
    Progress& progress = counters.progress(line.number);
    const bool forgotten = forgot(progress, heard.progress), other = progress.epoch != heard.progress.epoch;
    if (forgotten) counters.ledger().say_all_again(line.number);
    for (const Heard::Said& said : heard.counts) counters.ledger().merge(said.node, said.count);
    counters.apply(now());
    progress = heard.progress;
    if (forgotten && !other) progress.cursor = Progress{}.cursor;  // another epoch has been read from there
    return !heard.more && (!forgotten || other);
}

// Nobody waits for the reply: what does not arrive is said again by the next use, if there is one, and so is what the
// socket does not take at once.
void Exchange::say_last(Line& line, redis::Connection& connection) {
    RegionalCounters& counters = *line.talk.limit.counters;
    if (!connection.open() || connection.alone()) return;
    counters.note();
    const Saying saying{counters.ledger(), line.number, last_pages * page};
    for (std::size_t at = 0; at < saying.counts().size(); at += page) {
        const auto rest = std::span{saying.counts()}.subspan(at);
        const auto part = rest.first(std::min(page, rest.size()));
        connection.send(question(line, {part.begin(), part.end()}, false), nullptr, ticks_of(host_.now()));
    }
    connection.push();
}

void Exchange::tell(Line& line) {
    RegionalCounters& counters = *line.talk.limit.counters;
    const Ledger::News news = counters.news();
    counters.hold(!hears_all(line.talk));
    line.talk.merged.add(news.merged);
    line.talk.left_out.add(news.left_out);
    if (news.left_out > 0 && !std::exchange(line.talk.told_full, true))
        host_.log(Level::warning, "limit \"" + line.talk.limit.name + "\": there is no room among the " +
                                      std::to_string(counters.keys()) + " keys that are exchanged; of others this " +
                                      "gateway counts only its own until windows end");
    if (news.left_out == 0 && counters.ledger().keys() < counters.keys() / 2) line.talk.told_full = false;
    line.talk.keys.set(static_cast<double>(counters.ledger().keys()));
    const std::chrono::nanoseconds since = line.exchanged();
    if (since.count() != 0)
        line.age.set(std::chrono::duration<double>{host_.now().time_since_epoch() - since}.count());
}

std::chrono::nanoseconds Exchange::Line::exchanged() const {
    RegionalCounters& counters = *talk.limit.counters;
    const auto known = counters.ledger().carrier(carrier);  // not while another use is in charge that names others
    return std::chrono::nanoseconds{known ? counters.exchanged(*known).load(std::memory_order_relaxed) : 0};
}

bool Exchange::hears_all(const Talk& talk) const {
    const auto now = host_.now().time_since_epoch();
    return std::all_of(talk.lines.begin(), talk.lines.end(), [&](const Line& line) {
        const std::chrono::nanoseconds since = line.exchanged();
        return since.count() != 0 && now - since < patience();
    });
}

std::vector<Exchange::Report> Exchange::report() const {
    std::vector<Report> reports;
    for (const Talk& talk : talks_) {
        reports.push_back({talk.limit.name, talk.limit.counters.get(), {}});
        for (const Line& line : talk.lines) {
            const std::chrono::nanoseconds since = line.exchanged();
            const auto age = since.count() == 0 ? -1ns : host_.now().time_since_epoch() - since;
            reports.back().carriers.push_back({line.redis.server().status().shown(), age});
        }
    }
    return reports;
}

}  // namespace tollgate::ratelimit::regions
