// loadtest/upstream/instance.cpp - summing up what instances did.
#include "loadtest/upstream/instance.h"

#include "support/text.h"

#include <numeric>
#include <vector>

namespace tollgate::loadtest {

namespace {

std::uint64_t sum(const std::map<int, std::uint64_t>& by_status) noexcept {
    return std::accumulate(by_status.begin(), by_status.end(), std::uint64_t{0},
                           [](std::uint64_t all, const auto& one) { return all + one.second; });
}

void list(std::vector<std::string>& parts, const std::map<int, std::uint64_t>& by_status) {
    for (const auto& [status, count] : by_status)
        parts.push_back(std::to_string(count) + " x " + std::to_string(status));
}

std::string in_brackets(const std::vector<std::string>& parts) {
    return parts.empty() ? std::string{} : " (" + text::join(parts) + ")";
}

}  // namespace

std::uint64_t Outcomes::requests() const noexcept {
    return sum(answered) + std::accumulate(faults.begin(), faults.end(), std::uint64_t{0}) + refused + left;
}

void Outcomes::add(const Outcomes& other) {
    for (const auto& [status, count] : other.answered) answered[status] += count;
    for (const auto& [status, count] : other.health) health[status] += count;
    for (std::size_t i = 0; i < fault_count; ++i) faults[i] += other.faults[i];
    refused += other.refused;
    left += other.left;
}

std::string Outcomes::text() const {
    std::vector<std::string> parts, checks;
    list(parts, answered);
    list(checks, health);
    for (std::size_t i = 0; i < fault_count; ++i)
        if (faults[i] > 0) parts.push_back(std::to_string(faults[i]) + " " + std::string{name(static_cast<Fault>(i))});
    if (refused > 0) parts.push_back(std::to_string(refused) + " refused");
    if (left > 0) parts.push_back(std::to_string(left) + " left by the client");
    std::string all = text::count(requests(), "request") + in_brackets(parts);
    if (!checks.empty()) all += ", " + text::count(sum(health), "health check") + in_brackets(checks);
    return all;
}

Instance::Instance(std::string name, const Behaviour& told, unsigned place)
    : id{std::move(name)},
      behaviour{told},
      fates{told, place},
      plain{plain_answer(id, 200, told.size)},
      healthy{health_answer(id, 200)},
      failing{health_answer(id, 503)} {}

}  // namespace tollgate::loadtest
