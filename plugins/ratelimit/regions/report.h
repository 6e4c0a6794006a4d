// plugins/ratelimit/regions/report.h - what is known of other gateways, as JSON for the admin page.
#pragma once

#include "regions/exchange.h"

#include <tollgate/host.h>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace tollgate::ratelimit::regions {

// All exchanges that there are, of whatever use. Any thread.
class Exchanges {
public:
    void add(const Exchange& exchange);
    void remove(const Exchange& exchange) noexcept;  // waits for a report that is being written
    std::string report() const;

private:
    mutable std::mutex mutex_;
    std::vector<const Exchange*> exchanges_;  // the latest last
};

// An exchange and its place among them.
class Registered {
public:
    Registered(std::shared_ptr<Exchanges> all, std::unique_ptr<Exchange> exchange)
        : all_{std::move(all)}, exchange_{std::move(exchange)} {
        all_->add(*exchange_);
    }
    ~Registered() { all_->remove(*exchange_); }
    Registered(const Registered&) = delete;
    Registered& operator=(const Registered&) = delete;
    void attend() const { exchange_->attend(); }

private:
    const std::shared_ptr<Exchanges> all_;
    const std::unique_ptr<Exchange> exchange_;
};

}  // namespace tollgate::ratelimit::regions
