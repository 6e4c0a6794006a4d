// core/gateway/passage_registration.cpp - the step of the corridor that makes a key for whoever asks for one.
#include "gateway/key_store.h"
#include "gateway/passage.h"
#include "gateway/trace.h"
#include "snapshot/registration.h"

namespace tollgate {

// What plugins in front have let pass: who may register, and how often, is theirs to say.
Task<void> Passage::answer_registration() {
    const Registration& registration = *route_->registration;
    if (trace_) trace_->begin("register", route_->where);
    std::optional<std::string_view> body = std::string_view{};
    if (has_body()) body = co_await request_body().whole(Registration::largest_body);
    if (!body) {
        blame({Culprit::client, 413, "body_too_large", "the request body is too large"});
        co_return;
    }
    const auto now = std::chrono::time_point_cast<std::chrono::microseconds>(exchange_.began_at);
    std::vector<store::FieldProblem> problems;
    auto about = registration.read(*body, now, problems);
    if (!about) {
        blame({Culprit::client, 400, "body_malformed", R"(expected a JSON object like {"owner": "alice"})"});
        co_return;
    }
    if (!problems.empty()) {
        response_ = wrong_fields_answer(problems, request_id_);
        if (trace_) trace_answer();
        co_return;
    }
    try {
        if (!snapshot_.keys) throw KeysUnavailable{"keys are made only where requests are served"};
        const auto [key, secret] = co_await snapshot_.keys->create(*std::move(about));
        response_ = registered_answer(key, secret, now);
        if (trace_) trace_answer();
    } catch (const KeysUnavailable& problem) {
        Failure failure{Culprit::gateway, 503, "keys_unavailable", "keys cannot be made just now", problem.what()};
        failure.headers.add("Retry-After", "1");
        blame(std::move(failure));
    } catch (const store::StoreError&) {
        blame({Culprit::client, 409, "owner_taken", "there is a key of this owner already"});
    }
}

}  // namespace tollgate
