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

Task<Response> fetch_from(upstream::Pool& pool, std::string authority, Request request, FetchOptions options) {
    std::string problem;
    const bool has_port = authority.find(':', authority.starts_with('[') ? authority.find(']') : 0) != authority.npos;
    const auto address = net::Address::parse(has_port ? authority : authority + ":80", problem);
    if (!address) throw FetchError(problem);
    if (address->host().empty()) throw FetchError("expected a host in the URL, got \"" + authority + "\"");
    upstream::Upstream upstream;
    upstream.name = "fetch";
    upstream.connect_timeout = upstream.timeout = upstream.idle_timeout = options.timeout;
    upstream.keep_alive = 0;  // its target is known to this call only
    upstream.preserve_host = false;
    const upstream::UpstreamTarget target{upstream, *address, 1, std::make_shared<upstream::TargetState>()};
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

std::size_t GatewayLoops::this_loop() const {
    const auto* loop = net::EventLoop::current();
    return loop ? loop->number() : count_;
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
    constexpr std::string_view scheme = "http://";
    if (!url.starts_with(scheme)) throw FetchError("expected an http:// URL, got \"" + url + "\"");
    const std::string_view rest = std::string_view{url}.substr(scheme.size());
    const auto slash = std::min(rest.find_first_of("/?"), rest.size());
    std::string target{rest.substr(slash)};
    if (target.empty() || target.front() != '/') target.insert(target.begin(), '/');
    try {
        request.set_target(target);
    } catch (const std::invalid_argument& problem) {
        throw FetchError(problem.what());
    }
    LoopShare& share = *shares_[this_loop()];
    auto fetching = fetch_from(share.pool, std::string{rest.substr(0, slash)}, std::move(request), options);
    auto response = co_await net::Within{share.loop, options.timeout, std::move(fetching)};
    if (!response) throw FetchError("no answer in time");
    co_return *std::move(response);
}

}  // namespace tollgate
