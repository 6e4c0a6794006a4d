// loadtest/status_filter.cpp - classes and statuses by their words.
#include "loadtest/status_filter.h"

#include "loadtest/options.h"
#include "support/text.h"

#include <algorithm>

namespace tollgate::loadtest {

std::optional<std::string> StatusFilter::add(std::string_view word) {
    const auto known = std::find(status_class_names.begin(), status_class_names.end(), word);
    if (known != status_class_names.end()) {
        const auto wanted = static_cast<StatusClass>(known - status_class_names.begin());
        for (int status = 100; status < 600; ++status)
            if (class_of(status) == wanted) statuses_.set(std::size_t(status));
        return std::nullopt;
    }
    const auto digit = [&](std::size_t i) { return word[i] >= '0' && word[i] <= '9'; };
    if (word.size() == 3 && word[0] >= '1' && word[0] <= '9' && digit(1) && digit(2)) {
        statuses_.set(std::size_t((word[0] - '0') * 100 + (word[1] - '0') * 10 + (word[2] - '0')));
        return std::nullopt;
    }
    return "expected a class (" + text::join(status_class_names) + ") or a status such as 404, got " +
           text::quote(word) + text::did_you_mean(word, status_class_names);
}

StatusFilter StatusFilter::of(std::span<const std::string> words) {
    StatusFilter filter;
    for (const std::string& word : words)
        if (const auto problem = filter.add(word)) throw UsageError{"--expect: " + *problem};
    return filter;
}

std::uint64_t StatusFilter::count(const Results& results) const {
    std::uint64_t sum = 0;
    for (const auto& [status, latencies] : results.codes)
        if (takes(status)) sum += latencies.response.count();
    return sum;
}

}  // namespace tollgate::loadtest
