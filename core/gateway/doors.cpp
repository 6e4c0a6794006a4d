// core/gateway/doors.cpp - a refusal's words, and the blame for what a plugin threw.
#include "gateway/doors.h"

#include "snapshot/snapshot.h"

#include <exception>
#include <string>
#include <utility>

namespace tollgate {

FailedErrand::FailedErrand(Failure why)
    : Refusal{why.status, why.reason, why.message}, failure{std::move(why)} {
    for (const auto& [name, value] : failure.headers) with(name, value);
}

Failure failure_of(Refusal refusal) {
    if (refusal.status() < 200 || refusal.status() > 599)
        return {Culprit::gateway, 500, "plugin_failed", "the gateway could not serve this request",
                "a plugin refused with the status " + std::to_string(refusal.status()) + ": expected 200 to 599"};
    Failure failure{refusal.status() < 500 ? Culprit::client : Culprit::gateway, refusal.status(),
                    std::move(refusal.reason_), std::move(refusal.message_)};
    failure.headers = std::move(refusal.headers_);
    return failure;
}

void rethrow_from_door(const PluginUse& use, const char* door) {
    const auto broken = [&](const std::string& what) {
        return Failure{Culprit::gateway, 500, "plugin_failed", "the gateway could not serve this request",
                       std::string(use.descriptor->name) + " (" + use.where + "): " + door + ": " + what};
    };
    try {
        throw;
    } catch (const Failure&) {
        throw;
    } catch (const FailedErrand& errand) {
        throw errand.failure;
    } catch (const Refusal& refusal) {
        throw failure_of(refusal);
    } catch (const std::exception& problem) {
        throw broken(problem.what());
    } catch (...) {
        throw broken("threw something that is no std::exception");
    }
}

}  // namespace tollgate
