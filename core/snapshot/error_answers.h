// core/snapshot/error_answers.h - ErrorAnswers: what clients are told instead of the gateway's own words when it fails
// them.
#pragma once

#include "support/failure.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate {

// A body with ${status}, ${reason}, ${message} and ${request_id} in it; "$${" is "${".
class BodyTemplate {
public:
    // How what is filled in is written: a text of JSON (between its quotes), a text of HTML or XML, or as it is.
    enum class Escaping : std::uint8_t { none, json, html };
    static Escaping escaping_of(std::string_view content_type) noexcept;

    // nullopt, with `problem`, where it names something else.
    static std::optional<BodyTemplate> parse(std::string_view text, Escaping escaping, std::string& problem);
    Body fill(int status, const Failure& failure, std::string_view request_id) const;

private:
    enum class Place : std::uint8_t { status, reason, message, request_id };
    struct Piece {
        std::string text;  // before the place
        Place place;
    };
    std::vector<Piece> pieces_;
    std::shared_ptr<const std::string> end_;  // all of it, where nothing is filled in
    Escaping escaping_ = Escaping::none;
};

// An answer to a failure, as far as somebody has said what it is to be.
struct ErrorAnswer {
    std::optional<int> status;
    std::optional<BodyTemplate> body;
    std::string type;  // of the body
    Headers headers;   // take the place of the failure's own of the same names
    int function = 0;  // or that function of the Script makes it: function(failure, request)
};

// Which answer a failure gets. The most exact key wins: a reason, a status, a class, then any.
class ErrorAnswers {
public:
    static constexpr int any = 0;
    void add_reason(std::string reason, ErrorAnswer answer) {
        reasons_.insert_or_assign(std::move(reason), std::move(answer));
    }
    // A status ("404"), a class (4 for "4xx"), or `any`.
    void add_status(int status, ErrorAnswer answer) { statuses_.insert_or_assign(status, std::move(answer)); }

    const ErrorAnswer* find(std::string_view reason, int status) const;  // null: nothing was said

private:
    std::map<std::string, ErrorAnswer, std::less<>> reasons_;
    std::map<int, ErrorAnswer> statuses_;
};

// What a function said an answer should be.
struct SaidAnswer {
    std::optional<int> status;
    std::optional<std::string> body;
    std::string type;
    Headers headers;
};

// The answers. They carry the lines the failure brought (Allow, Retry-After) unless said otherwise; without a body of
// their own they have the gateway's.
Response answer_to(const Failure& failure, std::string_view request_id, const ErrorAnswer& said);
Response answer_to(const Failure& failure, std::string_view request_id, SaidAnswer said);
// One to no failure: a 200 unless it says otherwise.
Response answer_of(SaidAnswer said);

}  // namespace tollgate
