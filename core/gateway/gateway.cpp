// core/gateway/gateway.cpp - the corridor; what is asked of a gateway besides, its engine does.
#include "gateway/gateway.h"

#include "gateway/engine.h"
#include "gateway/passage.h"

#include <algorithm>

namespace tollgate {

// The corridor ---------------------------------------------------------------------------------------------------

// One request from first byte to log line. Read this function first.
Task<void> Gateway::serve(LoopShare& share, http::Exchange& exchange, Trace* trace) {
    Passage passage{share, *share.lease, exchange, trace};  // logs in its destructor: once, on every path
    try {
        passage.take(passage.route());                // `when` may run Lua, and may fail; no route is itself a Route
        if (!co_await passage.answered_by_plugin()) { // on_request, in the order written; answer, redirect; functions
            passage.shape_request();                  // rewrite, request_headers
            co_await passage.fetch_from_upstream();   // on_upstream, an attempt, on_attempt
            while (passage.may_try_again())           // it failed, and the upstream's `retry` allows another
                co_await passage.try_again();         // after a pause: the same once more, elsewhere
        }
        co_await passage.shape_response();            // on_response, last plugin first; response functions
        co_await passage.send();                      // bodies stream; nothing is buffered that need not be
    } catch (const Failure& failure) {
        passage.blame(failure);                       // whose fault, which status, which words
    } catch (const std::exception& problem) {
        passage.blame({Culprit::gateway, 500, "internal_error", "the gateway could not serve this request", problem.what()});
    }
    co_await passage.settle();                        // a blamed passage answers, or cuts what was already under way
}

Task<void> Gateway::serve(http::Exchange& exchange) { return serve(engine_->this_share(), exchange); }

// Gateway --------------------------------------------------------------------------------------------------------

Gateway::Gateway(Options options, plugins::Catalogue& catalogue, plugins::Metrics& metrics, plugins::NamedStates& states,
                 plugins::Pages& pages)
    : engine_{new Engine{std::move(options), *this, catalogue, metrics, states, pages}} {}
Gateway::~Gateway() = default;

std::size_t Gateway::loop_count(std::size_t wanted) noexcept {
    return wanted > 0 ? wanted : std::max(1u, std::thread::hardware_concurrency());
}

Gateway::Started Gateway::start() { return engine_->start(); }
Gateway::Reloaded Gateway::reload() { return engine_->reload(); }
void Gateway::drain(http::WhileIdle idle) { engine_->drain(idle); }
void Gateway::begin_accepting() { engine_->begin_accepting(); }
void Gateway::hurry() noexcept { engine_->hurry(); }
void Gateway::stop_now() noexcept { engine_->stop_now(); }
NextTarget Gateway::next_target(const std::string& upstream) { return engine_->next_target(upstream); }
std::vector<std::string> Gateway::listening() const { return engine_->listening(); }
std::vector<http::Listener> Gateway::listeners() const { return engine_->listeners(); }
void Gateway::keep_socket_files(bool ours) noexcept {
    for (const auto& listener : listeners()) listener.keep_file(ours);
}
std::string Gateway::ticket_keys() { return engine_->tickets().to_hand_over(); }
void Gateway::take_ticket_keys(std::string_view keys) { engine_->tickets().take_over(keys); }
bool Gateway::loops_turn() { return engine_->loops_turn(); }
history::Feed& Gateway::feed() noexcept { return engine_->feed(); }
TargetTally::Reading Gateway::target(const std::string& upstream, std::string_view address) const {
    return engine_->target(upstream, address);
}
Moment Gateway::moment() const { return engine_->moment(); }
const UsageReports& Gateway::usage() const noexcept { return engine_->usage(); }
bool Gateway::requests_are_stored() const {
    const auto& uses = engine_->current()->uses;
    return std::any_of(uses.begin(), uses.end(), [](const auto& use) { return plugins::writes_requests(use->host.get()); });
}
bool Gateway::keys_away() const { return engine_->keys_away(); }
std::vector<std::filesystem::path> Gateway::files() const { return engine_->files(); }
std::shared_ptr<const Snapshot> Gateway::current() const { return engine_->current(); }
std::optional<net::Address> Gateway::admin_address() const {
    const auto snapshot = engine_->current();
    return snapshot ? snapshot->admin : std::nullopt;
}
bool Gateway::admin_off() const {
    const auto snapshot = engine_->current();
    return snapshot && snapshot->admin_off;
}

}  // namespace tollgate
