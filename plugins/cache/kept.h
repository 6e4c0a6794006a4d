// plugins/cache/kept.h - Kept: an answer as it is kept; Variants: by what several of one URL are told apart.
#pragma once

#include "head.h"
#include "storing.h"
#include "store/item.h"
#include "validators.h"

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::cache {

using Instant = std::chrono::steady_clock::time_point;

class Kept;
class Variants;

// What is found by the text of a key: one of the two.
class Entry : public Item {
public:
    virtual const Kept* kept() const noexcept { return nullptr; }
    virtual const Variants* variants() const noexcept { return nullptr; }
    std::string_view key() const noexcept { return key_; }
    std::string_view url() const noexcept override { return url_; }

protected:
    Entry(std::string key, std::string url) : key_{std::move(key)}, url_{std::move(url)} {}
    std::size_t bytes_of_names() const noexcept { return key_.capacity() + url_.capacity(); }

private:
    const std::string key_, url_;
};

class Kept final : public Entry {
public:
    struct Parts {
        std::string key, url;
        std::vector<std::string> tags;
        int status = 200;
        Head head;
        std::shared_ptr<const std::string> body;  // null while it is on its way
        Terms terms;
        Instant arrived;
        Milliseconds age{0};  // when it arrived
        std::string who;      // whose copy it is, "" of nobody in particular
    };
    explicit Kept(Parts parts);

    const Kept* kept() const noexcept override { return this; }
    std::span<const std::string> tags() const noexcept override { return tags_; }
    std::size_t bytes() const noexcept override;

    int status() const noexcept { return status_; }
    const Head& head() const noexcept { return head_; }
    const std::shared_ptr<const std::string>& body() const noexcept { return body_; }
    const Terms& terms() const noexcept { return terms_; }
    std::string_view who() const noexcept { return who_; }
    Instant arrived() const noexcept { return arrived_; }

    Instant made() const noexcept { return arrived_ - age_; }
    Milliseconds age(Instant now) const noexcept;
    Milliseconds fresh_for(Instant now) const noexcept { return terms_.lifetime.time - age(now); }
    std::string_view etag() const noexcept { return head_.get("ETag"); }
    Validators validators(Seconds now) const;

    // The same with a body, once that has come.
    std::shared_ptr<const Kept> with_body(std::shared_ptr<const std::string> body) const;

private:
    const std::vector<std::string> tags_;
    const int status_;
    const Head head_;
    const std::shared_ptr<const std::string> body_;
    const Terms terms_;
    const Instant arrived_;
    const Milliseconds age_;
    const std::string who_;
};

// Stands where the answer itself would stand, if there were only one.
class Variants final : public Entry {
public:
    // Names in lower case, sorted; see selecting_text().
    Variants(std::string key, std::string url, std::vector<std::string> names, std::vector<std::string> codings);

    const Variants* variants() const noexcept override { return this; }
    std::span<const std::string> tags() const noexcept override { return {}; }
    std::size_t bytes() const noexcept override;

    const std::vector<std::string>& names() const noexcept { return names_; }
    const std::vector<std::string>& codings() const noexcept { return codings_; }
    // The key of what that request asks for.
    std::string key_for(Lines request) const;
    // What holds when that answer has come too. Null where all is as it was.
    std::shared_ptr<const Variants> with(Lines answer) const;

private:
    const std::vector<std::string> names_, codings_;
};

// The coding that an answer came in, in lower case, or "".
std::string coding_of(Lines answer);
// What answers of its URL are told apart by: what its Vary names, and, where it is coded, Accept-Encoding also where it
// does not say so (many upstreams do not): not everybody can read it. In lower case, sorted.
std::vector<std::string> telling_apart(Lines answer);

}  // namespace tollgate::cache
