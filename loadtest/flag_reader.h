// loadtest/flag_reader.h - FlagReader: values of flags, parsed one by one, and what is wrong with any of them.
#pragma once

#include "loadtest/command_line.h"
#include "loadtest/mistakes.h"
#include "support/text.h"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tollgate::loadtest {

class FlagReader {
protected:
    explicit FlagReader(const RunWords& words) : words_{words} {}

    bool has(std::string_view flag) const { return words_.has(flag); }
    const std::string& said(std::string_view flag) const { return words_.all(flag).front(); }
    void object(std::string_view flag, std::string_view problem) {
        mistakes_.add("--" + std::string{flag} + ": " + std::string{problem});
    }
    // What `flag` says, if it says something that `parse` takes.
    template <class Parse>
    auto value(std::string_view flag, Parse parse, std::string_view hint = "") {
        std::string problem;
        decltype(parse(std::string_view{}, problem)) parsed;
        if (!has(flag)) return parsed;
        parsed = parse(said(flag), problem);
        if (!parsed) object(flag, problem + std::string{hint});
        return parsed;
    }
    std::optional<std::uint64_t> count(std::string_view flag, std::uint64_t least, std::uint64_t most,
                                       std::string_view hint = "") {
        const auto parse = [=](std::string_view text, std::string& problem) {
            auto number = parse_count(text, problem);
            if (!number || (*number >= least && *number <= most)) return number;
            problem = "expected " + std::to_string(least) + " to " + std::to_string(most);
            problem += ", got " + text::quote(text);
            return decltype(number){};
        };
        return value(flag, parse, hint);
    }
    // One of several words.
    template <class Choice>
    void choose(std::string_view flag, std::initializer_list<std::pair<std::string_view, Choice>> choices,
                Choice& into) {
        if (!has(flag)) return;
        std::vector<std::string_view> names;
        for (const auto& [name, choice] : choices) {
            if (name == said(flag)) return void(into = choice);
            names.push_back(name);
        }
        object(flag, "expected " + text::join(names) + ", got " + text::quote(said(flag)) +
                         text::did_you_mean(said(flag), names));
    }
    void in(std::string_view flag, auto reading) { mistakes_.in("--" + std::string{flag}, reading); }
    // Flags that mean nothing without another.
    void needs(std::initializer_list<std::string_view> flags, bool there, std::string_view what) {
        for (const std::string_view flag : flags)
            if (has(flag) && !there) object(flag, "says nothing without " + std::string{what});
    }

    const RunWords& words_;
    Mistakes mistakes_;
};

}  // namespace tollgate::loadtest
