// core/plugins/pages.h - Pages: the admin pages and commands that plugins have registered, and running them.
#pragma once

#include <tollgate/host.h>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tollgate::plugins {

using PageFunction = std::function<AdminAnswer(const AdminRequest&)>;

// Any thread. Where several living uses have registered the same name, the latest answers; when it ends, the one before
// it answers again, so that a reload that is refused half-way leaves the pages as they were.
class Pages {
public:
    // One registration. Its end waits until no request runs in it: what the function uses may be destroyed after.
    class Registration {
    public:
        Registration() noexcept = default;
        Registration(Registration&& other) noexcept;
        Registration& operator=(Registration&& other) noexcept;
        ~Registration();
        void end() noexcept;

    private:
        friend class Pages;
        struct Entry;
        std::shared_ptr<Entry> entry_;
    };

    Pages();
    ~Pages();

    // /plugins/<plugin>/<path>; slashes around `path` do not count. Throws std::invalid_argument for a path that no URL
    // could name.
    [[nodiscard]] Registration add_page(std::string_view plugin, std::string_view path, PageFunction page);
    // `tollgate plugin <plugin> <name> ...`. Throws std::invalid_argument unless the name is lower case letters,
    // digits, - and _.
    [[nodiscard]] Registration add_command(std::string_view plugin, std::string_view name, std::string_view help,
                                           PageFunction command);

    // What the page or command answers, or nullopt if there is none. One that throws is logged, and answers 500 (a
    // command: 1) with what it threw: who asks is the operator.
    std::optional<AdminAnswer> page(std::string_view plugin, std::string_view path, const AdminRequest& request) const;
    std::optional<AdminAnswer> command(std::string_view plugin, std::string_view name,
                                       const AdminRequest& request) const;

    struct Listed {
        bool is_command;
        std::string plugin, name, help;
    };
    std::vector<Listed> list() const;  // by plugin, pages first

    // Runs the command of that name of every plugin that has one (SIGUSR1: "reopen"); returns each plugin's answer.
    std::vector<std::pair<std::string, AdminAnswer>> run_everywhere(std::string_view command) const;

private:
    struct Key {
        std::string plugin;
        bool is_command;
        std::string name;
        auto operator<=>(const Key&) const = default;
    };
    struct Board;

    Registration add(Key key, std::string_view help, PageFunction function);
    std::optional<AdminAnswer> run(const Key& key, const AdminRequest& request) const;

    std::shared_ptr<Board> board_;  // shared with the registrations, which may end after the Pages
};

}  // namespace tollgate::plugins
