// core/gateway/passage_choice.cpp - a way into the corridor for who wants to know where requests go: as far as the choice.
#include "gateway/doors.h"
#include "gateway/passage.h"

namespace tollgate {

// As fetch_from_upstream() does before its attempt.
Task<std::optional<std::size_t>> Passage::choose_for(const Route& route, const Branch* branch) {
    client_ip_ = exchange_.client().address;
    take(route);
    branch_ = branch;
    states_.resize(chain().size());
    const auto& upstream = *this->upstream();
    if (upstream::breakers::refuses_for(upstream) > net::Duration::zero()) throw none_available();
    Verdict verdict = co_await asked_at_upstream();
    if (verdict.refuses()) throw failure_of(verdict.take_refusal());
    if (verdict.answers())
        throw Failure{Culprit::gateway, 503, "answered_by_plugin", "a plugin answers in its place"};
    const auto& targets = upstream.targets;
    if (chosen_ && targets[*chosen_]->available()) co_return chosen_;
    for (std::size_t i = 0; i < targets.size(); ++i)
        if (targets[i]->available()) co_return i;
    co_return std::nullopt;
}

}  // namespace tollgate
