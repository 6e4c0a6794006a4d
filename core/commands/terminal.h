// core/commands/terminal.h - Terminal: a screen that is drawn anew, and keys that are heard at once.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace tollgate::commands {

// While it lives, stdout shows another screen, and stdin gives letters as they are typed. Both are as before when it
// ends, also by a signal that ends programs. One at a time.
class Terminal {
public:
    Terminal();
    ~Terminal();
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    std::size_t width() const noexcept { return width_; }
    std::size_t height() const noexcept { return height_; }
    void show(const std::vector<std::string>& lines);
    // Waits so long at most for a key, for `descriptor` to be readable (-1: none), or for another size. True: q, Ctrl-C
    // or a signal asks for the end.
    bool wait(int descriptor, int milliseconds);

private:
    void measure() noexcept;
    struct Before;
    std::unique_ptr<Before> before_;
    std::size_t width_ = 80, height_ = 24;
};

}  // namespace tollgate::commands
