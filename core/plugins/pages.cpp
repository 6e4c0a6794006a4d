// core/plugins/pages.cpp - registering, ending and running the admin pages and commands of plugins.
#include "plugins/pages.h"

#include "support/log.h"
#include "support/text.h"

#include <algorithm>
#include <condition_variable>
#include <stdexcept>

namespace tollgate::plugins {

struct Pages::Board {
    std::mutex mutex;
    std::condition_variable idle;
    // The stack of living registrations of each name, the latest last.
    std::map<Key, std::vector<std::shared_ptr<Registration::Entry>>> entries;
};

struct Pages::Registration::Entry {
    std::shared_ptr<Board> board;
    Key key;
    std::string help;
    PageFunction function;
    int running = 0;  // guarded by the board's mutex
};

Pages::Registration::Registration(Registration&& other) noexcept = default;

Pages::Registration& Pages::Registration::operator=(Registration&& other) noexcept {
    if (this != &other) {
        end();
        entry_ = std::move(other.entry_);
    }
    return *this;
}

Pages::Registration::~Registration() { end(); }

void Pages::Registration::end() noexcept {
    if (!entry_) return;
    const std::shared_ptr<Entry> entry = std::move(entry_);
    Board& board = *entry->board;
    std::unique_lock lock{board.mutex};
    const auto stack = board.entries.find(entry->key);
    std::erase(stack->second, entry);
    if (stack->second.empty()) board.entries.erase(stack);
    board.idle.wait(lock, [&] { return entry->running == 0; });
}

Pages::Pages() : board_{std::make_shared<Board>()} {}
Pages::~Pages() = default;

namespace {

std::string_view without_slashes(std::string_view path) {
    while (path.starts_with('/')) path.remove_prefix(1);
    while (path.ends_with('/')) path.remove_suffix(1);
    return path;
}

// Unreserved characters of RFC 3986 and '/': what looks the same in a URL, encoded or not.
bool names_a_page(std::string_view path) {
    return std::all_of(path.begin(), path.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view{"-._~/"}.find(c) != std::string_view::npos;
    });
}

bool names_a_command(std::string_view name) {
    return !name.empty() && name[0] != '-' && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
}

}  // namespace

Pages::Registration Pages::add(Key key, std::string_view help, PageFunction function) {
    if (!function)
        throw std::invalid_argument{"plugin " + text::quote(key.plugin) + ": no function for " + text::quote(key.name)};
    Registration registration;
    registration.entry_ = std::make_shared<Registration::Entry>(
        Registration::Entry{board_, std::move(key), std::string{help}, std::move(function)});
    const std::lock_guard lock{board_->mutex};
    board_->entries[registration.entry_->key].push_back(registration.entry_);
    return registration;
}

Pages::Registration Pages::add_page(std::string_view plugin, std::string_view path, PageFunction page) {
    const std::string_view name = without_slashes(path);
    if (!names_a_page(name))
        throw std::invalid_argument{"page " + text::quote(path) + ": expected letters, digits and any of - . _ ~ /"};
    return add({std::string{plugin}, false, std::string{name}}, {}, std::move(page));
}

Pages::Registration Pages::add_command(std::string_view plugin, std::string_view name, std::string_view help,
                                       PageFunction command) {
    if (!names_a_command(name))
        throw std::invalid_argument{"command " + text::quote(name) + ": expected lower case letters, digits, - and _"};
    return add({std::string{plugin}, true, std::string{name}}, help, std::move(command));
}

std::optional<AdminAnswer> Pages::run(const Key& key, const AdminRequest& request) const {
    std::shared_ptr<Registration::Entry> entry;
    {
        const std::lock_guard lock{board_->mutex};
        const auto stack = board_->entries.find(key);
        if (stack == board_->entries.end()) return std::nullopt;
        entry = stack->second.back();
        ++entry->running;
    }
    struct Ending {
        Registration::Entry& entry;
        ~Ending() {
            const std::lock_guard lock{entry.board->mutex};
            if (--entry.running == 0) entry.board->idle.notify_all();
        }
    } const ending{*entry};
    const auto failed = [&](const std::string& why) {
        log::error(key.plugin, (key.is_command ? "command " : "page ") + text::quote(key.name) + " failed: " + why);
        return AdminAnswer{key.is_command ? 1 : 500, "text/plain; charset=utf-8", why + '\n'};
    };
    try {
        return entry->function(request);
    } catch (const std::exception& thrown) {
        return failed(thrown.what());
    } catch (...) {
        return failed("something was thrown that is no std::exception");
    }
}

std::optional<AdminAnswer> Pages::page(std::string_view plugin, std::string_view path,
                                       const AdminRequest& request) const {
    return run({std::string{plugin}, false, std::string{without_slashes(path)}}, request);
}

std::optional<AdminAnswer> Pages::command(std::string_view plugin, std::string_view name,
                                          const AdminRequest& request) const {
    return run({std::string{plugin}, true, std::string{name}}, request);
}

std::vector<Pages::Listed> Pages::list() const {
    const std::lock_guard lock{board_->mutex};
    std::vector<Listed> all;
    for (const auto& [key, stack] : board_->entries)
        all.push_back({key.is_command, key.plugin, key.name, stack.back()->help});
    return all;
}

std::vector<std::pair<std::string, AdminAnswer>> Pages::run_everywhere(std::string_view name) const {
    std::vector<std::pair<std::string, AdminAnswer>> answers;
    for (const Listed& listed : list()) {
        if (!listed.is_command || listed.name != name) continue;
        if (auto answer = command(listed.plugin, name, AdminRequest{}))
            answers.emplace_back(listed.plugin, std::move(*answer));
    }
    return answers;
}

}  // namespace tollgate::plugins
