// plugins/cache/query.h - Query: how much of a URL's query tells one answer from another.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::cache {

class Query {
public:
    enum class Order : std::uint8_t { exact, sorted, ignored };

    Query() = default;
    // `only`: no other parameters count, and these in this order; `without`: all but these. A name that ends in '*'
    // stands for all that begin so. At most one of the two lists is given.
    Query(Order order, std::vector<std::string> only, std::vector<std::string> without);

    // Appends '?' and what counts of the query, without its '?'; nothing where nothing does.
    void append(std::string& text, std::string_view query) const;
    bool operator==(const Query&) const = default;

private:
    bool counts(std::string_view parameter) const noexcept;

    Order order_ = Order::exact;
    std::vector<std::string> only_, without_;
};

}  // namespace tollgate::cache
