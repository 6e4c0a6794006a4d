// core/admin/service_runs.cpp - one restart at a time.
#include "admin/service_runs.h"

namespace tollgate::admin {

std::optional<ServiceRuns::Run> ServiceRuns::restart(const Service& service, const std::function<void()>& begins) {
    {
        const std::lock_guard lock{mutex_};
        if (!running_.empty()) return std::nullopt;
        running_ = service.name;
    }
    struct Over {
        ServiceRuns& runs;
        ~Over() {
            const std::lock_guard lock{runs.mutex_};
            runs.running_.clear();
        }
    } over{*this};
    begins();
    Program program{service.restart, service.timeout};
    program.stop = [this] { return stopping_.load(); };
    Run run{std::chrono::system_clock::now(), run_program(program), {}};
    run.summary = describe(run.end, program);
    const std::lock_guard lock{mutex_};
    last_[service.name] = run;
    return run;
}

std::optional<ServiceRuns::Run> ServiceRuns::last(const std::string& service) const {
    const std::lock_guard lock{mutex_};
    const auto found = last_.find(service);
    return found == last_.end() ? std::nullopt : std::optional{found->second};
}

std::string ServiceRuns::running() const {
    const std::lock_guard lock{mutex_};
    return running_;
}

}  // namespace tollgate::admin
