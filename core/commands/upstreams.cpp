// core/commands/upstreams.cpp - `tollgate upstreams`, `drain` and `undrain`: what a running gateway knows of its
// targets.
#include "commands/commands.h"
#include "commands/remote.h"
#include "commands/surroundings.h"
#include "support/text.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/URI.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <string>
#include <vector>

namespace tollgate::commands {

namespace {

using Poco::JSON::Object;

std::string for_how_long(const Object& target) {
    return text::duration(std::chrono::milliseconds{std::int64_t(target.getValue<double>("for_seconds") * 1000)});
}

// Why a target is out, and what its breaker does; "" where there is nothing to say.
std::string remarks(const Object& target) {
    std::vector<std::string> remarks;
    if (target.has("reason")) remarks.push_back(target.getValue<std::string>("reason"));
    if (const auto breaker = target.getObject("breaker"))
        if (const auto state = breaker->getValue<std::string>("state"); state != "closed")
            remarks.push_back("its breaker is " + state);
    return text::join(remarks, "; ");
}

// An upstream, then a line for each of its targets, in columns.
void print(const Object& upstream) {
    std::cout << upstream.getValue<std::string>("name") << " (" << upstream.getValue<std::string>("where") << ')'
              << (upstream.getValue<bool>("panic") ? ": panic, all are taken for being in" : "") << '\n';
    const auto targets = upstream.getArray("targets");
    std::vector<std::vector<std::string>> rows;
    std::vector<std::size_t> widths(4);
    for (unsigned i = 0; i < targets->size(); ++i) {
        const auto target = targets->getObject(i);
        std::string state = target->getValue<std::string>("state");
        if (state == "warming") state += ' ' + std::to_string(int(target->getValue<double>("warmth") * 100)) + '%';
        rows.push_back({target->getValue<std::string>("address"), state, "for " + for_how_long(*target),
                        text::count(std::size_t(target->getValue<int>("in_flight")), "request"),
                        remarks(*target)});
        for (std::size_t column = 0; column < widths.size(); ++column)
            widths[column] = std::max(widths[column], rows.back()[column].size());
    }
    for (const auto& row : rows) {
        std::string line = " ";
        for (std::size_t column = 0; column < widths.size(); ++column)
            line += ' ' + text::padded(row[column], widths[column]) + ' ';
        line += row[4].empty() ? "" : ' ' + text::printable(row[4]);
        std::cout << line.substr(0, line.find_last_not_of(' ') + 1) << '\n';
    }
}

int change(const Options& options, const std::string& order_word, const char* what) {
    std::string name, address;
    Poco::URI::encode(options.upstream, "/?#&+%", name);
    Poco::URI::encode(options.target, "/?#&+%", address);
    return order(options, "/upstreams/" + name + '/' + order_word + "?target=" + address, "",
                 [&](int status, const Object& json) {
                     if (status != 200) {
                         complain(json.optValue<std::string>("error", "it did not say why"));
                         return failed;
                     }
                     const auto target = json.getObject("target");
                     std::cout << options.upstream << ": " << options.target << ' ' << what << "; "
                               << text::count(std::size_t(target->getValue<int>("in_flight")), "request")
                               << " under way\n";
                     return done;
                 });
}

}  // namespace

int upstreams(const Options& options) {
    return order(options, "/upstreams", std::nullopt, [&](int, const Object& json) {
        const auto all = json.getArray("upstreams");
        if (options.json) {
            json.stringify(std::cout);
            std::cout << '\n';
            return done;
        }
        for (unsigned i = 0; i < all->size(); ++i) print(*all->getObject(i));
        if (all->size() == 0) std::cout << "no upstream is declared\n";
        return done;
    });
}

int drain(const Options& options) { return change(options, "drain", "gets no new requests"); }
int undrain(const Options& options) { return change(options, "undrain", "is drained no more"); }

}  // namespace tollgate::commands
