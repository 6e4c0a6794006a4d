// core/gateway/trace.cpp - collecting steps, finding what they changed, keeping secrets out.
#include "gateway/trace.h"

#include "gateway/concealed.h"
#include "http/hop_by_hop.h"
#include "http/layout.h"
#include "http/target.h"
#include "snapshot/snapshot.h"
#include "support/failure.h"
#include "support/secrets.h"
#include "support/text.h"

#include <algorithm>
#include <functional>

namespace tollgate {

namespace {

constexpr std::size_t most_steps = 1000, most_candidates = 100, most_bytes = 256 << 10;

std::string first_line(const Request& request) {
    return std::string{request.method()}.append(1, ' ').append(request.layout().asterisk ? "*" : request.target());
}

// Calls `each` with the name, decoded, and the value, as written, of every parameter.
template <class F>
void for_each_parameter(std::string_view query, F each) {
    while (!query.empty()) {
        const auto end = std::min(query.find('&'), query.size());
        const auto parameter = query.substr(0, end);
        const auto equals = std::min(parameter.find('='), parameter.size());
        each(http::decode_query(parameter.substr(0, equals)), parameter.substr(std::min(equals + 1, parameter.size())));
        query.remove_prefix(std::min(end + 1, query.size()));
    }
}

std::string_view query_of(std::string_view first_line) {
    const auto mark = first_line.find('?');
    return mark == first_line.npos ? std::string_view{} : first_line.substr(mark + 1);
}

}  // namespace

Trace::Trace(const Request& asked, std::optional<net::TimePoint> began)
    : asked_{first_line(asked), lines_of(asked.headers())}, request_{asked_}, began_{began} {
    for (const auto& [name, value] : asked_.lines) conceal_values(name, value);
    for_each_parameter(query_of(asked_.first), [this](const std::string& name, std::string_view value) {
        if (names_a_secret(name)) conceal(http::decode_query(value));
    });
}

// Lines of one name are one line: two messages differ in what they say, not in how it is laid out.
std::vector<Trace::Line> Trace::lines_of(const Headers& headers) {
    Headers copy = headers;
    http::strip_hop_by_hop(copy);
    std::vector<Line> lines;
    for (const auto& [name, value] : copy) {
        const auto same = std::find_if(lines.begin(), lines.end(),
                                       [name = name](const auto& line) { return http::same_text(line.name, name); });
        if (same == lines.end())
            lines.push_back({std::string{name}, std::string{value}});
        else
            same->value.append(", ").append(value);
    }
    return lines;
}

const Trace::Line* Trace::find(const std::vector<Line>& lines, std::string_view name) {
    const auto found =
        std::find_if(lines.begin(), lines.end(), [name](const auto& line) { return http::same_text(line.name, name); });
    return found == lines.end() ? nullptr : &*found;
}

// Routing --------------------------------------------------------------------------------------------------------

// Routes lie in one vector, in the order written.
Trace::Candidate* Trace::add_candidate(const Route& route, Candidate::Fate fate) {
    const auto at =
        std::lower_bound(candidates_.begin(), candidates_.end(), &route,
                         [](const auto& known, const Route* one) { return std::less<>{}(known.route, one); });
    if (at != candidates_.end() && at->route == &route) {
        at->fate = fate;
        at->why.clear();
        return &*at;
    }
    if (candidates_.size() < most_candidates || fate == Candidate::Fate::taken)
        return &*candidates_.insert(at, {&route, fate, {}});
    ++omitted_;
    return nullptr;
}
void Trace::lost(const Route& candidate, std::string why) {
    if (Candidate* made = add_candidate(candidate, Candidate::Fate::lost)) made->why = std::move(why);
}
void Trace::taken(const Route& candidate) { add_candidate(candidate, Candidate::Fate::taken); }
void Trace::not_asked(const Route& candidate) { add_candidate(candidate, Candidate::Fate::not_asked); }

// Steps ----------------------------------------------------------------------------------------------------------

void Trace::begin(std::string_view who, std::string_view where, const char* door) {
    if (steps_.size() >= most_steps) {
        ++omitted_;
        return;
    }
    Step& step = steps_.emplace_back();
    step.who = who;
    step.where = where;
    step.door = door;
    step.at = began_ ? net::Clock::now() - *began_ : std::chrono::nanoseconds{0};
}

void Trace::begin(const PluginUse& use, const char* door) { begin(use.descriptor->name, use.where, door); }

void Trace::say(std::string_view text, std::initializer_list<Fact> facts) {
    if (steps_.empty()) begin("gateway");
    if (bytes_ + text.size() > most_bytes) {
        ++omitted_;
        return;
    }
    bytes_ += text.size() + sizeof(Saying);
    Saying& saying = steps_.back().said.emplace_back();
    saying.text = text;
    for (const auto& [name, value] : facts) {
        saying.facts.emplace_back(name, value);
        bytes_ += name.size() + value.size();
    }
}

void Trace::end_by(std::string outcome) {
    if (steps_.empty()) begin("gateway");
    steps_.back().outcome = std::move(outcome);
}

void Trace::fail(const Failure& failure) {
    std::string outcome = failure.culprit == Culprit::client ? "refuses: " : "fails: ";
    outcome += std::to_string(failure.status) + ' ' + failure.reason + ": " + failure.message;
    if (!failure.detail.empty()) outcome += " (" + failure.detail + ')';
    end_by(std::move(outcome));
}

std::vector<Trace::Change> Trace::changes(std::vector<Line>& seen, const Headers& now) {
    using Kind = Change::Kind;
    std::vector<Change> found;
    auto lines = lines_of(now);
    for (const auto& line : seen)
        if (!find(lines, line.name)) found.push_back({Kind::removed, line.name, {}});
    for (const auto& line : lines) {
        const Line* before = find(seen, line.name);
        if (before && before->value == line.value) continue;
        found.push_back({before ? Kind::changed : Kind::added, line.name, line.value});
        conceal_values(line.name, line.value);
    }
    seen = std::move(lines);
    return found;
}

void Trace::see(const Request& request, const Response& response) {
    if (steps_.empty()) begin("gateway");
    Step& step = steps_.back();
    const auto add = [](std::vector<Change>& to, std::vector<Change> more) {
        to.insert(to.end(), std::move_iterator{more.begin()}, std::move_iterator{more.end()});
    };
    add(step.request, changes(request_.lines, request.headers()));
    if (auto first = first_line(request); first != request_.first) step.target = request_.first = std::move(first);
    if (!response) return;
    if (answer_)
        add(step.answer, changes(*answer_, response.headers()));
    else
        answer_ = first_answer_ = lines_of(response.headers());
}

void Trace::take_as_seen(const Request& request) { request_ = {first_line(request), lines_of(request.headers())}; }

void Trace::take_in(const Trace& errand) {
    if (steps_.empty()) begin("gateway");
    const Step asker{steps_.back().who, steps_.back().where, steps_.back().door, {}, {}, {}, {}, {}, {}};
    for (const Step& step : errand.steps_) {
        if (steps_.size() < most_steps && bytes_ + errand.bytes_ <= most_bytes) steps_.push_back(step);
        else ++omitted_;
    }
    bytes_ += errand.bytes_;
    omitted_ += errand.omitted_;
    for (const auto& [text, instead] : errand.instead_) rename(text, instead);
    result.upstream = errand.result.upstream;
    result.target = errand.result.target;
    result.sent = errand.result.sent;
    begin(asker.who, asker.where, asker.door);
}

// Secrets --------------------------------------------------------------------------------------------------------

void Trace::conceal_values(std::string_view name, std::string_view value) {
    if (!names_a_secret(name)) return;
    conceal(value);
    if (const auto blank = value.find(' '); blank != value.npos) conceal(value.substr(blank + 1));  // "Bearer KEY"
    while (http::known(name) == http::Known::cookie && !value.empty()) {
        const auto pair = value.substr(0, value.find(';'));
        if (const auto equals = pair.find('='); equals != pair.npos) conceal(pair.substr(equals + 1));
        value.remove_prefix(std::min(pair.size() + 1, value.size()));
    }
}

void Trace::conceal(std::string_view secret) {
    if (secret.size() < shortest_secret) return;
    rename(secret, hidden);
    for_each_parameter(query_of(asked_.first), [&](const std::string&, std::string_view value) {
        if (value != secret && http::decode_query(value) == secret) rename(value, hidden);
    });
    for (const auto place : places_in_target(asked_.first, secret)) rename(place, hidden);
}

void Trace::rename(std::string_view text, std::string_view instead) {
    if (text.empty()) return;
    const auto at = std::find_if(instead_.begin(), instead_.end(), [&](const auto& known) {
        return known.first.size() < text.size() || known.first == text;
    });
    if (at == instead_.end() || at->first != text) instead_.insert(at, {std::string{text}, std::string{instead}});
}

std::string Trace::shown(std::string_view text) const {
    std::string all{text};
    for (const auto& [what, instead] : instead_)
        for (auto at = all.find(what); at != all.npos; at = all.find(what, at + instead.size()))
            all.replace(at, what.size(), instead);
    return text::printable(all);
}

std::string Trace::shown(std::string_view name, std::string_view value) const {
    return names_a_secret(name) && !value.empty() ? std::string{hidden} : shown(value);
}

}  // namespace tollgate
