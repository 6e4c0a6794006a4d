// plugins/logging/reports.h - Reports: whom threads that outlive a use of the plugin tell what people should know.
#pragma once

#include <algorithm>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace tollgate::logging {

// True: something fails; false: it works again. The last one attached is told, never after detach() has returned.
using Report = std::function<void(bool failing, const std::string& text)>;

class Reports {  // any thread
public:
    void attach(const void* who, Report report) {
        const std::lock_guard lock{mutex_};
        reports_.emplace_back(who, std::move(report));
    }
    void detach(const void* who) noexcept {
        const std::lock_guard lock{mutex_};
        std::erase_if(reports_, [who](const auto& one) { return one.first == who; });
    }
    void tell(bool failing, const std::string& text) {
        const std::lock_guard lock{mutex_};  // held while it is told
        if (!reports_.empty()) reports_.back().second(failing, text);
    }

private:
    std::mutex mutex_;
    std::vector<std::pair<const void*, Report>> reports_;
};

}  // namespace tollgate::logging
