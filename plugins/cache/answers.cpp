// plugins/cache/answers.cpp - RFC 9111 section 4: constructing responses from caches.
#include "answers.h"

#include "ranges.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace tollgate::cache {

namespace {

// Bytes of a body that belongs to others too.
class SharedPart final : public BodySource {
public:
    SharedPart(std::shared_ptr<const std::string> body, Part part) noexcept : body_{std::move(body)}, part_{part} {}
    Task<std::string_view> read() override { co_return next(); }
    bool try_read(std::string_view& piece) override {
        piece = next();
        return true;
    }
    std::optional<std::uint64_t> length() const override { return part_.count; }

private:
    std::string_view next() noexcept {
        if (std::exchange(read_, true)) return {};
        return std::string_view{*body_}.substr(static_cast<std::size_t>(part_.first),
                                               static_cast<std::size_t>(part_.count));
    }

    const std::shared_ptr<const std::string> body_;
    const Part part_;
    bool read_ = false;
};

// What is still on its way.
class ArrivingBody final : public BodySource {
public:
    ArrivingBody(std::shared_ptr<Arriving> arriving, Loop& loop, std::uint64_t first,
                 std::optional<std::uint64_t> count)
        : reader_{std::move(arriving), loop, first}, left_{count.value_or(~std::uint64_t{0})}, length_{count} {}
    bool in_time() const noexcept { return reader_.in_time(); }

    Task<std::string_view> read() override { return reader_.read(left_); }
    bool try_read(std::string_view& piece) override {
        const auto read = reader_.try_read(left_);
        if (!read) return false;
        left_ -= read->size();
        piece = *read;
        return true;
    }
    std::optional<std::uint64_t> length() const override { return length_; }

private:
    Arriving::Reader reader_;
    std::uint64_t left_;
    const std::optional<std::uint64_t> length_;
};

bool describes_content(std::string_view name) noexcept {
    return name.size() > 8 && same(name.substr(0, 8), "Content-") && !same(name, "Content-Location");
}

Headers headers_of(const Kept& kept, const Recipient& recipient, int status) {
    Headers headers;
    for (const Line line : kept.head())
        if (status != 304 || !describes_content(line.name)) headers.add(line.name, line.value);
    const auto age = std::chrono::floor<std::chrono::seconds>(kept.age(recipient.now)).count();
    const Way way = recipient.told.way;
    if (age > 0 || way == Way::hit || way == Way::stale || way == Way::revalidated)
        headers.add("Age", std::to_string(std::min(age, std::chrono::seconds::rep{Directives::longest})));
    if (recipient.headers) tell(headers, recipient.told);
    return headers;
}

bool has_it_already(const Kept& kept, const Recipient& recipient) {
    if (kept.status() != 200) return false;
    const Conditions conditions = conditions_of(recipient.asked.lines);
    return conditions.any() && is_current(conditions, kept.validators(recipient.wall), recipient.wall);
}

std::optional<Range> range_of(const Kept& kept, const Recipient& recipient) {
    if (kept.status() != 200 || !recipient.asked.wants_part) return std::nullopt;
    const Head& head = kept.head();
    if (!range_holds(recipient.asked.lines, head.get("ETag"), head.get("Last-Modified"), head.get("Date")))
        return std::nullopt;
    return parse_range(recipient.asked.lines);
}

Response part_or_none(const Kept& kept, const Recipient& recipient, const std::optional<Part>& part,
                      std::uint64_t length, Body body) {
    const int status = part ? 206 : 416;
    Headers headers = headers_of(kept, recipient, status);
    headers.set("Content-Range", content_range(part, length));
    return Response{status, std::move(headers), std::move(body)};
}

}  // namespace

void tell(Headers& headers, const Told& told) {
    std::string status;
    append_cache_status(status, told);
    headers.set("X-Cache", x_cache(told.way));
    headers.add("Cache-Status", status);
}

Refusal not_cached() {
    return {504, "not_cached", "the request asks for what is kept only, and there is nothing that may be used"};
}

Response answer_of(const Kept& kept, const Recipient& recipient) {
    if (has_it_already(kept, recipient)) return Response{304, headers_of(kept, recipient, 304)};
    if (const auto range = range_of(kept, recipient)) {
        const std::uint64_t length = kept.body()->size();
        const auto part = part_of(*range, length);
        Body body;
        if (part) body = std::unique_ptr<BodySource>{std::make_unique<SharedPart>(kept.body(), *part)};
        return part_or_none(kept, recipient, part, length, std::move(body));
    }
    return Response{kept.status(), headers_of(kept, recipient, kept.status()), Body{kept.body()}};
}

Response answer_of(std::shared_ptr<Arriving> arriving, const Kept& head, const Recipient& recipient, Loop& loop) {
    if (has_it_already(head, recipient)) return Response{304, headers_of(head, recipient, 304)};
    auto length = arriving->length();
    std::optional<Part> part;
    const auto range = length ? range_of(head, recipient) : std::nullopt;
    if (range) {
        part = part_of(*range, *length);
        if (!part) return part_or_none(head, recipient, part, *length, {});
    }
    auto body = std::make_unique<ArrivingBody>(std::move(arriving), loop, part ? part->first : 0,
                                               part ? std::optional{part->count} : length);
    if (!body->in_time()) return {};
    std::unique_ptr<BodySource> source = std::move(body);
    if (part) return part_or_none(head, recipient, part, *length, std::move(source));
    return Response{head.status(), headers_of(head, recipient, head.status()), std::move(source)};
}

}  // namespace tollgate::cache
