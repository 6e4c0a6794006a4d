// plugins/cache/fetch.cpp - an errand, and what becomes of its answer.
#include "fetch.h"

#include "use.h"
#include "validators.h"

#include <tollgate/plugin.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace tollgate::cache {

namespace {

// Of one request, and not of what is asked for.
constexpr std::array<std::string_view, 6> not_asked{"If-None-Match", "If-Modified-Since",   "If-Range",
                                                    "If-Match",      "If-Unmodified-Since", "Range"};

Asked about(Asked asked, const Headers& request) {
    asked.lines = lines_of(request);
    return asked;
}

bool is_failure(int status) noexcept { return status == 500 || (status >= 502 && status <= 504); }

}  // namespace

Fetch::Fetch(const Site& site, Loop& loop, std::shared_ptr<Arriving> arriving, const Asked& asked,
             const Headers& request, std::shared_ptr<const Kept> stale, Instant now)
    : site_{site},
      loop_{loop},
      arriving_{std::move(arriving)},
      request_{request},
      asked_{about(asked, request_)},
      stale_{std::move(stale)},
      asked_at_{now},
      begun_{site.zone.store().now_begun()},
      begun_elsewhere_{site.tier ? site.tier->now_begun() : Moment{}} {}

Fetch::~Fetch() {
    site_.zone.leave(*arriving_);
    if (settled_) return;
    if (head_) arriving_->cut();
    else arriving_->decline();
}

void Fetch::prepare(Request& request) const {
    for (const std::string_view name : not_asked) request.headers().remove(name);
    if (!stale_) return;
    const auto kept = stale_->head().lines();
    for (const Line& line : validating_lines(kept)) request.headers().set(line.name, line.value);
}

Task<void> Fetch::run(std::unique_ptr<Errand> errand, std::unique_ptr<Fetch> fetch) {
    Response response;
    try {
        response = co_await errand->run();
    } catch (const Refusal& refusal) {
        fetch->refuse(std::current_exception(), refusal.status());
        co_return;
    }
    if (fetch->settled_by_head(response)) co_return;
    bool keeps = false;
    try {
        keeps = co_await fetch->take_body(response.body());
    } catch (const std::exception&) {
        co_return;  // it was cut, and so are they who read it
    }
    if (fetch->abandoned_) co_return;
    if (keeps) fetch->keep(fetch->arriving_->collect());
    fetch->settled_ = true;
    fetch->site_.zone.leave(*fetch->arriving_);  // who comes now finds it kept
    fetch->arriving_->finish();
}

void Fetch::refuse(std::exception_ptr failure, int status) {
    settled_ = true;
    if (status >= 500) return arriving_->fail(std::move(failure));
    handover_->failure = std::move(failure);
    arriving_->decline();
}

bool Fetch::settled_by_head(Response& response) {
    if (response.status() == 304 && stale_) {
        confirm(response);
        return true;
    }
    if (stale_ && is_failure(response.status()) && answers_errors(*stale_, {}, site_.host.now())) {
        settled_ = true;
        handover_->answer = std::move(response);
        arriving_->fail(nullptr);
        return true;
    }
    const auto lines = lines_of(response.headers());
    auto judgement = judge(asked_.asking, response.status(), lines, site_.rules.policy, wall_clock(site_.host));
    const auto length = response.body().length();
    if (judgement.terms && length && *length > site_.rules.largest) judgement = {std::nullopt, "too large"};
    if (!judgement.terms) learn_not_kept(response.status(), judgement.why_not);
    // Where there is no memory for it now, there may be for the next one.
    if (!judgement.terms || !arriving_->reserve(length)) {
        give_up(std::move(response));
        return true;
    }
    open(response, lines, *std::move(judgement.terms));
    return false;
}

// A failure says nothing of what is kept, nor of what will be answered once it is over.
void Fetch::learn_not_kept(int status, std::string_view why) {
    if (is_failure(status)) return;
    if (stale_ && !is_of_the_request(why)) remove_stale();
    site_.zone.note_private(asked_.key);
    site_.zone.deny(asked_.kind(), site_.host.now());
}

void Fetch::give_up(Response response) {
    settled_ = true;
    handover_->answer = std::move(response);
    arriving_->decline();
}

void Fetch::leave_for_asker(const std::vector<Line>& lines, const Terms& terms) {
    for (const Line& line : lines)
        for (const std::string& name : terms.without)
            if (same(line.name, name)) handover_->lines.emplace_back(line.name, line.value);
}

