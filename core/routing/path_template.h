// core/routing/path_template.h - PathTemplate: "/v2/orders/:id?full=1", parsed once and filled with what a route
// captured.
#pragma once

#include "routing/router.h"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::routing {

// Text, and `:name`, `*` and `**` for what the route's pattern took from the path, as it stood there (undecoded). The
// n-th "*" is the n-th one of the pattern. Where "/**" took nothing, not even a slash, the template's slash goes too.
class PathTemplate {
public:
    enum class Kind {
        target,    // of a request: "/path?query"
        location,  // of a redirect: also "https://host/path", also with "#fragment"; never "//host"
    };
    // `parameters`: Pattern::parameter_names() of the route. nullopt, with `problem` saying what was wanted and got.
    static std::optional<PathTemplate> parse(std::string_view text, Kind kind, std::span<const std::string> parameters,
                                             std::string& problem);

    // Behind "?" what was captured is encoded, so that it stays the one value it stands for; in a location also what
    // RFC 3986 does not let stand in a path.
    std::string fill(const Captures& captures) const;
    bool has_query() const noexcept { return has_query_; }

private:
    enum class Encoding { none, path, query };
    struct Piece {
        std::string text;  // before the capture
        std::size_t capture = 0;
        Encoding encoding = Encoding::none;
    };
    std::vector<Piece> pieces_;
    std::string end_;  // text behind the last capture
    bool has_query_ = false;

    friend class TemplateReader;
};

}  // namespace tollgate::routing
