// loadtest/verify/pace.cpp - counting the windows of a sliding window that nobody tells us.
#include "loadtest/verify/pace.h"

#include <algorithm>

namespace tollgate::loadtest::verify {

namespace {

constexpr std::int64_t a_turn = 1'000'000;  // of a loop, by which a decision may be dated back: nanoseconds

class Search {
public:
    Search(const Limit& limit, const Evidence& evidence, const std::vector<bool>& by_this, const Clocks& clocks)
        : limit_{limit}, evidence_{evidence}, clocks_{clocks}, window_{limit.window.count()} {
        // What another limit refused, or is unclear, may never have got to this one: then its estimate went on falling.
        for (std::size_t i = 0; i < by_this.size(); ++i) {
            const Record& record = evidence.records()[i];
            if (!by_this[i] && record.outcome != Outcome::admitted) continue;
            asked_.push_back(record);
            by_this_.push_back(by_this[i]);
        }
    }

    Pace run() {
        const auto& records = asked_;
        for (std::size_t i = 0; i < records.size(); ++i) {
            if (i > 0 && gap_before(i) > window_ / 2) {  // it was not always asked
                begin_ = i;
                first_.reset();
            }
            if (!first_ && !asked_for_long(i)) continue;
            if (!first_) enter(i);
            pass_to(records[i].sent);
            longest_gap_ = std::max(longest_gap_, gap_before(i));
            if (by_this_[i] && i > *first_) compare(records[*first_], records[i]);
        }
        return pace_;
    }

private:
    // Two windows after the begin of a stretch the one before was asked for all along, too.
    bool asked_for_long(std::size_t i) const {
        const auto& records = asked_;
        return by_this_[i] && records[i].sent >= records[begin_].sent + 2 * window_;
    }

    void enter(std::size_t i) {
        first_ = i;
        longest_gap_ = 0;
        slice_end_ = asked_[i].sent + window_;
        // The window before: of its end is known that it was in this time.
        std::int64_t longest = 0;
        for (std::size_t j = i; j > begin_ && asked_[j].sent > asked_[i].sent - window_; --j)
            longest = std::max(longest, gap_before(j));
        lost_ = loss(longest);
    }

    void pass_to(std::int64_t moment) {
        for (; moment >= slice_end_; slice_end_ += window_) {
            lost_ += loss(longest_gap_);
            longest_gap_ = 0;
        }
    }

    // Between the decisions over two requests, one after the other.
    std::int64_t gap_before(std::size_t i) const {
        const Record &before = asked_[i - 1], &record = asked_[i];
        return record.done - before.sent + (record.done - record.sent) + a_turn;
    }
    double loss(std::int64_t gap) const {
        return 1 + limit_.leased + 2 * limit_.count * static_cast<double>(gap) / static_cast<double>(window_);
    }

    void compare(const Record& from, const Record& to) {
        const std::int64_t time = to.sent - clocks_.behind.count() - from.done;
        if (time <= 0) return;
        const double whole = limit_.count * static_cast<double>(time) / static_cast<double>(window_);
        const double due = whole * (1 - clocks_.drift) - 1 - limit_.leased - lost_ - loss(longest_gap_);
        const auto admitted = static_cast<double>(evidence_.perhaps(from.sent, to.done));
        pace_.seen_from = std::clamp(1 - due / whole, 0.0, pace_.seen_from);
        const Offence offence{from.sent, to.done, admitted, due};
        if (admitted >= due) return;
        if (!pace_.offence || offence.by() > pace_.offence->by()) pace_.offence = offence;
    }

    const Limit& limit_;
    const Evidence& evidence_;
    const Clocks& clocks_;
    const std::int64_t window_;
    std::vector<Record> asked_;             // the limit, for sure
    std::vector<bool> by_this_;             // and of each of them whether it refused
    std::size_t begin_ = 0;                 // of the stretch
    std::optional<std::size_t> first_;      // the refusal in it from which on is counted
    double lost_ = 0;                       // of the windows that ended before the slice that is under way
    std::int64_t slice_end_ = 0, longest_gap_ = 0;
    Pace pace_;
};

}  // namespace

Pace pace_of(const Limit& limit, const Evidence& evidence, const std::vector<bool>& by_this,
             const Clocks& clocks) {
    return Search{limit, evidence, by_this, clocks}.run();
}

}  // namespace tollgate::loadtest::verify
