// examples/plugins/tour/tour.cpp - every door of a plugin and everything its host lends, once each, to be read from top
// to bottom. It has to be built by clang++-19 or g++ 13: it awaits, and g++ 12 miscompiles coroutines.
#include <tollgate/plugin.h>

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

using namespace tollgate;

namespace {

// What all uses of this plugin share, and hand on through reloads: Host::state(). All loops and the admin listener's
// threads come here, so it has a lock; loops hold it for moments only.
class Book {
public:
    void write(std::string walk) {
        const std::lock_guard lock{mutex_};
        if (walks_.size() == 20) walks_.pop_front();
        walks_.push_back(std::move(walk));
    }
    std::string text() const {
        const std::lock_guard lock{mutex_};
        std::string all;
        for (const std::string& walk : walks_) all += walk + '\n';
        return all;
    }
    std::size_t forget() {
        const std::lock_guard lock{mutex_};
        return std::exchange(walks_, {}).size();
    }

private:
    mutable std::mutex mutex_;
    std::deque<std::string> walks_;
};

// What one request carries from door to door: Context::state(). Only its own loop touches it.
struct Walk {
    std::string steps;
    std::uint64_t up = 0, down = 0;
    void step(const std::string& name) { steps += steps.empty() ? name : ' ' + name; }
};

// Counts a body as it passes. The walk outlives it: states are destroyed after on_log, taps before.
class Meter final : public BodyTap {
public:
    Meter(Walk& walk, std::uint64_t& bytes, const char* name) : walk_{walk}, bytes_{bytes}, name_{name} {}
    void on_piece(std::string_view piece) override { bytes_ += piece.size(); }
    void on_end(BodyEnd end) override {
        walk_.step(std::string{name_} + (end == BodyEnd::complete ? ":whole" : ":cut"));
    }

private:
    Walk& walk_;
    std::uint64_t& bytes_;
    const char* name_;
};

// A spawned task may outlive this request and this use of the plugin's doors: what it needs it owns. Its host ends it,
// when the use ends, at the next place where it waits.
Task<void> write_later(Host& host, std::shared_ptr<Book> book, std::string walk) {
    co_await host.sleep(std::chrono::milliseconds{1});
    book->write(std::move(walk));
}

class Tour final : public Plugin {
public:
    // Not on a loop: here it may take its time, throw ConfigError, and register pages and commands.
    Tour(const Settings& settings, Host& host)
        : host_{host},
          ask_{settings.text("ask")},
          pause_{settings.duration("pause")},
          book_{host.state<Book>("book", [] { return std::make_shared<Book>(); })},
          walks_{host.counter("walks_total", "requests that went on the tour", {{"where", settings.where()}})},
          under_way_{host.gauge("walks", "requests on the tour now")} {
        if (!ask_.empty() && !ask_.starts_with("http://"))
            throw ConfigError{"ask", "expected a URL like \"http://127.0.0.1:9002/may\", got \"" + ask_ + '"'};
        host.add_page("walks", [book = book_](const AdminRequest&) { return AdminAnswer{.body = book->text()}; });
        host.add_command("forget", "empties the list of walks", [book = book_](const AdminRequest&) {
            return AdminAnswer{.status = 0, .body = std::to_string(book->forget()) + " walks forgotten\n"};
        });
    }

    Verdict on_request(RequestContext& ctx) const override {
        under_way_.add(1);
        Walk& walk = ctx.state<Walk>();
        walk.step("request");
        ctx.tap_request_body(std::make_unique<Meter>(walk, walk.up, "up"));
        if (ctx.traced()) ctx.trace("tour: asking " + ask_);
        return ask_permission(ctx);  // a Task: the answer comes later, and no thread waits for it
    }

    Verdict on_upstream(UpstreamContext& ctx) const override {
        ctx.state<Walk>().step("upstream");
        for (std::size_t i = 0; i < ctx.target_count(); ++i)
            if (ctx.target(i).available() && !ctx.tried(i)) {
                ctx.choose(i);
                break;
            }
        return {};
    }

    void on_attempt(const AttemptContext& ctx) const override {
        if (ctx.outcome() != Outcome::answered)
            host_.log(Level::warning,
                      "attempt " + std::to_string(ctx.attempt()) + " of " + std::string{ctx.request_id()} + " failed");
    }

    Verdict on_response(ResponseContext& ctx) const override {
        Walk& walk = ctx.state<Walk>();
        walk.step("response");
        ctx.response().headers().set("X-Tour", walk.steps);
        ctx.tap_response_body(std::make_unique<Meter>(walk, walk.down, "down"));
        return {};
    }

    void on_log(const LogContext& ctx) const override {
        const Walk* const walk = ctx.state_if_any<Walk>();
        if (!walk) return;  // refused before on_request
        under_way_.add(-1);
        walks_.add();
        host_.spawn(write_later(host_, book_,
                                std::string{ctx.request().method()} + ' ' + std::string{ctx.request().path()} + ' ' +
                                    std::to_string(ctx.status()) + ": " + walk->steps + " (" +
                                    std::to_string(walk->up) + " bytes up, " + std::to_string(walk->down) + " down)"));
    }

private:
    // The context and this plugin outlive the Task, so it may refer to both.
    Task<Verdict> ask_permission(RequestContext& ctx) const {
        Walk& walk = ctx.state<Walk>();
        co_await host_.sleep(pause_);
        walk.step("slept");

        // Work that blocks goes to another thread. It owns what it uses: this Task may be gone before it ends.
        const std::size_t sum = co_await host_.run_blocking(
            [path = std::string{ctx.request().path()}] { return std::hash<std::string>{}(path); });
        walk.step(sum == std::hash<std::string>{}(std::string{ctx.request().path()}) ? "worked" : "misheard");

        if (ask_.empty()) co_return Verdict{};
        int status = 0;
        try {
            const Response answer =
                co_await host_.fetch(ask_, Request{"GET", "/"}, {.timeout = std::chrono::seconds{2}});
            status = answer.status();
        } catch (const FetchError& error) {
            host_.log(Level::error, std::string{"asking failed: "} + error.what());
        }
        walk.step("asked");
        if (status >= 200 && status < 300) co_return Verdict{};
        if (status == 0) throw Refusal{503, "unavailable", "permission could not be asked for"};
        co_return Verdict{Response{403, Body{std::string{"not on this tour\n"}}}};
    }

    Host& host_;
    const std::string ask_;
    const std::chrono::nanoseconds pause_;
    const std::shared_ptr<Book> book_;
    Counter& walks_;
    Gauge& under_way_;
};

constexpr Field fields[] = {
    {.name = "ask", .doc = "URL that must answer 2xx before a request goes on", .fallback = "\"\""},
    {.name = "pause",
     .type = Type::duration,
     .doc = "time to wait before that",
     .fallback = "0 * seconds",
     .min = 0,
     .max = 60},
};

}  // namespace

TOLLGATE_PLUGIN(.name = "tour", .summary = "goes through every door and tells of it", .fields = fields,
                .create = make<Tour>)
