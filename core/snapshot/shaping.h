// core/snapshot/shaping.h - Shaping: what a route makes of its requests and answers besides its plugins.
#pragma once

#include "snapshot/cors.h"
#include "snapshot/error_answers.h"
#include "snapshot/header_changes.h"
#include "snapshot/redirect.h"
#include "snapshot/rewrite.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace tollgate {

// A function of the Script that may change requests or answers.
struct ChangeFunction {
    int number = 0;
    std::uint64_t body = 0;  // the largest body it may read; 0: none
};

// Immutable. Routes that say nothing of their own share the one that holds for all.
struct Shaping {
    std::optional<Rewrite> rewrite;
    std::optional<Redirect> redirect;
    HeaderChanges request_headers, response_headers;          // everybody's, then the route's
    bool sets_host = false;                                   // request_headers say what Host is
    std::vector<std::shared_ptr<const ErrorAnswers>> errors;  // the route's before everybody's
    std::shared_ptr<const Cors> cors;
    std::vector<ChangeFunction> request_functions;            // everybody's, then the route's
    std::vector<ChangeFunction> response_functions;           // the route's, then everybody's

    bool reads_answers() const noexcept {
        for (const auto& function : response_functions)
            if (function.body > 0) return true;
        return false;
    }
};

}  // namespace tollgate
