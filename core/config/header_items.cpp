// core/config/header_items.cpp - checking names and values of header lines.
#include "config/header_items.h"

#include "config/expression.h"
#include "http/layout.h"
#include "support/text.h"

namespace tollgate::config {

namespace {

const char* problem_of_name(std::string_view name, ChangedHeaders which) {
    return which == ChangedHeaders::of_requests ? problem_of_request_header(name) : problem_of_answer_header(name);
}

std::string about_name(std::string_view name, const char* problem) {
    const bool none = std::string_view{problem}.starts_with("expected");
    return none ? problem + (", got " + text::quote(name)) : text::quote(name) + ' ' + problem;
}

bool expect_names(const std::string& owner, const Item& item, const char* shape, const Report& report) {
    if (item.is(Item::Kind::mistake)) return false;
    if (item.is(Item::Kind::table) && item.list.empty()) return true;
    report(owner + ": expected " + shape + ", got " + item.describe());
    return false;
}

class ChangeReader {
public:
    ChangeReader(ChangedHeaders which, const Origin& origin, const Report& report)
        : which_{which}, origin_{origin}, report_{report} {}

    HeaderChanges changes;

    void read_removed(const std::string& owner, const Item& item) {
        constexpr Field names{.name = "remove", .type = Type::texts};
        std::string problem;
        const auto removed = check_field(names, item, origin_, problem);
        if (!removed) return item.is(Item::Kind::mistake) ? void() : report_(owner + ": " + problem);
        for (const auto& name : std::get<std::vector<std::string>>(*removed))
            if (fits(owner, name, HeaderChanges::Kind::remove)) changes.append({HeaderChanges::Kind::remove, name});
    }

    void read_lines(const std::string& owner, const Item& item, HeaderChanges::Kind kind) {
        if (!expect_names(owner, item, "{ [\"Name\"] = \"value\" }", report_)) return;
        for (const auto& [name, value] : item.named) {
            if (!fits(owner, name, kind)) continue;
            if (!value.is(Item::Kind::table) || !value.named.empty() || value.list.empty()) {
                read_line(owner, name, value, kind);
                continue;
            }
            // Of several lines the first takes the place of what was there.
            auto next = kind;
            for (const auto& inner : value.list) {
                read_line(owner, name, inner, next);
                next = HeaderChanges::Kind::add;
            }
        }
    }

private:
    bool fits(const std::string& owner, const std::string& name, HeaderChanges::Kind kind) {
        const char* problem = problem_of_name(name, which_);
        if (problem) {
            report_(owner + ": " + about_name(name, problem));
            return false;
        }
        const bool host = which_ == ChangedHeaders::of_requests && http::same_text(name, "Host");
        if (host && kind != HeaderChanges::Kind::set) report_(owner + ": " + text::quote(name) + " can only be set");
        return !host || kind == HeaderChanges::Kind::set;
    }

    void read_line(const std::string& owner, const std::string& name, const Item& item, HeaderChanges::Kind kind) {
        if (item.is(Item::Kind::mistake)) return;
        const bool fixed = item.is(Item::Kind::text) || item.is(Item::Kind::number);
        const std::string text = item.is(Item::Kind::text) ? item.text : item.describe();
        auto value = make_value(item, *origin_.files);
        if (!value)
            report_(owner + ": " + name +
                    ": expected a value (header \"X\", caller, a text, a function, ...) or a list of them, got " +
                    item.describe());
        else if (fixed && !can_be_header_value(text))
            report_(owner + ": " + name + ": expected a text of one line, got " + text::quote(text));
        else
            changes.append({kind, name, fixed ? text : std::string{}, fixed ? Value{} : *std::move(value)});
    }

    ChangedHeaders which_;
    const Origin& origin_;
    const Report& report_;
};

}  // namespace

Headers fixed_headers(const std::string& owner, const Item& item, const Origin& origin, const Report& report,
                      ChangedHeaders which) {
    Headers headers;
    if (!expect_names(owner, item, "{ [\"Name\"] = \"value\" }", report)) return headers;
    constexpr Field value_field{.name = "header", .type = Type::texts};
    const bool keys = which == ChangedHeaders::of_requests;  // perhaps: then no message says the value
    for (const auto& [name, value] : item.named) {
        std::string problem;
        const auto values = check_field(value_field, value, origin, problem);
        if (const char* wrong = problem_of_name(name, which)) {
            report(owner + ": " + about_name(name, wrong));
        } else if (!values) {
            if (!value.is(Item::Kind::mistake))
                report(owner + ": " + name + ": expected a text or a list of texts, got " + (keys ? "another" : value.describe()));
        } else {
            for (const auto& text : std::get<std::vector<std::string>>(*values)) {
                if (can_be_header_value(text))
                    headers.add(name, text);
                else
                    report(owner + ": " + name + ": expected a text of one line, got " + (keys ? "another" : text::quote(text)));
            }
        }
    }
    return headers;
}

HeaderChanges header_changes(const std::string& owner, const Item& item, ChangedHeaders which, const Origin& origin,
                             const Report& report) {
    if (item.is(Item::Kind::mistake)) return {};
    if (!item.is(Item::Kind::table)) {
        report(owner + ": expected { set = { ... }, add = { ... }, remove = { ... } }, got " + item.describe());
        return {};
    }
    constexpr std::string_view names[] = {"set", "add", "remove"};
    for (auto& problem : check_names(owner, item, {}, names)) report(std::move(problem));
    ChangeReader reader{which, origin, report};
    if (const Item* removed = item.find("remove")) reader.read_removed(owner + ": remove", *removed);
    if (const Item* set = item.find("set")) reader.read_lines(owner + ": set", *set, HeaderChanges::Kind::set);
    if (const Item* added = item.find("add")) reader.read_lines(owner + ": add", *added, HeaderChanges::Kind::add);
    return std::move(reader.changes);
}

}  // namespace tollgate::config