void Fetch::confirm(Response& response) {
    const auto newer = lines_of(response.headers());
    if (!is_about(newer, stale_->head().lines(), wall_clock(site_.host))) {
        remove_stale();  // it speaks of something else: the one who asked asks again, for all of it
        return;
    }
    settled_ = true;
    auto [kept, keeps, why_not] = refreshed(site_, asked_, asked_at_, *stale_, newer);
    if (!keeps || hides(*kept)) remove_stale();
    if (!keeps) {
        handover_->kept = std::move(kept);
        return arriving_->decline();
    }
    leave_for_asker(newer, kept->terms());
    auto all = opened(kept, kept->head().lines());
    put(kept, worth(*kept, site_.host.now()));
    site_.zone.leave(*arriving_);
    arriving_->confirm(std::move(all));
}

// By what it is told apart is known from now on, so that those who ask for another do not wait for this one.
Arriving::Opened Fetch::opened(std::shared_ptr<const Kept> head, const std::vector<Line>& answer) {
    const std::string& primary = asked_.key_of(head->terms());
    const auto there = site_.zone.find(primary);
    const Variants none{primary, asked_.url, {}, {}};
    const Variants& known = there && there->variants() ? *there->variants() : none;
    std::shared_ptr<const Variants> variants;
    if (there && there->variants()) variants = std::static_pointer_cast<const Variants>(there);
    if (&known != &none || !telling_apart(answer).empty()) {
        if (auto more = known.with(answer)) put(variants = std::move(more), worth(*head, site_.host.now()));
    }
    if (variants || !asked_.own.empty()) site_.zone.also(std::string{head->key()}, *arriving_);
    if (!asked_.own.empty()) {
        if (&primary == &asked_.key) site_.zone.note_public(asked_.key, site_.host.now());
        else site_.zone.note_private(asked_.key);
    }
    return {std::move(head), std::move(variants)};
}

void Fetch::open(Response& response, const std::vector<Line>& lines, Terms terms) {
    handover_->stored = true;
    leave_for_asker(lines, terms);
    head_ = made(site_, asked_, asked_at_, lines, response.status(), std::move(terms));
    arriving_->open(opened(head_, lines), response.body().length());
}

Task<bool> Fetch::take_body(Body& body) {
    BodySource* const source = body.source();
    if (!source) {
        arriving_->append(body.bytes());
        co_return true;
    }
    // Who validates what he has for nobody in particular has seen before that it has an end.
    constexpr std::chrono::nanoseconds of_refreshing = std::chrono::minutes{1};
    const auto patience = stale_ ? std::max(site_.rules.wait, of_refreshing) : site_.rules.wait;
    bool passes = false;
    for (;;) {
        std::string_view piece;
        if (!source->try_read(piece)) piece = co_await source->read();
        if (piece.empty()) break;
        arriving_->append(piece);
        if (!passes && (passes = arriving_->passes())) stop_joining();
        if (in_vain(patience)) {
            abandoned_ = true;
            co_return false;
        }
        if (passes) co_await arriving_->room(loop_);
    }
    const Headers* trailers = source->trailers();
    co_return !trailers || trailers->size() == 0;  // whoever reads has the body; with its trailers it is not kept
}

// Once it seems so nobody can join any more; who did until then is gone on for.
bool Fetch::in_vain(std::chrono::nanoseconds patience) {
    const Instant now = site_.host.now();
    if (!arriving_->in_vain(now, patience)) return false;
    site_.zone.leave(*arriving_);
    return arriving_->in_vain(now, patience);
}

// It passes, and is not kept.
void Fetch::stop_joining() {
    site_.zone.leave(*arriving_);
    if (arriving_->too_long()) learn_not_kept(head_->status(), "too large");
}

void Fetch::keep(std::shared_ptr<const std::string> body) {
    if (!body) return;
    const auto kept = head_->with_body(std::move(body));
    if (stale_ && hides(*kept)) remove_stale();
    if (put(kept, worth(*kept, site_.host.now())) == Put::stored) site_.stored.add();
}

Put Fetch::put(const std::shared_ptr<const Entry>& entry, std::chrono::milliseconds worth) {
    if (site_.tier) site_.tier->put(entry->key(), *entry, begun_elsewhere_, worth);
    return site_.zone.put(entry, begun_);
}

// Whether what is stale would be found instead of what is newer: it is everybody's, and the newer one is the caller's
// own, or the other way round. Where it stands at the place of its variants it has been replaced by what names these.
bool Fetch::hides(const Kept& newer) const {
    return stale_->key() != newer.key() && stale_->key() != asked_.key_of(newer.terms());
}

void Fetch::remove_stale() {
    site_.zone.remove(*stale_);
    if (site_.tier) site_.tier->remove(stale_->key());
}

}  // namespace tollgate::cache
