// core/gateway/passage.h - Passage: one request's walk through the corridor, and all that is known of it.
#pragma once

#include <tollgate/plugin.h>

#include "gateway/body_relay.h"
#include "gateway/concealed.h"
#include "gateway/figures.h"
#include "http/exchange.h"
#include "http/traceparent.h"
#include "net/race.h"
#include "routing/router.h"
#include "snapshot/snapshot.h"
#include "support/failure.h"
#include "tracing/span.h"
#include "upstream/client.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate {

class Replay;
class Trace;
struct LoopShare;
struct Redirect;
class HeaderChanges;
class Rewrite;
struct ChangeFunction;
class RequestSpans;

// A count on a snapshot that only its loop touches. While it is held, nothing of the snapshot dangles.
struct SnapshotLease {
    std::shared_ptr<const Snapshot> snapshot;
    std::size_t holders = 0;
    Figures::Table figures{};
};

class Passage;

// What a request hears of the errands that were made for it; theirs and its own, since either may be over first.
struct ErrandNews {
    Passage* asker;                // null: it is over
    std::string_view target{};     // of the last attempt, as Target::address()
    std::string_view upstream{};   // its name
    int attempts = 0, status = 0;
    bool hedged = false;
    net::Duration upstream_time{0};
};

// Lives in Gateway::serve(), or in an errand, and dies with it, also when the request is cancelled. Logs in its
// destructor. One loop.
class Passage final : private upstream::InterimSink {
public:
    // `trace` hears why, and outlives this; null: nobody listens, unless the request brings the operator's token.
    Passage(LoopShare& share, SnapshotLease& lease, http::Exchange& exchange, Trace* trace = nullptr);
    // An errand: what is left of the asker's way when the plugins before `first` are through. Neither logged nor
    // counted.
    Passage(const Passage& asker, std::uint32_t first, http::Exchange& exchange, std::shared_ptr<ErrandNews> news,
            Trace* trace);
    ~Passage();
    Passage(const Passage&) = delete;
    Passage& operator=(const Passage&) = delete;

    // The steps, in the order of Gateway::serve(). Those that fail throw Failure; a refusal is no exception (it costs
    // microseconds, and a flood of requests is when they count) but blame() at once.
    const Route& route();
    void take(const Route& route);
    Task<bool> answered_by_plugin();
    void shape_request();
    Task<void> fetch_from_upstream();
    bool may_try_again() const noexcept { return again_.has_value(); }
    Task<void> try_again();
    Task<void> shape_response();
    Task<void> send();
    // From here on the remaining steps do nothing but settle().
    void blame(Failure failure);
    Task<void> settle();

    // Instead of the steps: which target a request on that way would be sent to now; nullopt: none is available.
    // Nothing is sent, and no attempt begins. Throws Failure where a plugin refuses or answers. For a trace that is a
    // rehearsal.
    Task<std::optional<std::size_t>> choose_for(const Route& route, const Branch* branch);

    // The end of an errand: what its asker's plugin gets of it. Throws the Refusal that stands for a failure.
    Response bring_back();
    // From here on the answer that was brought back is not heard any more: it broke, or was heard to its end.
    void finish_attempt();
    // Whatever had been heard from the upstream: the rest of it will not be. What was held of the upstream is free.
    void abandon_attempt();
    // What it is that went wrong here or upstream, once. Nothing of a rehearsal.
    void tell_log(Failure& failure) const;
    // Made for the plugin whose door this is: `first` is the use after it.
    std::unique_ptr<Errand> errand(std::uint32_t first);

    config::Script* script() const noexcept;
    std::string_view captured(std::string_view name) const noexcept;  // as it stood in the path; "" where there is none
    std::string_view trace_id() const noexcept;  // hex; "" where it is part of no trace

private:
    friend class Context;
    friend class RequestContext;
    friend class UpstreamContext;
    friend class AttemptContext;
    friend class ResponseContext;
    friend class LogContext;

