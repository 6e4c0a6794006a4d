// core/gateway/errand.cpp - the corridor of an errand, and who holds what of it.
#include "gateway/errand.h"

#include "gateway/passage.h"
#include "gateway/trace.h"
#include "http/layout.h"

#include <stdexcept>
#include <utility>

namespace tollgate {

namespace {

[[noreturn]] void nobody_is_answered() { throw std::logic_error{"an errand answers no client"}; }

// Held by the Errand, its task and the body that it brought: the last of them ends it.
struct Walk {
    Walk(const Passage& asker, std::uint32_t first, const http::Exchange& asked, std::shared_ptr<ErrandNews> news,
         bool traced, bool rehearsed)
        : exchange{asked} {
        if (traced) trace.emplace(exchange.request, rehearsed ? std::nullopt : std::optional{asked.began});
        passage.emplace(asker, first, exchange, std::move(news), trace ? &*trace : nullptr);
    }
    ErrandExchange exchange;
    std::optional<Trace> trace;
    std::optional<Passage> passage;
    bool ran = false;
};

// What is read of it is read of the upstream.
class ErrandBody final : public BodySource {
public:
    ErrandBody(std::shared_ptr<Walk> walk, std::unique_ptr<BodySource> source) noexcept
        : walk_{std::move(walk)}, source_{std::move(source)} {}
    // The errand may live on, but nobody will read the rest. First the connection, then what it stood for.
    ~ErrandBody() override {
        source_.reset();
        walk_->passage->abandon_attempt();
    }
    Task<std::string_view> read() override {
        std::string_view piece;
        try {
            piece = co_await source_->read();
        } catch (...) {
            broke();
        }
        if (piece.empty()) walk_->passage->finish_attempt();
        co_return piece;
    }
    bool try_read(std::string_view& piece) override {
        try {
            if (!source_->try_read(piece)) return false;
        } catch (...) {
            broke();
        }
        if (piece.empty()) walk_->passage->finish_attempt();
        return true;
    }
    std::optional<std::uint64_t> length() const override { return source_->length(); }
    const Headers* trailers() const override { return source_->trailers(); }

private:
    // Of what is handled: however many read what is read here, the log hears of it once.
    [[noreturn]] void broke() {
        walk_->passage->finish_attempt();
        try {
            throw;
        } catch (Failure& failure) {
            walk_->passage->tell_log(failure);
            throw;
        }
    }

    const std::shared_ptr<Walk> walk_;  // the source uses it to its end
    std::unique_ptr<BodySource> source_;
};

// Read it beside Gateway::serve(): the same steps, from the plugin that asked to the last one of on_response.
Task<void> walk_on(Passage& passage) {
    try {
        if (!co_await passage.answered_by_plugin()) {
            passage.shape_request();
            co_await passage.fetch_from_upstream();
            while (passage.may_try_again()) co_await passage.try_again();
        }
        co_await passage.shape_response();
    } catch (const Failure& failure) {
        passage.blame(failure);
    } catch (const std::exception& problem) {
        passage.blame({Culprit::gateway, 500, "internal_error", "the gateway could not serve this request",
                       problem.what()});
    }
}

Task<Response> run_walk(std::shared_ptr<Walk> walk) {
    if (std::exchange(walk->ran, true)) throw std::logic_error{"an errand is run once"};
    const auto method = walk->exchange.request.method();
    walk->exchange.head_only = method == "HEAD";
    if (method != "GET" && method != "HEAD") throw std::logic_error{"an errand is a GET or HEAD"};
    co_await walk_on(*walk->passage);
    Response response = walk->passage->bring_back();
    if (auto source = response.body().take_source())
        response.set_body(
            std::unique_ptr<BodySource>{std::make_unique<ErrandBody>(std::move(walk), std::move(source))});
    co_return response;
}

class WalkedErrand final : public Errand {
public:
    explicit WalkedErrand(std::shared_ptr<Walk> walk) noexcept : walk_{std::move(walk)} {}
    Request& request() noexcept override { return walk_->exchange.request; }
    Task<Response> run() override { return run_walk(walk_); }

private:
    const std::shared_ptr<Walk> walk_;
};

}  // namespace

ErrandExchange::ErrandExchange(const http::Exchange& asked) : client_{asked.client()} {
    request = asked.request.layout().head();
    Headers::Layout::remove(request.headers(), http::Known::upgrade);  // there is no connection that could go over
    began = asked.began;
    began_at = asked.began_at;
}

void ErrandExchange::begin(const Response&, std::optional<std::uint64_t>, bool) { nobody_is_answered(); }
Task<void> ErrandExchange::send(std::string_view, bool, const Headers*) { nobody_is_answered(); }
void ErrandExchange::begin_upgraded(const Response&, std::string_view) { nobody_is_answered(); }

std::unique_ptr<Errand> make_errand(const Passage& asker, std::uint32_t first, const http::Exchange& asked,
                                    std::shared_ptr<ErrandNews> news, bool traced, bool rehearsed) {
    return std::make_unique<WalkedErrand>(
        std::make_shared<Walk>(asker, first, asked, std::move(news), traced, rehearsed));
}

}  // namespace tollgate
