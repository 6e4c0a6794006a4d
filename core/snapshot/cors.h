// core/snapshot/cors.h - Cors: which pages of other origins may read what a route answers (the Fetch standard's CORS).
#pragma once

#include <tollgate/message.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate {

// "https://app.example.com", "https://*.example.com" (any name below, however deep), "*", or "null".
class OriginPattern {
public:
    // nullopt, with `problem` saying what was wanted and got.
    static std::optional<OriginPattern> parse(std::string_view text, std::string& problem);
    bool matches(std::string_view origin) const noexcept;
    bool any() const noexcept { return any_; }
    bool opaque() const noexcept { return text_ == "null"; }

private:
    std::string text_;                        // in lower case; of a wildcard what follows the "*"
    std::optional<std::string> scheme_end_;  // of a wildcard what stands before the "*": "https://"
    bool any_ = false;
};

// Immutable, shared by all loops.
class Cors {
public:
    struct Rules {
        std::vector<OriginPattern> origins{};
        std::vector<std::string> methods{};  // empty: what the path's routes take
        std::vector<std::string> headers{};  // empty: whatever is asked for
        std::vector<std::string> expose{};
        bool credentials = false;
        std::optional<std::int64_t> max_age{};  // seconds
    };
    explicit Cors(Rules rules);

    // OPTIONS with Origin and Access-Control-Request-Method: a browser asking before it sends the real request.
    static bool is_preflight(const Request& request) noexcept;
    static std::string_view announced_method(const Request& request) noexcept;

    bool allows(std::string_view origin) const noexcept;
    // The 204 that tells a browser what may follow, marked already. `methods`: of the path's routes.
    Response preflight_answer(const Request& request, std::string_view methods) const;
    // Makes the CORS lines of an answer ours: an upstream's own go. `origin` is the request's, "" where it had none.
    void mark(Headers& headers, std::string_view origin) const;

private:
    Rules rules_;
    bool any_ = false;
    std::string methods_, headers_, expose_;
};

}  // namespace tollgate
