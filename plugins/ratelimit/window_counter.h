// plugins/ratelimit/window_counter.h - WindowCounter: fixed windows, two weighted ones, and the calendar's.
//
// Fixed: `count` in each window; a client that knows the borders gets twice as many around one. Sliding: the window
// before counts as well, by the share of it that a window of full length, ending now, still covers; over any stretch of
// time T it admits at most count * (1 + T / per), and who always asks gets count - 1 in each window at least (of a
// single one: one in two windows). Quota: fixed, by the calendar. Costs are counted in thousandths.
#pragma once

#include "limit.h"
#include "words.h"

#include <optional>

namespace tollgate::ratelimit {

// One key's counts. A refused take changes nothing. Any thread, without locks; a take is one double compare-and-swap.
//
// Under another limit than before the counts stay, as if they had been made in the new limit's window: more is admitted
// at once where the new count is higher, and nobody is freed by a shorter or longer window.
class WindowCounter {
public:
    Decision take(double cost, Moment now, const Limit& limit) noexcept {
        return *decide_while([] { return true; }, {limit, limit.price(cost), now}, true);
    }

    // For a store that gives a counter to one key after another. As take(), as long as `mine` holds at the moment of
    // the decision, else nullopt and nothing has changed. Without `commit` what would come of it, and nothing changes.
    template <class Mine>
    std::optional<Decision> decide_while(Mine mine, const Ask& ask, bool commit) noexcept;
    // What becomes of a counter that nobody has used.
    static Decision first(const Ask& ask) noexcept { return step({}, ask).decision; }
    // Takes back what was admitted with this receipt, where its window still counts.
    template <class Mine>
    void give_back_while(Mine mine, const Ask& ask, std::uint64_t receipt) noexcept;

    // Counts what was admitted elsewhere in the window with that end, whatever the limit: in this window, in the one
    // before, or, if it has come meanwhile, in a new one. Of a window that counts no more nothing is left, nor of one
    // of another length that ends after this one, which is not over. False: `mine` did not hold.
    template <class Mine>
    bool add_while(Mine mine, const Limit& limit, std::uint64_t amount, std::int64_t end, Moment now) noexcept;

    // For how long after its end a window of this limit still counts.
    static std::chrono::nanoseconds lingers(const Limit& limit) noexcept {
        return limit.algorithm() == Algorithm::sliding_window ? limit.per() : std::chrono::nanoseconds{0};
    }
    // How much it would be a pity to forget it: free once nothing counts any more, else the more the higher `worth`.
    struct Standing {
        bool free;
        std::uint64_t worth;
        Words seen;
    };
    // nullopt while somebody changes its owner. Which limit the owner is held to it does not know: `longest` is the
    // longest time that any limit of these keys lingers().
    std::optional<Standing> standing(const Ask& ask, std::chrono::nanoseconds longest) const noexcept;
    // Keeps everybody out if it is still as it was seen: from here to restart() the caller alone may touch the counter.
    bool seize(const Standing& seen) noexcept { return words_.swap(seen.seen, {changing, seen.seen.second}); }
    // Ends seize(): a new counter that has had its first take.
    Decision restart(const Ask& ask) noexcept;

private:
    static constexpr std::uint64_t changing = ~std::uint64_t{0};  // in place of the first word: held by seize()

    struct State {                                // all 0: never used
        std::int64_t end = 0;                     // of the current window, milliseconds since 1970: 42 bits
        std::uint64_t current = 0, previous = 0;  // thousandths: 43 bits each
    };
    struct Step {
        Decision decision;
        State state;
    };
    static State unpack(Words words) noexcept;
    static Words pack(const State& state) noexcept;  // the first word is another in each window, and only then
    static State rolled(State state, const Ask& ask) noexcept;
    static Step step(const State& state, const Ask& ask) noexcept;
    static Step weigh(State state, const Ask& ask) noexcept;
    static Step count(State state, const Ask& ask) noexcept;
    // Whether the window that is new has counts from before: the limit has other windows now.
    static bool carries(const State& before, const Step& then, const Ask& ask) noexcept {
        return before.current > 0 && then.state.current > (then.decision.admitted ? ask.price : 0);
    }
    static State less(State state, const Ask& ask, std::uint64_t receipt) noexcept;
    static State more(State state, const Limit& limit, std::uint64_t amount, std::int64_t end, Moment now) noexcept;
    Words settled() const noexcept;

    AtomicWords words_;
};

template <class Mine>
std::optional<Decision> WindowCounter::decide_while(Mine mine, const Ask& ask, bool commit) noexcept {
    for (;;) {
        const Words seen = settled();
        if (!mine()) return std::nullopt;
        const State before = unpack(seen);
        Step then = step(before, ask);
        // Counts that came into an earlier window (see rolled()) have to stay there, or they would never grow old.
        const bool earlier = then.state.end < before.end;
        if (commit && ((then.decision.admitted && ask.price > 0) || earlier)) {
            if (then.state.end != before.end && carries(before, then, ask)) then.decision.moved_from = before.end;
            if (words_.swap(seen, pack(then.state))) return then.decision;
        } else if (words_.first() == seen.first) {
            return then.decision;  // the first word is of one window: the second, read in between, is of the same
        }
    }
}

template <class Mine>
void WindowCounter::give_back_while(Mine mine, const Ask& ask, std::uint64_t receipt) noexcept {
    for (;;) {
        const Words seen = settled();
        if (!mine() || words_.swap(seen, pack(less(unpack(seen), ask, receipt)))) return;
    }
}

template <class Mine>
bool WindowCounter::add_while(Mine mine, const Limit& limit, std::uint64_t amount, std::int64_t end,
                              Moment now) noexcept {
    for (;;) {
        const Words seen = settled();
        if (!mine()) return false;
        if (words_.swap(seen, pack(more(unpack(seen), limit, amount, end, now)))) return true;
    }
}

}  // namespace tollgate::ratelimit
