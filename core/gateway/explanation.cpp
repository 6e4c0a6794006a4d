// core/gateway/explanation.cpp - the words and layout of explanations.
#include "gateway/explanation.h"

#include "snapshot/snapshot.h"
#include "support/text.h"

#include <algorithm>
#include <set>

namespace tollgate::explanation {

namespace {

using Fate = Trace::Candidate::Fate;
using Kind = Trace::Change::Kind;

std::string why_of(const Trace& trace, const Trace::Candidate& candidate) {
    switch (candidate.fate) {
        case Fate::taken: return "taken";
        case Fate::lost: return "passed over: " + trace.shown(candidate.why);
        case Fate::not_asked: return "not asked: taken before";
    }
    return {};
}

constexpr const char* sign_of(Kind kind) noexcept {
    return kind == Kind::added ? "+ " : kind == Kind::changed ? "~ " : "- ";
}

std::string text_of(const Trace& trace, const Trace::Change& change) {
    std::string text = sign_of(change.kind) + text::printable(change.name);
    if (change.kind != Kind::removed) text += ": " + trace.shown(change.name, change.value);
    return text;
}

// What a step comes to, a text each.
std::vector<std::string> texts_of(const Trace& trace, const Trace::Step& step) {
    std::vector<std::string> texts;
    for (const auto& saying : step.said) texts.push_back(trace.shown(saying.text));
    if (!step.target.empty()) texts.push_back("request is now " + trace.shown(step.target));
    for (const auto& change : step.request) texts.push_back("request " + text_of(trace, change));
    for (const auto& change : step.answer) texts.push_back("answer " + text_of(trace, change));
    if (!step.outcome.empty()) texts.push_back(trace.shown(step.outcome));
    return texts;
}

// Names and places side by side, what they say in a column of its own.
class Table {
public:
    void add(std::string name, std::string where, std::vector<std::string> texts) {
        rows_.push_back({std::move(name), std::move(where), std::move(texts)});
    }
    std::string text() const {
        std::size_t names = 0, places = 0;
        for (const auto& row : rows_) {
            names = std::max(names, row.name.size() + 2);
            places = std::max(places, row.where.size() + 2);
        }
        std::string all;
        for (const auto& row : rows_) {
            std::string head = "  " + text::padded(row.name, names) + text::padded(row.where, places);
            for (const auto& text : row.texts) {
                all += head + text + '\n';
                head.assign(2 + names + places, ' ');
            }
        }
        return all;
    }

private:
    struct Row {
        std::string name, where;
        std::vector<std::string> texts;
    };
    std::vector<Row> rows_;
};

std::string routing(const Trace& trace) {
    Table table;
    for (const auto& candidate : trace.candidates()) {
        std::vector<std::string> texts{why_of(trace, candidate)};
        if (candidate.fate == Fate::taken)
            for (const auto& [name, value] : trace.result.parameters)
                texts.push_back(name + " = " + text::quote(trace.shown(value)));
        table.add(text::printable(candidate.route->name), candidate.route->where, std::move(texts));
    }
    if (trace.candidates().empty()) return "  no route takes this path\n";
    return table.text();
}

// A door's name is said where it changes. The chain is told whole on the way in, afterwards who has something to say.
// What the gateway itself adds is seen in the messages.
std::string walk(const Trace& trace) {
    std::string all;
    const char* door = "";
    Table table;
    const auto end_door = [&] {
        if (const auto rows = table.text(); !rows.empty()) all += rows;
        table = {};
    };
    for (const auto& step : trace.steps()) {
        const bool on_request = std::string_view{step.door} == "on_request";
        const bool seen = step.who == "gateway" && step.said.empty() && step.outcome.empty();
        if (seen || (step.silent() && !on_request)) continue;
        if (std::string_view{step.door} != door && *step.door) {
            end_door();
            door = step.door;
            all.append("\n").append(door).append(1, '\n');
        } else if (!*door && all.empty()) {
            all += '\n';
        }
        auto texts = texts_of(trace, step);
        if (texts.empty()) texts.emplace_back("lets it pass");
        table.add(step.who, step.where, std::move(texts));
    }
    end_door();
    return all;
}

// Lines with a sign differ from those of `before`.
std::string message(const Trace& trace, const Trace::Message& message, const std::vector<Trace::Line>& before) {
    std::string all = "    " + trace.shown(message.first) + '\n';
    for (const auto& [name, value] : message.lines) {
        const auto* same = Trace::find(before, name);
        const char* sign = !same ? "  + " : same->value == value ? "    " : "  ~ ";
        all += sign + text::printable(name) + ": " + trace.shown(name, value) + '\n';
    }
    for (const auto& line : before)
        if (!Trace::find(message.lines, line.name)) all += "  - " + text::printable(line.name) + '\n';
    return all;
}

std::string seconds(std::chrono::nanoseconds time) {
    const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
    std::string text = std::to_string(millis / 1000);
    if (millis % 1000) text += '.' + std::to_string(1000 + millis % 1000).substr(1);
    return text + " s";
}

// "200", "429 rate_limited".
std::string end_of(const Trace& trace) {
    return trace.result.answer.first + (trace.result.reason.empty() ? "" : " " + trace.result.reason);
}

}  // namespace

std::string page(const Asked& asked, const Trace& trace) {
    const auto& result = trace.result;
    const auto method = trace.asked().first.substr(0, trace.asked().first.find(' '));
    std::string all = trace.shown(method + ' ' + asked.url) + " from " + result.client_ip;
    if (asked.at.count() > 0) all += ", " + seconds(asked.at) + " after the first";
    all += "\n\nroutes\n" + routing(trace) + walk(trace);
    if (result.caller) {
        all += "\ncaller\n  " + trace.shown(result.caller->id());
        if (!result.caller->owner().empty()) all += ", owner " + text::quote(trace.shown(result.caller->owner()));
        if (!result.caller->tier().empty()) all += ", tier " + text::quote(trace.shown(result.caller->tier()));
        all += '\n';
    }
    if (result.sent)
        all += "\nto " + trace.shown(result.upstream) + " at " + trace.shown(result.target) + '\n' +
               message(trace, *result.sent, trace.asked().lines);
    all += "\nanswer\n" + message(trace, {end_of(trace), result.answer.lines}, trace.first_answer());
    if (trace.omitted() > 0) all += "\nand " + text::count(trace.omitted(), "thing") + " more, which would not fit\n";
    return all;
}

bool alike(const Trace& one, const Trace& other) {
    return one.result.route == other.result.route && end_of(one) == end_of(other) &&
           one.candidates().size() == other.candidates().size();
}

std::string in_short(std::size_t number, const Asked& asked, const Trace& trace, const Trace& before) {
    std::vector<std::string> news;
    std::set<std::string> known;
    for (const auto& step : before.steps())
        for (const auto& saying : step.said) known.insert(before.shown(saying.text));
    for (const auto& step : trace.steps())
        for (const auto& saying : step.said)
            if (auto text = trace.shown(saying.text); *step.door && !known.contains(text))
                news.push_back(step.who + ": " + text);
    return '#' + std::to_string(number) + "  " + seconds(asked.at) + "  " + end_of(trace) +
           (news.empty() ? "" : "  " + text::join(news, "; ")) + '\n';
}

std::vector<std::string> header_lines(const Trace& trace) {
    constexpr std::size_t most_lines = 64, most_bytes = 8 << 10, most_candidates = 24;
    std::vector<std::string> lines;
    std::size_t bytes = 0;
    bool full = false;
    // Printable in UTF-8 is not yet what a header may hold.
    const auto add = [&](std::string line) {
        for (char& c : line)
            if (c < 0x20 || c > 0x7e) c = '?';
        bytes += line.size() + sizeof "Tollgate-Trace: \r\n";
        full |= lines.size() + 1 >= most_lines || bytes + 32 > most_bytes;
        if (!full) lines.push_back(std::move(line));
    };
    std::size_t told = 0, untold = 0;
    for (const auto& candidate : trace.candidates()) {
        if (candidate.fate != Fate::taken && told++ >= most_candidates) {
            ++untold;
            continue;
        }
        add("route " + candidate.route->name + " (" + candidate.route->where + "): " + why_of(trace, candidate));
    }
    if (untold > 0) add("and " + text::count(untold, "route") + " more");
    if (trace.candidates().empty()) add("no route takes this path");
    for (const auto& step : trace.steps()) {
        if (step.silent()) continue;
        const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(step.at).count();
        std::string line = '+' + std::to_string(micros) + " us ";
        if (*step.door) line.append(step.door).append(1, ' ');
        line += step.who;
        if (!step.where.empty()) line += " (" + step.where + ')';
        add(line + ": " + text::join(texts_of(trace, step), "; "));
    }
    if (full || trace.omitted() > 0) lines.emplace_back("...");
    return lines;
}

}  // namespace tollgate::explanation
