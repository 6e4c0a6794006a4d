// plugins/auth/jwt_keys.cpp - reading keys at load, fetching them on the loops, and keeping them while a URL is away.
#include "jwt_keys.h"

#include "bells.h"
#include "key_file.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <mutex>
#include <optional>
#include <utility>

namespace tollgate::auth {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

namespace {

constexpr std::size_t shortest_secret = 32;  // RFC 7518 section 3.2, for HS256
constexpr nanoseconds fetch_timeout = 5s;
constexpr nanoseconds first_pause = 1s;  // after a failure while there are no keys at all; then ever longer
constexpr nanoseconds longest_wait = 2 * fetch_timeout;  // of a request, for keys that are being fetched
constexpr std::size_t most_waiting = 1000;               // others go by what is known

std::shared_ptr<const jwt::KeySet> read_file(const Settings& settings) {
    const std::string path = settings.text("keys");
    std::string problem;
    const std::string text = KeyFile::load(path, problem);
    if (!problem.empty()) throw ConfigError{"keys", problem};
    auto keys = jwt::KeySet::parse(text, problem);
    if (!keys) throw ConfigError{"keys", problem};
    return std::make_shared<const jwt::KeySet>(std::move(*keys));
}

std::shared_ptr<const jwt::KeySet> read_secret(const Settings& settings) {
    std::string secret = settings.text("secret");
    if (secret.size() < shortest_secret)
        throw ConfigError{"secret", "expected at least " + std::to_string(shortest_secret) + " bytes, got " +
                                        std::to_string(secret.size()) + "; try: openssl rand -hex 32"};
    return std::make_shared<const jwt::KeySet>(jwt::KeySet::of_secret(std::move(secret)));
}

// RFC 9111 section 5.2.2.1; nullopt where the answer does not say.
std::optional<nanoseconds> max_age(const Headers& headers) {
    constexpr std::string_view name = "max-age=";
    const std::string_view text = headers.get("Cache-Control");
    const std::size_t at = text.find(name);
    if (at == std::string_view::npos) return std::nullopt;
    std::uint32_t seconds = 0;
    const char* const begin = text.data() + at + name.size();
    if (std::from_chars(begin, text.data() + text.size(), seconds).ec != std::errc{}) return std::nullopt;
    return std::chrono::seconds{seconds};
}

}  // namespace

// What came from the URL, for all loops and all uses.
struct JwtKeys::Fetched {
    std::atomic<std::uint64_t> number{0};  // of the keys below; 0: none yet
    std::atomic<bool> kept_fresh{false};   // some use's task sees to it
    std::atomic<bool> fetching{false};
    std::atomic<nanoseconds> begun{nanoseconds::min() / 2};  // the last fetch, by the steady clock
    std::mutex mutex;                                        // of the rest
    std::shared_ptr<const jwt::KeySet> keys;
    std::string text;  // that they were read from
    nanoseconds lasts{};  // of the last answer: its max-age, else the greatest time there is
    bool failed = false;  // the last fetch
    Bells waiting{most_waiting};  // for the fetch that is under way

