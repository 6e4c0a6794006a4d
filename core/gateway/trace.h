// core/gateway/trace.h - Trace: why one request was treated as it was, step by step, as those who decided say it.
//
// Router, conditions, doors and plugins write to it, and only where somebody listens: `tollgate explain` or a request
// with the operator's token. What is secret stays out of it whoever says it; see shown().
#pragma once

#include <tollgate/context.h>
#include <tollgate/message.h>

#include "net/timers.h"

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tollgate {

class Failure;
struct PluginUse;
struct Route;

// One request's, on its loop. Bounded: what goes beyond is counted in omitted().
class Trace {
public:
    // A route whose pattern takes the request.
    struct Candidate {
        enum class Fate : std::uint8_t { taken, lost, not_asked };
        const Route* route;
        Fate fate;
        std::string why;  // of one that lost
    };
    struct Change {
        enum class Kind : std::uint8_t { added, changed, removed };
        Kind kind;
        std::string name, value;  // the value it has now
    };
    struct Saying {
        std::string text;
        std::vector<std::pair<std::string, std::string>> facts;
    };
    // What one of those that decide did at one of its turns.
    struct Step {
        std::string who;    // "auth", "rewrite", "upstream"
        std::string where;  // "routes.lua:26", or ""
        const char* door;   // "on_request", ...; "" for the gateway's own
        std::vector<Saying> said;
        std::string outcome;  // "answers 200", "refuses: 401 key_missing: ..."; "" where the request walks on
        std::vector<Change> request, answer;
        std::string target;           // the request's new one, where it was changed
        std::chrono::nanoseconds at;  // since `began`
        bool silent() const noexcept {
            return said.empty() && outcome.empty() && request.empty() && answer.empty() && target.empty();
        }
    };
    struct Line {
        std::string name, value;
    };
    // A request or an answer as it was last seen.
    struct Message {
        std::string first;  // "GET /orders/7", or "200"
        std::vector<Line> lines;
    };

    // What came of it.
    struct Result {
        const Route* route = nullptr;
        std::vector<Line> parameters;  // decoded
        std::string client_ip, request_id;
        std::shared_ptr<const Caller> caller;
        std::string upstream, target;  // "" where none was chosen
        std::optional<Message> sent;   // to that target
        std::string reason;            // as in the answer's "error" member, or ""
        Message answer;                // its first line is its status
    };

    // `asked`: as the client sent it. Times are since `began`; nullopt: in a rehearsal, whose time stands still.
    Trace(const Request& asked, std::optional<net::TimePoint> began);

    // Routing.
    void lost(const Route& candidate, std::string why);
    void taken(const Route& candidate);
    void not_asked(const Route& candidate);

    // A step begins; it ends with see() or the next begin().
    void begin(std::string_view who, std::string_view where = {}, const char* door = "");
    void begin(const PluginUse& use, const char* door);
    void say(std::string_view text, std::initializer_list<Fact> facts = {});
    void end_by(std::string outcome);
    void fail(const Failure& failure);
    // What changed since the last look belongs to the step under way. An answer seen first is no change.
    void see(const Request& request, const Response& response);
    void take_as_seen(const Request& request);  // what changed since the last look is nobody's doing
    // What was heard of an errand of the step under way, which goes on after it.
    void take_in(const Trace& errand);
    void forget_answer() noexcept { answer_.reset(); }  // the next one is another

    // For `secret` and whatever contains it. Shorter than six bytes it is in too many words to be kept out of them.
    void conceal(std::string_view secret);
    // Stands for what differs from run to run, so that two runs can be compared.
    void rename(std::string_view text, std::string_view instead);
    // `text` as it may be shown: without secrets, on one line, printable.
    std::string shown(std::string_view text) const;
    // A header's value: hidden where its name says that it is a secret.
    std::string shown(std::string_view name, std::string_view value) const;

    bool rehearsed() const noexcept { return !began_; }
    Result result;
    // In the order written.
    const std::vector<Candidate>& candidates() const noexcept { return candidates_; }
    const std::vector<Step>& steps() const noexcept { return steps_; }
    std::size_t omitted() const noexcept { return omitted_; }
    const Message& asked() const noexcept { return asked_; }
    const Message& request() const noexcept { return request_; }
    const std::vector<Line>& first_answer() const noexcept { return first_answer_; }  // as it was before plugins had it

    static const Line* find(const std::vector<Line>& lines, std::string_view name);
    static std::vector<Line> lines_of(const Headers& headers);  // without those that frame a message

private:
    Candidate* add_candidate(const Route& route, Candidate::Fate fate);
    std::vector<Change> changes(std::vector<Line>& seen, const Headers& now);
    void conceal_values(std::string_view name, std::string_view value);
    std::optional<std::vector<Line>> answer_;
    std::vector<Line> first_answer_;
    Message asked_, request_;
    std::optional<net::TimePoint> began_;
    std::vector<Candidate> candidates_;
    std::vector<Step> steps_;
    std::vector<std::pair<std::string, std::string>> instead_;  // longest first
    std::size_t omitted_ = 0, bytes_ = 0;
};

}  // namespace tollgate