    struct StateSlot {
        void* memory = nullptr;
        void (*destroy)(void*) noexcept = nullptr;
    };
    struct Attempt {
        upstream::Call call;
        std::size_t target;
        int number;  // 1 for the first
        std::optional<net::TimePoint> ended{};
        http::Traceparent step{};  // of the request's trace; none where there is no `tracing`
        std::unique_ptr<tracing::Span> span{};  // until it has ended, where its trace is recorded
    };

    // What the client asked, while the request is what the upstream is asked.
    struct AskedFor {
        std::string target;
        std::size_t path_size;
        bool asterisk;
        Headers headers;
    };

    Task<void> on_interim(int status, const Headers& headers) override;
    bool offer_interim(int status, const Headers& headers);
    bool takes(std::uint32_t number, const routing::Captures& captures);
    bool when_holds(const Route& candidate, const routing::Captures& captures);
    const Route& route_for(std::string_view method);
    const Route& route_of_preflight();
    void answer_preflight();
    Task<void> answer_registration();
    bool more_to_ask();
    void draw_branch();
    void trace_branch(bool drawn);
    bool takes_host(std::uint32_t number) const;
    std::string allowed_methods() const;
    Failure no_route() const;
    void join_trace();
    void join_trace(Attempt& attempt, std::string_view what);
    void end_trace() noexcept;
    bool sampled() const noexcept;
    std::optional<plugins::Exemplar> exemplar() const noexcept;  // where the gateway has a step in a recorded trace
    void listen_if_entitled();
    void trace_routing(std::string_view method, std::optional<std::uint32_t> matched);
    void trace_answer();
    void trace_attempt();
    void trace_retry(const char* against, net::Duration pause);
    void trace_hedge(net::Duration delay, const char* against);
    void trace_targets();
    void trace_end(Response& response);
    void offer_upgrade();
    Task<void> go_over();
    Response redirect_of(const Redirect& redirect);
    std::string rewritten(const Rewrite& rewrite);
    void give_back_request();
    void hide_secrets() noexcept;
    std::vector<std::string> values_of(const HeaderChanges& changes);
    void mirror_request();
    Task<Verdict> asked_at_upstream();
    upstream::AttemptPass choose_target();
    std::optional<net::Duration> hedge_delay() const;
    Task<Response> ask_hedged(net::Duration delay);
    Task<void> begin_hedge(net::Race<Response>& race, net::Duration delay);
    Task<const char*> why_plugins_refuse_hedge();
    const char* why_no_hedge() const;
    bool fits_hedge(std::size_t target) const noexcept;
    upstream::AttemptPass choose_hedge_target();
    void end_hedge(HedgeEnd end);
    void give_up_late(Attempt& loser);
    Failure none_available() const;
    Task<bool> enter_upstream();
    void tell_asker() noexcept;
    const ErrandNews* heard() const noexcept { return attempt_ ? nullptr : news_.get(); }
    void prepare_attempts();
    BodySource* body_to_send();
    void end_attempt(Outcome outcome) { end_attempt(*attempt_, outcome); }
    void end_attempt(Attempt& attempt, Outcome outcome);
    bool late() const noexcept { return now() >= deadline_; }  // a plugin, a queue or a pause took all its time
    Failure too_late() const;
    void cannot_begin(Failure why);
    bool plan_another_attempt();
    const char* why_no_other_attempt() const;
    bool has_other_target() const noexcept;
    bool tried(std::size_t target) const noexcept;
    void set_answer_aside();
    void drop_answer();
    void follow_last_attempt();
    net::TimePoint asked_upstream() const noexcept;  // when the first attempt began; only where there was one
    Task<void> change_response();
    void replace_body(std::string body);
    void say_answer_headers(Response& response);
    Task<bool> answered_by_function();
    Task<std::optional<std::string_view>> body_for(const ChangeFunction& function);
    void replace_request_body(std::string body);
    void keep_request();
    bool has_body() const noexcept;       // of the request as it is now
    bool sets_host() const noexcept;      // whether routes.lua says what Host the upstream is told
    void finish_answer(Response& response);
    void shape_answer_headers(Response& response);
    Response answer_to_failure();
    double from_upstream_time() const noexcept;  // milliseconds
    BodyRelay& request_body();
    BodyRelay& response_body();
    net::TimePoint now() const noexcept;
    void count() noexcept;
    void tell_feed(const LogContext& facts) const;
    void note_answering() noexcept {
        if (answering_ == net::TimePoint{}) answering_ = net::Clock::now();
    }
    std::optional<net::Duration> own_time() const noexcept;

