// plugins/ratelimit/limits_page.cpp - questions to counters here, and by way of a loop to those in a Redis.
#include "limits_page.h"

#include "answer_lines.h"
#include "json_text.h"

#include <algorithm>
#include <future>
#include <set>
#include <stdexcept>
#include <utility>

namespace tollgate::ratelimit {

namespace {

constexpr std::chrono::seconds patience{1};

AdminAnswer problem(int status, const std::string& text) {
    return {status, "application/json", "{\"error\":" + quoted(text) + "}\n"};
}

Moment now(const Host& host) { return {host.now(), host.wall_clock()}; }

}  // namespace

struct Use {
    Host& host;
    const std::vector<std::unique_ptr<const Rule>>& rules;
    Store* elsewhere;
};

// Owns what its claim refers to: a loop may come to it when nobody waits any more.
struct LimitsPage::Question {
    Question(const Rule& rule, std::string asked, const Limit& limit)
        : name{rule.name()}, key{std::move(asked)}, claim{.name = &name, .counters = &rule.counters(), .limit = limit,
                                                         .key = key, .cost = 0, .secret = !rule.key_is_public()} {}
    static Task<void> put(std::shared_ptr<Question> question, Host& host, Store& store, bool forget) {
        if (forget) store.clear(question->claim, now(host));
        if (const Task<void> later = store.take({&question->claim, 1}, now(host))) co_await later;
        question->elsewhere = question->claim.hash == 0;
        question->answered.set_value();
    }
    const std::string name, key;
    Claim claim;
    bool elsewhere = false;
    bool stays = false;  // cannot be forgotten
    std::promise<void> answered;

    std::string json() const {
        const Decision& decision = claim.decision;
        const std::int64_t most = claim.limit.burst(), left = std::min(most, decision.remaining);
        return "{\"name\":" + quoted(name) + ",\"counted\":\"" + (elsewhere ? "redis" : "memory") +
               "\",\"most\":" + std::to_string(most) + ",\"spent\":" + std::to_string(most - left) +
               ",\"remaining\":" + std::to_string(left) +
               ",\"reset_seconds\":" + std::to_string(whole_seconds(decision.reset)) + '}';
    }
};

LimitsPage::Listed::Listed(Host& host, const std::vector<std::unique_ptr<const Rule>>& rules, Store* elsewhere)
    : page_{host.state<LimitsPage>("limits page", [] { return std::make_shared<LimitsPage>(); })} {
    const std::lock_guard lock{page_->mutex_};
    place_ = page_->uses_.insert(page_->uses_.end(), {host, rules, elsewhere});
    host.add_page("limits", [page = page_](const AdminRequest& request) { return page->answer(request); });
}

LimitsPage::Listed::~Listed() {
    const std::lock_guard lock{page_->mutex_};
    page_->uses_.erase(place_);
}

AdminAnswer LimitsPage::answer(const AdminRequest& request) {
    const bool forget = request.method == "DELETE";
    if (request.method != "GET" && !forget) return problem(405, "expected GET or DELETE");
    try {
        const Inquiry inquiry = inquiry_of(request.query);
        if (inquiry.key.empty() && !forget) return {200, "application/json", all_limits()};
        if (inquiry.key.empty()) return problem(400, "expected a key, as in ?key=alice");
        std::string limits;
        for (const auto& question : ask(inquiry, forget)) {
            auto answered = question->answered.get_future();
            if (answered.wait_for(patience) != std::future_status::ready) return problem(504, "no loop answers");
            answered.get();
            if (question->claim.decision.unavailable) return problem(503, "the store does not answer");
            if (question->stays) return problem(409, question->name + ": what regions have counted only grows");
            (limits += limits.empty() ? "" : ",") += question->json();
        }
        if (limits.empty())
            return problem(404, "no limit of that name goes by that, or by so many values, or it is not known how much "
                                "it is: tell the caller's tier, or the rate of his key");
        return {200, "application/json", "{\"limits\":[" + limits + "]}\n"};
    } catch (const std::invalid_argument& wrong) {
        return problem(400, wrong.what());
    }
}

// Of a name that several uses share, or that two configurations have while one follows the other, the latest.
std::string LimitsPage::all_limits() {
    const std::lock_guard lock{mutex_};
    std::string limits;
    std::set<std::string> told;
    for (auto use = uses_.rbegin(); use != uses_.rend(); ++use)
        for (const auto& rule : use->rules) {
            if (!told.insert(rule->name_of_counters()).second) continue;
            const Rule::Figures& figures = rule->figures();
            limits += limits.empty() ? "" : ",";
            limits += "{\"name\":" + quoted(rule->name()) + ",\"by\":" + quoted(describe(rule->by())) +
                      ",\"limit\":" + quoted(rule->limit_in_words()) + ",\"counted\":\"" +
                      (use->elsewhere ? "redis" : "memory") +
                      "\",\"admitted\":" + std::to_string(figures.admitted.value()) +
                      ",\"refused\":" + std::to_string(figures.refused.value()) + '}';
        }
    return "{\"limits\":[" + limits + "]}\n";
}

// Those of Redis are asked on a loop, where the connection is. What a use that ends meanwhile has not done is dropped.
void LimitsPage::put(const std::shared_ptr<Question>& question, const Use& use, bool forget) {
    if (use.elsewhere) {
        use.host.post(0, [question, &host = use.host, &store = *use.elsewhere, forget] {
            host.spawn(Question::put(question, host, store, forget));
        });
        return;
    }
    Claim& claim = question->claim;
    const Ask nothing{claim.limit, 0, now(use.host)};
    const std::uint64_t hash = claim.counters->hash(claim.key);
    if (forget && claim.limit.algorithm() != Algorithm::concurrency)
        question->stays = !claim.counters->clear(hash, nothing);
    claim.decision = claim.counters->look(hash, nothing);
    question->answered.set_value();
}

std::vector<std::shared_ptr<LimitsPage::Question>> LimitsPage::ask(const Inquiry& inquiry, bool forget) {
    const std::lock_guard lock{mutex_};
    std::vector<std::shared_ptr<Question>> questions;
    std::set<std::string> told;
    for (auto use = uses_.rbegin(); use != uses_.rend(); ++use)
        for (const auto& rule : use->rules) {
            if (inquiry.name && *inquiry.name != rule->name()) continue;
            if (inquiry.key.size() != rule->by().size()) continue;
            if (inquiry.by && *inquiry.by != describe(rule->by())) continue;
            const auto limit = rule->limit_of(inquiry);
            if (!limit || !told.insert(rule->name_of_counters()).second) continue;
            questions.push_back(std::make_shared<Question>(*rule, rule->key_of(inquiry), *limit));
            put(questions.back(), *use, forget);
        }
    return questions;
}

}  // namespace tollgate::ratelimit
