// plugins/cache/kept_form.h - KeptForm: what is kept, as bytes that another gateway can read.
#pragma once

#include "kept.h"
#include "store/redis_tier.h"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace tollgate::cache {

// Gateways agree on the time of day, not on steady clocks: an answer's arrival is written by the one and read into the
// other. Where their clocks differ, its age does.
class KeptForm final : public Form {
public:
    struct Now {
        Instant steady;
        Milliseconds wall;  // since 1970
    };
    explicit KeptForm(std::function<Now()> clock) : clock_{std::move(clock)} {}

    void write(const Item& item, std::string& out) const override;
    std::shared_ptr<const Item> read(std::string_view bytes) const override;
    bool is_newer(const Item& here, const Item& there) const override;

private:
    const std::function<Now()> clock_;
};

}  // namespace tollgate::cache
