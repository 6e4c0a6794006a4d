// plugins/cache/kept_form.cpp - numbers of eight bytes, low one first; texts and lists behind their sizes.
#include "kept_form.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace tollgate::cache {

namespace {

// The first number; another one when what follows changes, so that older gateways miss.
enum class Kind : std::uint64_t { kept_1 = 1, variants_1 = 2 };

class Writing {
public:
    explicit Writing(std::string& out) noexcept : out_{out} {}
    void number(std::uint64_t number) {
        for (int i = 0; i < 8; ++i) out_ += static_cast<char>(number >> (8 * i) & 0xff);
    }
    void time(Milliseconds time) { number(static_cast<std::uint64_t>(time.count())); }
    void text(std::string_view text) {
        number(text.size());
        out_ += text;
    }
    void texts(const std::vector<std::string>& texts) {
        number(texts.size());
        for (const std::string& one : texts) text(one);
    }

private:
    std::string& out_;
};

// Once something was missing, all that follows is empty, and good() says so.
class Reading {
public:
    explicit Reading(std::string_view bytes) noexcept : rest_{bytes} {}
    bool good() const noexcept { return good_; }
    bool done() const noexcept { return good_ && rest_.empty(); }

    std::uint64_t number() noexcept {
        std::uint64_t number = 0;
        const std::string_view bytes = take(8);
        for (std::size_t i = 0; i < bytes.size(); ++i)
            number |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
        return number;
    }
    // What is read must be a time that can be counted with.
    Milliseconds time() noexcept {
        constexpr std::int64_t most = std::int64_t{1} << 50;
        const auto time = static_cast<std::int64_t>(number());
        if (time < -most || time > most) good_ = false;
        return Milliseconds{good_ ? time : 0};
    }
    std::string_view text() noexcept { return take(number()); }
    std::vector<std::string> texts() {
        std::vector<std::string> all;
        for (std::uint64_t left = number(); left > 0 && good_; --left) all.emplace_back(text());
        return all;
    }

private:
    std::string_view take(std::uint64_t size) noexcept {
        if (size > rest_.size()) good_ = false;
        if (!good_) return {};
        const std::string_view taken = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return taken;
    }

    std::string_view rest_;
    bool good_ = true;
};

void write_terms(Writing& out, const Terms& terms) {
    out.time(terms.lifetime.time);
    out.number(static_cast<std::uint64_t>(terms.lifetime.source));
    out.number(std::uint64_t{terms.validate_always} | std::uint64_t{terms.never_stale} << 1 |
               std::uint64_t{terms.said} << 2 | std::uint64_t{terms.for_everyone} << 3);
    out.time(terms.stale_while_revalidate);
    out.time(terms.stale_if_error);
    out.texts(terms.without);
}

Terms read_terms(Reading& in) {
    Terms terms;
    terms.lifetime.time = in.time();
    terms.lifetime.source = static_cast<Source>(std::min<std::uint64_t>(in.number(), std::uint64_t(Source::operator_)));
    const std::uint64_t flags = in.number();
    terms.validate_always = flags & 1;
    terms.never_stale = flags & 2;
    terms.said = flags & 4;
    terms.for_everyone = flags & 8;
    terms.stale_while_revalidate = in.time();
    terms.stale_if_error = in.time();
    terms.without = in.texts();
    return terms;
}

void write_kept(Writing& out, const Kept& kept, KeptForm::Now now) {
    out.number(static_cast<std::uint64_t>(Kind::kept_1));
    out.text(kept.key());
    out.text(kept.url());
    out.texts({kept.tags().begin(), kept.tags().end()});
    out.number(static_cast<std::uint64_t>(kept.status()));
    const std::vector<Line> lines = kept.head().lines();
    out.number(lines.size());
    for (const Line& line : lines) {
        out.text(line.name);
        out.text(line.value);
    }
    write_terms(out, kept.terms());
    out.time(now.wall - std::max(Milliseconds{0}, kept.age(now.steady)));  // when it was made, as one may say
    out.text(kept.who());
    out.text(kept.body() ? std::string_view{*kept.body()} : std::string_view{});
}

std::shared_ptr<const Item> read_kept(Reading& in, KeptForm::Now now) {
    Kept::Parts parts;
    parts.key = in.text();
    parts.url = in.text();
    parts.tags = in.texts();
    parts.status = static_cast<int>(std::min<std::uint64_t>(in.number(), 1000));
    std::vector<Line> lines;
    for (std::uint64_t left = in.number(); left > 0 && in.good(); --left) {
        const std::string_view name = in.text();
        lines.push_back({name, in.text()});
    }
    parts.head = Head{lines};
    parts.terms = read_terms(in);
    parts.arrived = now.steady;
    parts.age = std::max(Milliseconds{0}, now.wall - in.time());
    parts.who = in.text();
    parts.body = std::make_shared<const std::string>(in.text());
    if (!in.done() || parts.status < 200 || parts.status > 599) return nullptr;
    return std::make_shared<const Kept>(std::move(parts));
}

}  // namespace

void KeptForm::write(const Item& item, std::string& bytes) const {
    Writing out{bytes};
    if (const auto* const kept = dynamic_cast<const Kept*>(&item)) return write_kept(out, *kept, clock_());
    const auto& variants = dynamic_cast<const Variants&>(item);
    out.number(static_cast<std::uint64_t>(Kind::variants_1));
    out.text(variants.key());
    out.text(variants.url());
    out.texts(variants.names());
    out.texts(variants.codings());
}

std::shared_ptr<const Item> KeptForm::read(std::string_view bytes) const {
    Reading in{bytes};
    const auto kind = static_cast<Kind>(in.number());
    if (kind == Kind::kept_1) return read_kept(in, clock_());
    if (kind != Kind::variants_1) return nullptr;
    std::string key{in.text()}, url{in.text()};
    std::vector<std::string> names = in.texts(), codings = in.texts();
    if (!in.done()) return nullptr;
    return std::make_shared<const Variants>(std::move(key), std::move(url), std::move(names), std::move(codings));
}

bool KeptForm::is_newer(const Item& here, const Item& there) const {
    const auto &one = static_cast<const Entry&>(here), &other = static_cast<const Entry&>(there);
    return one.key() == other.key() && one.kept() && other.kept() && one.kept()->made() > other.kept()->made();
}

}  // namespace tollgate::cache
