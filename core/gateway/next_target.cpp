// core/gateway/next_target.cpp - a request that comes as far as the choice of a target.
#include "gateway/next_target.h"

#include "gateway/loop_share.h"
#include "gateway/trace.h"
#include "http/http1_exchange.h"
#include "net/memory_stream.h"
#include "plugins/plugin_host.h"

#include <algorithm>
#include <chrono>
#include <future>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace tollgate {

namespace {

constexpr std::string_view nobodys = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

// The first way there; none where no route goes there.
std::pair<const Route*, const Branch*> way_to(const upstream::Upstream& upstream, const Snapshot& snapshot) {
    for (const Route& route : snapshot.routes) {
        if (route.upstream == &upstream) return {&route, nullptr};
        if (!route.split) continue;
        for (const Branch& branch : route.split->branches)
            if (branch.upstream == &upstream) return {&route, &branch};
    }
    return {};
}

NextTarget as_found(const upstream::UpstreamTarget& target) {
    const std::string address{target.address()};
    const bool is_url = address.find("://") != address.npos || address.starts_with("unix:");
    return {NextTarget::Found::target, address, is_url ? address : "http://" + address};
}

}  // namespace

Task<NextTarget> next_target(LoopShare& share, std::string name) {
    const Snapshot& snapshot = *share.lease->snapshot;
    const auto found = std::find_if(snapshot.upstreams.begin(), snapshot.upstreams.end(),
                                    [&](const auto& upstream) { return upstream->name == name; });
    if (found == snapshot.upstreams.end()) co_return NextTarget{};
    const upstream::Upstream& upstream = **found;
    const auto [route, branch] = way_to(upstream, snapshot);
    if (!route) co_return NextTarget{NextTarget::Found::no_target, "", "", "no route goes there"};
    http::Wire wire{std::make_unique<net::MemoryStream>(share.loop, nobodys)};
    const http::Client client{"127.0.0.1", net::Ip::parse("127.0.0.1")};
    http::Http1Exchange exchange;
    exchange.open(wire, client, snapshot.limits);
    exchange.began = share.loop.now();
    while (!exchange.read_head())
        if (const auto got = wire.fill(); !got && exchange.refuse_head(got)) break;
    Trace nobody_listens{exchange.request, std::nullopt};
    Passage passage{share, *share.lease, exchange, &nobody_listens};  // holds the snapshot
    try {
        const auto chosen = co_await passage.choose_for(*route, branch);
        if (chosen) co_return as_found(*upstream.targets[*chosen]);
        co_return NextTarget{NextTarget::Found::no_target, "", "", "no target is available"};
    } catch (const Failure& failure) {
        const bool told = !failure.detail.empty();  // it names the upstream then
        co_return NextTarget{NextTarget::Found::no_target, "", "", told ? failure.detail : failure.message};
    }
}

// The task may be destroyed before its end, and its promise with it.
NextTarget ask_for_next_target(plugins::LoopServices& loops, LoopShare& first, const std::string& upstream) {
    auto told = std::make_shared<std::promise<NextTarget>>();
    auto answer = told->get_future();
    const auto ask = [](LoopShare& share, std::string name, std::shared_ptr<std::promise<NextTarget>> tell) -> Task<void> {
        try {
            tell->set_value(co_await next_target(share, std::move(name)));
        } catch (const std::exception&) {
            tell->set_exception(std::current_exception());
        }
    };
    if (!loops.post(0, [&first, ask, upstream, tell = std::exchange(told, nullptr)] { first.loop.spawn(ask(first, upstream, tell)); }))
        throw std::runtime_error{"the loops do not run"};
    constexpr std::chrono::seconds patience{5};
    if (answer.wait_for(patience) != std::future_status::ready) throw std::runtime_error{"the loop has not answered in time"};
    try {
        return answer.get();
    } catch (const std::future_error&) {
        throw std::runtime_error{"the loop was stopped before its answer"};
    }
}

}  // namespace tollgate
