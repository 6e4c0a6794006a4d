// core/config/shaping_assembly.h - ShapingAssembly: what routes.lua says of shaping requests and answers, made into
// Shapings.
#pragma once

#include "config/header_items.h"
#include "config/item.h"
#include "config/objects.h"
#include "config/schema.h"
#include "config/vocabulary.h"
#include "snapshot/shaping.h"

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::config {

class ShapingAssembly {
public:
    // `origin` must outlive this.
    explicit ShapingAssembly(const Origin& origin) : origin_{origin} {}

    // What a route may say; all but the first two can be words of their own as well.
    static constexpr std::array<std::string_view, 8> route_names = {
        "rewrite", "redirect", "request", "request_headers", "response_headers", "errors", "cors", "response"};
    // One of the words that hold for all routes. All of them come before the first of_route().
    void add(Word word, const Item& item, const Report& report);
    // For requests that no route takes.
    std::shared_ptr<const Shaping> of_all();

    struct RouteFacts {
        std::string_view name;  // "GET /orders/:id"
        bool has_upstream = false, has_register = false;
    };
    // Null where there is nothing to do.
    std::shared_ptr<const Shaping> of_route(const std::string& owner, const Item& table, const RouteFacts& route,
                                            const Report& report);

private:
    // What words and settings of the same name say, both read by one function each.
    struct Said {
        HeaderChanges request_headers, response_headers;
        std::shared_ptr<const ErrorAnswers> errors;
        std::shared_ptr<const Cors> cors;
        std::vector<ChangeFunction> request_functions, response_functions;
    };
    void read(Said& said, std::string_view name, const std::string& owner, const Item& item, const Report& report);
    std::shared_ptr<Shaping> joined(const Said& route) const;

    const Origin& origin_;
    Said all_;
    bool anything_ = false;  // of all_
    std::shared_ptr<const Shaping> shared_;
};

// The number of a function of routes.lua; 0 for anything else.
inline int function_of(const Item& item) { return item.is(Item::Kind::function) ? item.index : 0; }

// The readers of single settings, each of which reports what is wrong and leaves that out.
std::shared_ptr<const ErrorAnswers> read_errors(const std::string& owner, const Item& item, const Origin& origin,
                                                const Report& report);
std::shared_ptr<const Cors> read_cors(const std::string& owner, const Item& item, const Origin& origin,
                                      const Report& report);
// `request` or `response`, whose table has this shape.
std::optional<ChangeFunction> read_change(const std::string& owner, const Item& item, const Shape& shape,
                                          const Origin& origin, const Report& report);
std::optional<Rewrite> read_rewrite(const std::string& owner, const Item& item, std::string_view route,
                                    const Report& report);
std::optional<Redirect> read_redirect(const std::string& owner, const Item& item, std::string_view route,
                                      const Origin& origin, const Report& report);

// What the fields of `shape` say of a table; nullopt where something is wrong. For tables whose fields have no defaults.
std::optional<CheckedSettings> read_settings(const std::string& owner, const Item& item, const Shape& shape,
                                             const Origin& origin, const Report& report);

}  // namespace tollgate::config
