// core/admin/logs.cpp - GET /logs: the requests that are remembered, the newest first, page by page.
#include "admin/past.h"
#include "history/feed.h"
#include "history/request_history.h"
#include "support/text.h"

#include <optional>
#include <vector>

namespace tollgate::admin {

namespace {

constexpr std::size_t most_on_page = 1000;

struct Asked {
    history::Filter filter;
    std::size_t limit = 100;
    std::string cursor{};
    Source source;
};

struct Page {
    std::vector<std::string> records;
    std::string next{};  // "": there is no more
};

// What a filter says is wrong begins with the name; it is said beside it here.
std::string without_name(const std::string& problem, const std::string& name) {
    return problem.starts_with(name + ": ") ? problem.substr(name.size() + 2) : problem;
}

std::string read(Asked& asked, const std::string& name, const std::string& value) {
    if (name == "limit") {
        const auto limit = number_of(value, 1, most_on_page);
        if (!limit)
            return "expected a number from 1 to " + std::to_string(most_on_page) + ", got " + text::quote(value);
        asked.limit = *limit;
    } else if (name == "cursor") {
        asked.cursor = value;
    } else if (name == "source") {
        const auto source = source_of(value);
        if (!source) return wanted_source + (", got " + text::quote(value));
        asked.source = *source;
    } else {
        return without_name(asked.filter.set(name, value), name);
    }
    return {};
}

// Of memory: a record's place among all.
std::optional<std::uint64_t> place_in(const std::string& cursor) {
    return cursor.empty() ? std::optional<std::size_t>{0} : number_of(cursor, 1, SIZE_MAX);
}

bool fits(const Asked& asked) {
    return asked.source == Source::memory ? place_in(asked.cursor).has_value()
                                          : asked.cursor.empty() || history::RequestHistory::is_cursor(asked.cursor);
}

Page from_memory(const Controls& controls, const Asked& asked) {
    std::vector<history::Remembered> found;
    controls.feed->look([&](const history::Recent& recent) {
        found = recent.find(asked.filter, asked.limit + 1, *place_in(asked.cursor));
    });
    Page page;
    if (found.size() > asked.limit) {
        found.resize(asked.limit);
        page.next = std::to_string(found.back().number);
    }
    for (const auto& one : found) page.records.push_back(history::json(*one.record));
    return page;
}

Page from_database(const Controls& controls, const Asked& asked) {
    auto page = controls.stored_requests()->page(asked.filter, asked.limit, asked.cursor);
    return {std::move(page.records), std::move(page.next)};
}

}  // namespace

Answer show_logs(const Call& call, const Controls& controls) {
    Asked asked{.filter = {}, .source = controls.requests_are_stored() ? Source::database : Source::memory};
    std::vector<store::FieldProblem> problems;
    for (const auto& [name, value] : parameters_of(call.query))
        if (std::string problem = read(asked, name, value); !problem.empty())
            problems.push_back({name, std::move(problem)});
    if (problems.empty() && !fits(asked))
        problems.push_back({"cursor", "expected the `next` of a page from " + name_of(asked.source) + ", got " +
                                          text::quote(asked.cursor)});
    if (!problems.empty()) return wrong_fields(problems);
    return of_the_past([&]() -> Answer {
        const bool memory = asked.source == Source::memory;
        const Page page = memory ? from_memory(controls, asked) : from_database(controls, asked);
        // Cursors are digits and signs that need no escape.
        return {200, "application/json",
                "{\"source\":\"" + name_of(asked.source) + "\",\"requests\":[" + text::join(page.records, ",\n") +
                    "],\"next\":" + (page.next.empty() ? "null" : '"' + page.next + '"') + "}\n"};
    });
}

}  // namespace tollgate::admin