    // Takes a flag that is nobody's.
    static bool take(std::atomic<bool>& flag) noexcept {
        return !flag.load(std::memory_order_relaxed) && !flag.exchange(true, std::memory_order_acq_rel);
    }
    // Gives a flag back when a task ends, also where it is destroyed as it waits.
    struct Held {
        std::shared_ptr<Fetched> fetched;
        std::atomic<bool>& flag;
        ~Held() {
            flag.store(false, std::memory_order_release);
            fetched->waiting.ring_all();
        }
    };
};

struct JwtKeys::Figures {
    explicit Figures(Host& host) : ok{figure(host, "ok")}, failed{figure(host, "failed")} {}
    static Counter& figure(Host& host, std::string_view result) {
        return host.counter("key_fetches_total", "Fetches of keys_url, by result", {{"result", result}});
    }
    Counter &ok, &failed;
};

JwtKeys::JwtKeys(const Settings& settings, Host& host) : host_{host} {
    const bool file = settings.has("keys"), url = settings.has("keys_url"), secret = settings.has("secret");
    if (file + url + secret != 1)
        throw ConfigError{file || url || secret ? "method" : "keys",
                          "expected one of keys, keys_url and secret for method \"jwt\", got " +
                              std::string{file || url || secret ? "several" : "none"}};
    if (!url) {
        fixed_ = {file ? read_file(settings) : read_secret(settings), 1};
        return;
    }
    url_ = settings.text("keys_url");
    if (!url_.starts_with("http://") && !url_.starts_with("https://"))
        throw ConfigError{"keys_url", "expected an http:// or https:// URL, got \"" + url_ + '"'};
    refresh_ = settings.duration("refresh");
    retry_ = settings.duration("retry");
    fetched_ = host.state<Fetched>("jwks " + url_, [] { return std::make_shared<Fetched>(); });
    figures_ = std::make_unique<Figures>(host);
    seen_.resize(host.loop_count() + 1);
}

JwtKeys::~JwtKeys() = default;

const JwtKeys::InForce& JwtKeys::now() const {
    if (!fetched_) return fixed_;
    if (Fetched::take(fetched_->kept_fresh)) host_.spawn(keep_fresh());
    InForce& seen = seen_[host_.this_loop()];
    if (seen.number != fetched_->number.load(std::memory_order_acquire)) {
        const std::lock_guard lock{fetched_->mutex};
        seen = {fetched_->keys, fetched_->number.load(std::memory_order_relaxed)};
    }
    return seen;
}

bool JwtKeys::due() const noexcept {
    return host_.now().time_since_epoch() - fetched_->begun.load(std::memory_order_relaxed) >= retry_;
}

bool JwtKeys::may_ask_again() const noexcept {
    return fetched_ && (due() || fetched_->fetching.load(std::memory_order_acquire));
}

Task<void> JwtKeys::ask_again() const {
    if (due() && Fetched::take(fetched_->fetching)) host_.spawn(fetch());
    const auto bell = fetched_->waiting.hang();
    if (bell && fetched_->fetching.load(std::memory_order_acquire)) co_await bell->heard(host_, longest_wait);
}

Task<void> JwtKeys::keep_fresh() const {
    const Fetched::Held held{fetched_, fetched_->kept_fresh};
    for (nanoseconds pause = std::min(first_pause, retry_);; pause = std::min(2 * pause, retry_)) {
        if (Fetched::take(fetched_->fetching)) co_await fetch();
        nanoseconds wait = pause;
        {
            const std::lock_guard lock{fetched_->mutex};
            if (fetched_->keys)
                wait = fetched_->failed ? retry_ : std::max(retry_, std::min(refresh_, fetched_->lasts));
        }
        co_await host_.sleep(wait);
    }
}

// Who calls it has taken `fetching`.
Task<void> JwtKeys::fetch() const {
    const Fetched::Held held{fetched_, fetched_->fetching};
    fetched_->begun.store(host_.now().time_since_epoch(), std::memory_order_relaxed);
    try {
        Request request{"GET", "/"};
        request.headers().add("Accept", "application/jwk-set+json, application/json");
        const Response response =
            co_await host_.fetch(url_, std::move(request), {fetch_timeout, jwt::KeySet::largest});
        if (response.status() != 200) throw FetchError{"answered with status " + std::to_string(response.status())};
        std::string text{response.body().bytes()};
        if (!is_known(text)) {
            // OpenSSL checks points and moduli: not on the loop.
            auto parsed = co_await host_.run_blocking([text] {
                std::string problem;
                auto keys = jwt::KeySet::parse(text, problem);
                return std::pair{std::move(keys), std::move(problem)};
            });
            if (!parsed.first) throw FetchError{parsed.second};
            take_up(std::move(text), std::move(*parsed.first));
        }
        const std::lock_guard lock{fetched_->mutex};
        fetched_->lasts = max_age(response.headers()).value_or(nanoseconds::max());
        fetched_->failed = false;
        figures_->ok.add();
    } catch (const FetchError& error) {
        note_failure(error.what());
    }
}

bool JwtKeys::is_known(const std::string& text) const {
    const std::lock_guard lock{fetched_->mutex};
    return fetched_->keys && fetched_->text == text;
}

void JwtKeys::take_up(std::string text, jwt::KeySet keys) const {
    host_.log(Level::info, url_ + ": keys: " + std::to_string(keys.size()));
    const std::lock_guard lock{fetched_->mutex};
    fetched_->keys = std::make_shared<const jwt::KeySet>(std::move(keys));
    fetched_->text = std::move(text);
    fetched_->number.fetch_add(1, std::memory_order_release);
}

void JwtKeys::note_failure(const std::string& why) const {
    figures_->failed.add();
    bool none = false;
    {
        const std::lock_guard lock{fetched_->mutex};
        fetched_->failed = true;
        none = !fetched_->keys;
    }
    host_.log(Level::warning, url_ + ": " + why +
                                  (none ? "; there are no keys yet, so tokens are answered with 503"
                                        : "; the keys of before stay in use"));
}

}  // namespace tollgate::auth
