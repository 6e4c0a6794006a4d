// core/command_line/complete.cpp - walking the words that were said down the program's commands.
#include "command_line/complete.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace tollgate::command_line {

namespace {

constexpr std::array methods{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};

bool looks_like_option(std::string_view word) { return word.size() > 1 && word[0] == '-'; }

// "off" of "ADDR|off": what may be said as it is written, and not in its place.
bool is_literal(std::string_view word) {
    return !word.empty() && std::all_of(word.begin(), word.end(), [](unsigned char letter) {
        return std::islower(letter) != 0 || std::isdigit(letter) != 0 || letter == '-' || letter == '_';
    });
}

// Where one is after the words before the cursor.
class Walk {
public:
    Walk(const Command& program, std::string_view implied, const Known& known)
        : program_{program}, at_{&program}, implied_{implied}, known_{known} {}

    void take(const std::string& word) {
        if (pending_) {
            pending_ = nullptr;
        } else if (word == "--" && !only_positionals_) {
            only_positionals_ = true;
        } else if (!only_positionals_ && looks_like_option(word)) {
            take_option(word);
        } else if (const Command* const sub = positionals_ == 0 ? at_->find(word) : nullptr) {
            at_ = sub;
            used_.clear();
        } else {
            imply();
            ++positionals_;
        }
    }

    Completion offer(const std::string& word) {
        prefix_ = word;
        if (beyond_us()) return {};
        if (pending_) {
            offer_values(*pending_, "");
        } else if (!only_positionals_ && word.starts_with("--") && word.find('=') != word.npos) {
            const std::string before = word.substr(0, word.find('=') + 1);
            if (const Option* const option = find(before.substr(0, before.size() - 1))) offer_values(*option, before);
        } else if (!only_positionals_ && word.starts_with('-')) {
            offer_options(*at_);
            if (const Command* const sub = implied()) offer_options(*sub);
        } else {
            offer_words();
        }
        return std::move(completion_);
    }

private:
    bool beyond_us() const { return at_->free_words && positionals_ >= at_->positionals.size(); }

    const Command* implied() const { return at_ == &program_ ? program_.find(implied_) : nullptr; }
    void imply() {
        if (const Command* const sub = implied()) at_ = sub;
    }

    const Option* find(const std::string& name) const {
        if (const Option* const option = at_->option(name)) return option;
        const Command* const sub = implied();
        return sub ? sub->option(name) : nullptr;
    }

    void take_option(const std::string& word) {
        if (!at_->option(word)) imply();
        const std::string name = word.substr(0, word.find('='));
        const Option* const option = at_->option(name);
        if (!option) return;  // none of ours, or with its value behind it: -n5
        used_.push_back(option);
        if (!option->flag() && name == word) pending_ = option;
    }

    void add(const std::string& word, const std::string& doc) {
        auto& all = completion_.candidates;
        const auto same = [&](const Candidate& one) { return one.word == word; };  // --help of what is implied, too
        if (word.starts_with(prefix_) && std::none_of(all.begin(), all.end(), same)) all.push_back({word, doc});
    }

    void offer_options(const Command& command) {
        for (const Option& option : command.options) {
            if (!option.often && std::find(used_.begin(), used_.end(), &option) != used_.end()) continue;
            for (const std::string& name : option.names) add(name, option.doc);
        }
    }

    void offer_words() {
        if (positionals_ == 0)
            for (const Command& command : at_->commands) add(command.name, command.doc);
        const auto& positionals = at_->positionals;
        if (positionals_ < positionals.size()) return offer_values(positionals[positionals_], "");
        if (!positionals.empty() && positionals.back().often) return offer_values(positionals.back(), "");
        // Nothing more stands by itself: what else may be said is worth a look.
        if (at_->commands.empty() && prefix_.empty() && !only_positionals_) offer_options(*at_);
    }

    void offer_values(const Option& option, const std::string& before) {
        const std::string& value = option.value;
        for (std::size_t begin = 0, end = 0; begin <= value.size(); begin = end + 1) {
            end = std::min(value.find('|', begin), value.size());
            const std::string one = value.substr(begin, end - begin);
            if (is_literal(one)) add(before + one, "");
            if (one == "METHOD")
                for (const char* const method : methods) add(before + method, "");
            if (known_ && !is_literal(one))
                for (const std::string& name : known_(one)) add(before + name, "");
            if (one == "FILE" || one == "PATH") completion_.files = Completion::Files::files;
            if (one == "DIR") completion_.files = Completion::Files::folders;
        }
    }

    const Command& program_;
    const Command* at_;
    std::string_view implied_;
    const Known& known_;
    const Option* pending_ = nullptr;  // its value is next
    std::vector<const Option*> used_;
    std::size_t positionals_ = 0;
    bool only_positionals_ = false;
    std::string prefix_;
    Completion completion_;
};

}  // namespace

Completion complete(const Command& program, std::span<const std::string> words, std::string_view implied,
                    const Known& known) {
    if (words.empty()) return {};
    Walk walk{program, implied, known};
    for (const std::string& word : words.first(words.size() - 1)) walk.take(word);
    return walk.offer(words.back());
}

std::string text_of(const Completion& completion) {
    std::string out;
    for (const auto& [word, doc] : completion.candidates) out += word + '\t' + doc + '\n';
    constexpr std::array files{":words\n", ":files\n", ":folders\n"};
    return out + files[std::size_t(completion.files)];
}

}  // namespace tollgate::command_line