    const std::vector<const PluginUse*>& chain() const noexcept { return branch_ ? branch_->chain : route_->chain; }
    const upstream::Upstream* upstream() const noexcept { return branch_ ? branch_->upstream : route_->upstream; }

    LoopShare& share_;
    SnapshotLease& lease_;
    const Snapshot& snapshot_;
    http::Exchange& exchange_;
    const Route* route_;
    const Branch* branch_ = nullptr;  // of the route's split, once it is drawn
    routing::Captures captures_;
    std::string taken_path_;  // what they view once the route is taken
    std::string client_ip_, request_id_;
    http::Traceparent step_;  // which this is of its trace; none where there is no `tracing`
    std::unique_ptr<RequestSpans> spans_;  // null: nobody records it
    std::string origin_;       // of the request, where the route has `cors`
    bool preflight_ = false;
    std::optional<AskedFor> asked_;
    Concealed concealed_;
    std::shared_ptr<const Caller> caller_;
    Headers answer_headers_;
    bool answer_headers_said_ = false;  // functions of the answer have seen them, and may have changed them
    std::vector<StateSlot> states_;  // one per use in the route's chain
    std::uint32_t first_ = 0;        // the use that this begins with; above 0 only in an errand
    std::uint32_t passed_ = 0;       // how many plugins had their on_request
    std::optional<std::string> made_body_;     // what functions made of the request's
    bool made_host_ = false;                   // they said what Host is
    std::unique_ptr<BodyRelay> request_body_;  // borrows that
    std::unique_ptr<Replay> replay_;  // of what an attempt sends, where another may follow
    std::optional<std::size_t> chosen_;
    std::vector<std::size_t> tried_;  // targets of attempts before this one
    std::string upgrade_;             // the protocols offered to the upstream
    std::optional<Attempt> in_turn_;  // the latest that did not begin beside another
    std::unique_ptr<Attempt> hedge_;  // the one that did, if there was one
    std::unique_ptr<BodySource> hedge_body_;
    bool hedge_counted_ = false;
    Attempt* attempt_ = nullptr;      // of these two the one that counts; null: none was made
    int attempts_ = 0;
    net::TimePoint deadline_ = net::TimePoint::max();  // of the upstream, since it was first turned to
    std::optional<net::Duration> again_;  // until the next attempt, after one that failed
    std::optional<net::TimePoint> first_attempt_;  // when it began, once it was not the last
    bool interim_sent_ = false;
    upstream::Gate::Place place_;  // at the upstream, over all attempts
    std::exception_ptr brought_;   // the last attempt's failure, while another is planned; its answer is response_
    net::Duration waited_{0};      // for a place, for upstreams, and between attempts
    const net::TimePoint entered_;     // the turn in which the head was whole
    net::TimePoint answering_, over_;  // by the clock: the first of the answer was written; the request ended
    Response response_;
    bool blamed_ = false;
    std::optional<Failure> failure_;
    Trace* trace_;  // null: nobody listens
    std::unique_ptr<Trace> live_trace_;           // of a request that brought the operator's token
    std::string decoded_;                         // of the last parameter asked for
    std::shared_ptr<ErrandNews> news_;       // of its errands; null: none was made
    const std::shared_ptr<ErrandNews> told_;  // by this one, which is an errand; null: it is not
};

}  // namespace tollgate
