// core/http/body_taps.h - BodyTaps: who watches a body, told of its pieces and, whatever happens, of its end.
#pragma once

#include <tollgate/message.h>

#include <memory>
#include <string_view>
#include <vector>

namespace tollgate::http {

// A tap that throws is logged and hears no more. Destroyed before the body has ended, it says that it was cut.
class BodyTaps {
public:
    BodyTaps() noexcept = default;
    BodyTaps(BodyTaps&&) noexcept = default;
    BodyTaps& operator=(BodyTaps&&) = delete;
    ~BodyTaps() { end(BodyEnd::cut); }

    void add(std::unique_ptr<BodyTap> tap) { taps_.push_back(std::move(tap)); }
    bool empty() const noexcept { return taps_.empty(); }
    void pass(std::string_view piece);
    void end(BodyEnd how) noexcept;  // and forgets them

private:
    std::vector<std::unique_ptr<BodyTap>> taps_;
};

}  // namespace tollgate::http
