// loadtest/mistakes.h - Mistakes: gathers what is wrong with what the user said, so that all of it is told at once.
#pragma once

#include "loadtest/options.h"

#include <string>
#include <string_view>

namespace tollgate::loadtest {

class Mistakes {
public:
    void add(std::string_view mistake) {
        if (++count_ > most_told) return;
        if (!told_.empty()) told_ += '\n';
        told_ += mistake;
    }
    // Calls `reading` and adds what it throws, which says where.
    template <class Reading>
    void from(Reading reading) {
        try {
            reading();
        } catch (const UsageError& error) {
            add(error.what());
        }
    }
    // Calls `reading` and adds what it throws, with `where` before each line.
    template <class Reading>
    void in(std::string_view where, Reading reading) {
        try {
            reading();
        } catch (const UsageError& error) {
            std::string_view lines = error.what();
            for (std::size_t end = 0; end != lines.npos; lines.remove_prefix(end == lines.npos ? 0 : end + 1)) {
                end = lines.find('\n');
                add(std::string{where} + ": " + std::string{lines.substr(0, end)});
            }
        }
    }
    bool none() const noexcept { return count_ == 0; }
    // Throws UsageError if there are any.
    void raise() const {
        if (none()) return;
        const std::size_t more = count_ > most_told ? count_ - most_told : 0;
        throw UsageError(more == 0 ? told_ : told_ + "\nand " + std::to_string(more) + " more");
    }

private:
    static constexpr std::size_t most_told = 20;  // a wrong file can have a million
    std::string told_;
    std::size_t count_ = 0;
};

// On stderr, a line each: `loadtester: --rate: expected ...`.
void tell_mistakes(std::string_view mistakes);

}  // namespace tollgate::loadtest
