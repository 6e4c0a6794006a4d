// core/config/service_assembly.cpp - `services = { mock = { restart = { ... } } }` of `admin`: what operators may have
// run.
#include "config/assembly.h"

#include "support/text.h"

#include <algorithm>

namespace tollgate::config {

namespace {

constexpr std::size_t most_services = 100, most_arguments = 100;

// As a URL has it, without a letter of its own for anything.
bool names_a_service(std::string_view name) {
    return !name.empty() && name.size() <= 64 && name != "." && name != ".." &&
           std::all_of(name.begin(), name.end(), [](unsigned char c) {
               return std::isalnum(c) || c == '-' || c == '_' || c == '.';
           });
}

// What keeps it from being started as it is written: what it means must not depend on where the gateway was started.
std::string problem_with(const std::vector<std::string>& arguments) {
    if (arguments.empty()) return "expected a program and its arguments, got none";
    if (arguments.size() > most_arguments)
        return "expected at most 100 of them, got " + std::to_string(arguments.size());
    const std::string& program = arguments[0];
    if (program.empty() || (program[0] != '/' && program.find('/') != program.npos))
        return "expected a program's name or its whole path (\"/usr/bin/systemctl\"), got " + text::quote(program);
    for (const std::string& argument : arguments)
        if (argument.find('\0') != argument.npos) return "expected texts without NUL, got " + text::quote(argument);
    return {};
}

}  // namespace

void Assembly::add_services(const Declaration& declaration, const Item& item) {
    if (item.is(Item::Kind::mistake)) return;
    const auto wrong = [&](const std::string& what) { add_problem(declaration.place, "admin: services: " + what); };
    if (!item.is(Item::Kind::table) || !item.list.empty())
        return wrong("expected { name = { restart = { ... } } }, got " +
                     (item.list.empty() ? item.describe() : std::string{"entries without a name"}));
    if (item.named.size() > most_services)
        return wrong("expected at most 100 of them, got " + std::to_string(item.named.size()));
    for (const auto& [name, service] : item.named) {
        if (names_a_service(name)) add_service(declaration.place, name, service);
        else wrong("expected a name of letters, digits and - _ ., got " + text::quote(name));
    }
}

void Assembly::add_service(Place place, const std::string& name, const Item& item) {
    const std::string owner = "admin: services: " + name;
    if (item.is(Item::Kind::mistake)) return;
    if (!item.is(Item::Kind::table))
        return add_problem(place, owner + ": expected { restart = { ... } }, got " + item.describe());
    const auto settings = check(place, owner, item, service_shape);
    if (!settings) return;
    Service service{name, where(place), settings->texts("restart"), settings->duration("timeout")};
    if (const auto problem = problem_with(service.restart); !problem.empty())
        return add_problem(place, owner + ": restart: " + problem);
    snapshot_->services.push_back(std::move(service));
}

}  // namespace tollgate::config
