// core/store/stored_requests.h - StoredRequests: the table request_log, a row for each request that a plugin writes
// down.
#pragma once

#include "store/database.h"

#include <tollgate/host.h>

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

namespace tollgate::store {

// Any thread; its schema is brought up before the first use, if that is behind.
class StoredRequests final : public RequestTable {
public:
    explicit StoredRequests(DatabaseUrl url, Patience patience = {}) : database_{std::move(url), patience} {}

    void add(std::string_view lines) override;
    std::string moment_of(std::uint64_t nth) override;
    std::uint64_t forget(std::string_view before, std::uint64_t most) override;
    void stop() noexcept override { database_.stop(); }

private:
    template <class Work>
    auto ask(Work work) -> decltype(work());

    Database database_;
    std::mutex mutex_;  // of prepared_
    bool prepared_ = false;
};

// The lines as one array of JSON, with what no database takes into a text (the character of code 0) replaced.
std::string json_array(std::string_view lines);

}  // namespace tollgate::store
