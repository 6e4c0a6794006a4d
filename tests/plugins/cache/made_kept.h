// tests/plugins/cache/made_kept.h - answers that are kept, for tests.
#pragma once

#include "kept.h"

#include <memory>
#include <string>
#include <vector>

namespace tollgate::cache {

inline Kept::Parts kept_parts(std::vector<Line> lines = {}, std::string body = "body", Terms terms = {}) {
    Kept::Parts parts;
    parts.key = "key";
    parts.url = "http://a.example/x";
    parts.head = Head{lines};
    parts.body = std::make_shared<const std::string>(std::move(body));
    parts.terms = std::move(terms);
    return parts;
}
inline std::shared_ptr<const Kept> make_kept(std::vector<Line> lines = {}, std::string body = "body", Terms terms = {}) {
    return std::make_shared<const Kept>(kept_parts(std::move(lines), std::move(body), std::move(terms)));
}

}  // namespace tollgate::cache
