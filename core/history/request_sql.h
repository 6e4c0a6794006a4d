// core/history/request_sql.h - the statements that read request_log, in the words of each database.
#pragma once

#include "history/filter.h"
#include "history/tops.h"

#include <cstddef>
#include <string>
#include <vector>

namespace tollgate::history {

// A statement and what is bound to its $1, $2, ..., in that order; each is bound once.
struct RequestQuestion {
    std::string sql;
    std::vector<std::string> values;
};

// Rows of moment, id and an object of JSON, the newest first, from behind the cursor on, or from the first where it
// is "".
RequestQuestion ask_for_page(bool sqlite, const Filter& filter, std::size_t limit, const std::string& cursor);

// Each of these over what began at `since` (as time_text() writes it) or later.
// Rows of "2026-02-01T00", status and count.
RequestQuestion ask_for_hours(bool sqlite, const std::string& since);
// Rows of "2026-02-01T00:00", status, milliseconds to two digits and count; shorter ones first in each minute.
RequestQuestion ask_for_minutes(bool sqlite, const std::string& since);
// Rows of the value and count of what came most, `most` of them.
RequestQuestion ask_for_tops(bool sqlite, const std::string& since, Ranking of, std::size_t most);

}  // namespace tollgate::history
