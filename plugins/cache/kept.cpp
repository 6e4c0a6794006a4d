// plugins/cache/kept.cpp - what is kept never changes: what is learnt of it makes another one.
#include "kept.h"

#include "vary.h"

#include <algorithm>
#include <utility>

namespace tollgate::cache {

namespace {

std::size_t bytes_of(const std::vector<std::string>& texts) noexcept {
    std::size_t bytes = texts.capacity() * sizeof(std::string);
    for (const std::string& text : texts) bytes += text.capacity();
    return bytes;
}

// What malloc and the counts of shared_ptr add to an object and to a body.
constexpr std::size_t of_sharing = 48;

std::vector<std::string> merged(std::vector<std::string> all, const std::vector<std::string>& more) {
    all.insert(all.end(), more.begin(), more.end());
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
}

}  // namespace

Kept::Kept(Parts parts)
    : Entry{std::move(parts.key), std::move(parts.url)},
      tags_{std::move(parts.tags)},
      status_{parts.status},
      head_{std::move(parts.head)},
      body_{std::move(parts.body)},
      terms_{std::move(parts.terms)},
      arrived_{parts.arrived},
      age_{parts.age},
      who_{std::move(parts.who)} {}

std::size_t Kept::bytes() const noexcept {
    const std::size_t body = body_ ? sizeof(std::string) + body_->capacity() + of_sharing : 0;
    return sizeof *this + of_sharing + bytes_of_names() + head_.bytes() + body + bytes_of(tags_) +
           bytes_of(terms_.without) + who_.capacity();
}

Milliseconds Kept::age(Instant now) const noexcept {
    const auto here = std::chrono::duration_cast<Milliseconds>(now - arrived_);
    return age_ + std::max(here, Milliseconds{0});
}

Validators Kept::validators(Seconds now) const {
    const std::string_view changed = head_.get("Last-Modified"), made = head_.get("Date");
    return {etag(), parse_date(changed.empty() ? made : changed, now)};
}

std::shared_ptr<const Kept> Kept::with_body(std::shared_ptr<const std::string> body) const {
    return std::make_shared<const Kept>(Parts{std::string{key()}, std::string{url()}, tags_, status_, head_,
                                              std::move(body), terms_, arrived_, age_, who_});
}

Variants::Variants(std::string key, std::string url, std::vector<std::string> names, std::vector<std::string> codings)
    : Entry{std::move(key), std::move(url)}, names_{std::move(names)}, codings_{std::move(codings)} {}

std::size_t Variants::bytes() const noexcept {
    return sizeof *this + of_sharing + bytes_of_names() + bytes_of(names_) + bytes_of(codings_);
}

std::string Variants::key_for(Lines request) const {
    return std::string{key()}.append("\n").append(selecting_text(request, names_, codings_));
}

std::shared_ptr<const Variants> Variants::with(Lines answer) const {
    auto names = merged(names_, telling_apart(answer));
    auto codings = codings_;
    if (std::string coding = coding_of(answer); !coding.empty()) codings = merged(codings, {std::move(coding)});
    if (names == names_ && codings == codings_) return nullptr;
    return std::make_shared<const Variants>(std::string{key()}, std::string{url()}, std::move(names),
                                            std::move(codings));
}

std::vector<std::string> telling_apart(Lines answer) {
    auto names = varying_names(answer);
    return coding_of(answer).empty() ? names : merged(names, {"accept-encoding"});
}

std::string coding_of(Lines answer) {
    std::string coding = lowered(trimmed(combined(answer, "Content-Encoding")));
    return coding == "identity" ? "" : coding == "x-gzip" ? "gzip" : coding;
}

}  // namespace tollgate::cache
