// core/gateway/figures.cpp - counting requests.
#include "gateway/figures.h"

namespace tollgate {

void Figures::count(int status, std::string_view reason) {
    const auto index = static_cast<std::size_t>(status - 100);
    if (index < by_status_.size()) {
        Counter*& counter = by_status_[index];
        if (!counter)
            counter = &metrics_.counter("tollgate_requests_total", "Requests by the status of their answer; 499: the client left.",
                                        {{"status", std::to_string(status)}});
        counter->add();
    }
    if (reason.empty()) return;
    auto found = by_reason_.find(reason);
    if (found == by_reason_.end()) {
        const std::string_view name = by_reason_.size() < most_reasons ? reason : "other";
        Counter& counter = metrics_.counter("tollgate_failures_total",
                                            "Requests that the gateway answered by itself, or could not answer, by reason.",
                                            {{"reason", name}});
        found = by_reason_.try_emplace(std::string{name}, &counter).first;
    }
    found->second->add();
}

}  // namespace tollgate
