// core/gateway/loop_services.cpp - sleeping, watching descriptors and fetching on behalf of plugins.
#include "gateway/loop_services.h"

#include "gateway/loop_share.h"
#include "http/bytes_source.h"
#include "http/target.h"
#include "net/pause.h"
#include "net/within.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <system_error>

namespace tollgate {

namespace {

// Watches a duplicate: the same descriptor may be waited for by two tasks, and epoll takes each only once.
class DescriptorWait final : private net::Timer, private net::Watcher {
public:
    DescriptorWait(net::EventLoop& loop, int descriptor, Interest interest, net::Duration timeout)
        : loop_{loop}, descriptor_{dup(descriptor)},
          wanted_{static_cast<std::uint32_t>(interest == Interest::readable ? EPOLLIN | EPOLLRDHUP : EPOLLOUT) | EPOLLHUP | EPOLLERR},
          timeout_{timeout} {
        if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "dup");
    }
    ~DescriptorWait() {
        if (watched_) loop_.remove(descriptor_, *this);
        close(descriptor_);
    }
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiter) {
        waiter_ = waiter;
        loop_.add(descriptor_, *this);
        watched_ = true;
        loop_.arm(*this, timeout_);
    }
    bool await_resume() const noexcept { return ready_; }

private:
    void on_ready(std::uint32_t events) override {
        if (!(events & wanted_) || ready_) return;
        ready_ = true;
        disarm();
        waiter_.resume();
    }
    void on_timer() override { waiter_.resume(); }

    net::EventLoop& loop_;
    int descriptor_;
    std::uint32_t wanted_;
    net::Duration timeout_;
    bool watched_ = false, ready_ = false;
    std::coroutine_handle<> waiter_;
};

// `tls`: where that is an https URL, else null.
Task<Response> fetch_from(upstream::Pool& pool, upstream::TargetAddress address,
                          std::shared_ptr<const net::TlsClientContext> tls, Request request, FetchOptions options) {
    upstream::Upstream upstream;
    upstream.name = "fetch";
    upstream.tls = std::move(tls);
    upstream.connect_timeout = upstream.timeout = upstream.idle_timeout = options.timeout;
    upstream.keep_alive = 0;  // its target is known to this call only
    upstream.preserve_host = false;
    const upstream::UpstreamTarget target{upstream, std::move(address), 1, std::make_shared<upstream::TargetState>()};
    http::BytesSource bytes{request.body().bytes()};
    BodySource* body = request.body().empty() ? nullptr : request.body().source() ? request.body().source() : &bytes;
    upstream::Call call{upstream, target, request, body, nullptr};
    try {
        Response response = co_await upstream::call(pool, call);
        const auto too_large = [&] {
            return FetchError("the answer's body is larger than " + std::to_string(options.largest_body) + " bytes");
        };
        if (!response.body().source()) {
            if (response.body().bytes().size() > options.largest_body) throw too_large();
            co_return response;
        }
        std::string whole;
        for (;;) {
            const auto piece = co_await response.body().source()->read();
            if (piece.empty()) break;
            if (whole.size() + piece.size() > options.largest_body) throw too_large();
            whole.append(piece);
        }
        response.set_body(std::move(whole));
        co_return response;
    } catch (const Failure& failure) {
        throw FetchError(failure.what());
    }
}

}  // namespace

void GatewayLoops::set_running(bool running) {
    const std::lock_guard lock{mutex_};
    running_ = running;
}

void GatewayLoops::renew_trust() {
    const std::lock_guard lock{mutex_};
    public_tls_.reset();
}

std::size_t GatewayLoops::this_loop() const {
    const auto* loop = net::EventLoop::current();
    return loop ? loop->number() : count_;
}

std::chrono::system_clock::time_point GatewayLoops::wall_clock() const {
    auto* const loop = net::EventLoop::current();
    return loop ? loop->wall_clock() : LoopServices::wall_clock();
}

bool GatewayLoops::post(std::size_t loop, std::function<void()> job) {
    const std::lock_guard lock{mutex_};
    if (!running_) return false;
    shares_[loop]->loop.post(std::move(job));
    return true;
}

Task<void> GatewayLoops::sleep(std::chrono::nanoseconds time) {
    if (time > net::Duration::zero()) co_await net::Pause{*net::EventLoop::current(), time};
}

Task<bool> GatewayLoops::ready(int descriptor, Interest interest, std::chrono::nanoseconds timeout) {
    co_return co_await DescriptorWait{*net::EventLoop::current(), descriptor, interest, timeout};
}

Task<Response> GatewayLoops::fetch(std::string url, Request request, FetchOptions options) {
    const auto scheme_end = url.find("://");
    const auto authority = scheme_end == url.npos ? 0 : scheme_end + 3;
    const auto path = std::min(url.find_first_of("/?", authority), url.size());
    std::string problem;
    auto address = upstream::TargetAddress::parse(std::string_view{url}.substr(0, path), problem);
    if (authority == 0) problem = "expected an http:// or https:// URL, got \"" + url + "\"";
    if (!address || authority == 0) throw FetchError(problem);
    std::string target = url.substr(path);
    if (target.empty() || target.front() != '/') target.insert(target.begin(), '/');
    try {
        request.set_target(target);
    } catch (const std::invalid_argument& problem) {
        throw FetchError(problem.what());
    }
    LoopShare& share = *shares_[this_loop()];
    std::optional<Response> response;
    try {
        std::shared_ptr<const net::TlsClientContext> tls;
        if (address->secure) tls = public_tls();
        auto fetching = fetch_from(share.pool, std::move(*address), std::move(tls), std::move(request), options);
        response = co_await net::Within{share.loop, options.timeout, std::move(fetching)};
    } catch (const FetchError&) {
        throw;
    } catch (const std::exception& problem) {  // no descriptor to be had, no authorities to be read
        throw FetchError(problem.what());
    }
    if (!response) throw FetchError("no answer in time");
    co_return *std::move(response);
}

// Whom the system trusts; read when it is first asked for.
std::shared_ptr<const net::TlsClientContext> GatewayLoops::public_tls() {
    const std::lock_guard lock{mutex_};
    if (!public_tls_) public_tls_ = std::make_shared<const net::TlsClientContext>(net::TlsClientContext::Options{.resumes = true});
    return public_tls_;
}

}  // namespace tollgate
