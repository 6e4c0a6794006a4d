// core/commands/explain.cpp - `tollgate explain`: what would become of a request, by rehearsing it.
#include "commands/commands.h"

#include "commands/surroundings.h"
#include "gateway/rehearsal.h"
#include "gateway/rehearsed_request.h"
#include "support/text.h"

#include <array>
#include <charconv>
#include <iostream>
#include <stdexcept>

namespace tollgate::commands {

namespace {

// What the user said is not what a request needs; the text is for him.
struct Mistake : std::runtime_error {
    using std::runtime_error::runtime_error;
};

std::chrono::nanoseconds duration_of(const std::string& text) {
    struct Unit {
        std::string_view name;
        std::chrono::nanoseconds time;
    };
    using namespace std::chrono_literals;
    static constexpr std::array<Unit, 5> units{{{"ms", 1ms}, {"s", 1s}, {"m", 60s}, {"h", 1h}, {"d", 24h}}};
    double number = -1;
    const char* const end = std::from_chars(text.data(), text.data() + text.size(), number).ptr;
    for (const auto& unit : units)
        if (number >= 0 && end == text.data() + text.size() - std::min(unit.name.size(), text.size()) &&
            text.ends_with(unit.name)) {
            const double time = number * static_cast<double>(unit.time.count());
            if (time <= 31.0 * 24 * 3600 * 1e9) return std::chrono::nanoseconds{static_cast<std::int64_t>(time)};
        }
    throw Mistake{"--every: expected a time of at most 31 days (100ms, 1s, 2m, 1h, 1d), got " + text::quote(text)};
}

// The option that said it; "" for the arguments.
const char* option_of(WrongRequest::Part part) {
    switch (part) {
        case WrongRequest::Part::method: return "method: ";
        case WrongRequest::Part::header: return "-H: ";
        case WrongRequest::Part::client: return "--client: ";
        case WrongRequest::Part::url: break;
    }
    return "";
}

void tell(const Options& options, const Rehearsal::Request& request, Rehearsal& rehearsal) {
    std::shared_ptr<const Trace> before;
    rehearsal.walk(request, [&](std::size_t number, std::chrono::nanoseconds at, std::shared_ptr<const Trace> trace) {
        const explanation::Asked asked{options.explained.url, at};
        if (options.json)
            std::cout << explanation::json(asked, *trace);
        else if (before && explanation::alike(*before, *trace))
            std::cout << explanation::in_short(number, asked, *trace, *before);
        else
            std::cout << (before ? "\n#" + std::to_string(number) + "  " : "") << explanation::page(asked, *trace)
                      << (request.times > 1 ? "\n" : "");
        before = std::move(trace);
    });
}

}  // namespace

int explain(const Options& options) {
    try {
        const auto& asked = options.explained;
        auto request = request_of({asked.method, asked.url, asked.headers, asked.body, asked.client});
        request.times = asked.times;
        request.every = duration_of(asked.every);
        const auto file = routes_file(options);
        plugins::Catalogue catalogue;
        if (!file || !load_plugins(catalogue, options)) return wrong;
        Rehearsal rehearsal{catalogue};
        const auto problems = rehearsal.load(*file);
        for (const config::Problem& problem : problems) std::cerr << problem.text() << '\n';
        if (!problems.empty()) {
            complain(file->filename().string() + ": " + text::count(problems.size(), "problem"));
            return wrong;
        }
        tell(options, request, rehearsal);
        return done;
    } catch (const WrongRequest& problem) {
        complain(option_of(problem.part) + std::string{problem.what()});
        return wrong;
    } catch (const Mistake& mistake) {
        complain(mistake.what());
        return wrong;
    } catch (const std::runtime_error& error) {
        complain(error.what());
        return failed;
    }
}

}  // namespace tollgate::commands
