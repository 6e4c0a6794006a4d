// tests/scenarios/guide.h - Guide: a page of docs/guides as the steps that its reader takes, to be played by a test.
//
// ```lua blocks are files: routes.lua, or what a first line "-- NAME.lua" says; one that begins with
// "-- at the end of NAME.lua" goes there. So is a block of another language whose first line is "# NAME.EXT", and one
// of cpp that begins with "// NAME.cpp".
// ```console blocks are commands, "$ ...", and what they print; `...` in that stands for any text of a line, a line
// `...` for any lines. What is printed sooner or later has "<!-- until it is so -->" before its block. A ```sh block is
// not played, and says why: "<!-- not run: ... -->".
#pragma once

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::test {

struct GuideStep {
    enum class Kind { file, addition, command };
    Kind kind;
    std::string name;    // of the file
    std::string text;    // of the file; the command
    std::string output;  // of the command, as the page shows it
    bool repeated = false;
    int line = 0;
};

class Guide {
public:
    explicit Guide(const std::filesystem::path& page) : name_{page.filename().string()} {
        std::ifstream in{page, std::ios::binary};
        if (!in) throw std::runtime_error{page.string() + " cannot be read"};
        for (std::string line; std::getline(in, line);) {
            ++line_;
            if (line.starts_with("```"))
                fence(line.substr(3));
            else if (open_)
                take(line);
            else if (!line.empty())
                before_ = line;
        }
        if (open_) fail("the last block has no end");
    }

    const std::string& name() const { return name_; }
    const std::vector<GuideStep>& steps() const { return steps_; }

private:
    static constexpr std::string_view until = "<!-- until it is so -->";

    [[noreturn]] void fail(const std::string& what) const {
        throw std::runtime_error{name_ + ':' + std::to_string(line_) + ": " + what};
    }

    void fence(const std::string& language) {
        if (open_) {
            open_ = false;
            before_.clear();
            return;
        }
        open_ = true;
        language_ = language;
        first_ = true;
        if (language == "sh" && !before_.starts_with("<!-- not run: "))
            fail("a block of sh that does not say why it is not run");
    }

    void take(const std::string& line) {
        if (language_ == "console")
            command(line);
        else if (language_ != "sh")
            file(line);
        first_ = false;
    }

    void command(const std::string& line) {
        if (line.starts_with("$ "))
            steps_.push_back({GuideStep::Kind::command, {}, line.substr(2), {}, before_ == until, line_});
        else if (first_)
            fail("a block of console that does not begin with \"$ \"");
        else if (steps_.back().text.ends_with('\\') && steps_.back().output.empty())
            steps_.back().text += '\n' + line;
        else
            steps_.back().output += line + '\n';
    }

    void file(const std::string& line) {
        const std::string comment = language_ == "lua" ? "-- " : language_ == "cpp" ? "// " : "# ";
        const std::string end = comment + "at the end of ";
        if (first_) {
            played_ = language_ == "lua";
            const auto dot = line.find('.'), blank = line.find(' ', comment.size());
            if (line.starts_with(end))
                begin(GuideStep::Kind::addition, line.substr(end.size()));
            else if (line.starts_with(comment) && dot != line.npos && blank == line.npos)
                begin(GuideStep::Kind::file, line.substr(comment.size()));
            else if (played_)
                begin(GuideStep::Kind::file, "routes.lua");
        }
        if (played_) steps_.back().text += line + '\n';
    }

    void begin(GuideStep::Kind kind, std::string name) {
        played_ = true;
        steps_.push_back({kind, std::move(name), {}, {}, false, line_});
    }

    std::string name_, language_, before_;
    std::vector<GuideStep> steps_;
    int line_ = 0;
    bool open_ = false, first_ = false, played_ = false;
};

// Whether a text is what a page shows. `begins`: or begins so, and goes on.
inline bool is_as_shown(std::string_view text, std::string_view shown, bool begins = false) {
    constexpr std::string_view lines = "...\n", any = "...";
    if (shown.empty()) return begins || text.empty();
    if (shown.starts_with(lines)) {
        for (;; text.remove_prefix(text.find('\n') + 1)) {
            if (is_as_shown(text, shown.substr(lines.size()), begins)) return true;
            if (text.find('\n') == text.npos) return false;
        }
    }
    const auto end = shown.find('\n');
    auto wanted = shown.substr(0, end);
    auto line = text.substr(0, text.find('\n'));
    if (line.size() == text.size()) return false;  // of each line the end is shown
    const auto rest = text.substr(line.size() + 1);
    for (bool anywhere = false;; anywhere = true) {
        const auto dots = wanted.find(any);
        const auto part = wanted.substr(0, dots);
        const auto at = dots == wanted.npos && anywhere ? (line.ends_with(part) ? line.size() - part.size() : line.npos)
                        : anywhere                      ? line.find(part)
                                                        : (line.starts_with(part) ? 0 : line.npos);
        if (at == line.npos) return false;
        line.remove_prefix(at + part.size());
        if (dots == wanted.npos) return line.empty() && is_as_shown(rest, shown.substr(end + 1), begins);
        wanted.remove_prefix(dots + any.size());
    }
}

}  // namespace tollgate::test
