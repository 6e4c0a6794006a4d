// core/commands/terminal.cpp - termios, escape sequences and signals.
#include "commands/terminal.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>

namespace tollgate::commands {

namespace {

volatile std::sig_atomic_t asked_to_end = 0;
extern "C" void note_end(int) { asked_to_end = 1; }
extern "C" void note_size(int) {}  // it interrupts what waits

constexpr std::array ends{SIGINT, SIGTERM, SIGHUP};

void put(std::string_view text) {
    while (!text.empty()) {
        const auto written = ::write(STDOUT_FILENO, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return;  // nobody looks at it any more
        text.remove_prefix(std::size_t(written));
    }
}

}  // namespace

struct Terminal::Before {
    termios input{};
    bool has_input = false;
    std::array<struct sigaction, ends.size()> actions{};
    struct sigaction size {};
};

Terminal::Terminal() : before_{std::make_unique<Before>()} {
    asked_to_end = 0;
    struct sigaction action {};
    action.sa_handler = note_end;
    for (std::size_t i = 0; i < ends.size(); ++i) ::sigaction(ends[i], &action, &before_->actions[i]);
    action.sa_handler = note_size;
    ::sigaction(SIGWINCH, &action, &before_->size);
    if (::tcgetattr(STDIN_FILENO, &before_->input) == 0) {
        before_->has_input = true;
        termios raw = before_->input;
        raw.c_lflag &= ~tcflag_t(ICANON | ECHO);
        raw.c_cc[VMIN] = 0;
        raw.c_cc[VTIME] = 0;
        ::tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    }
    put("\x1b[?1049h\x1b[?25l");  // another screen, no cursor
    measure();
}

Terminal::~Terminal() {
    put("\x1b[?25h\x1b[?1049l");
    if (before_->has_input) ::tcsetattr(STDIN_FILENO, TCSANOW, &before_->input);
    for (std::size_t i = 0; i < ends.size(); ++i) ::sigaction(ends[i], &before_->actions[i], nullptr);
    ::sigaction(SIGWINCH, &before_->size, nullptr);
}

void Terminal::measure() noexcept {
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return;
    width_ = size.ws_col;
    height_ = size.ws_row;
}

void Terminal::show(const std::vector<std::string>& lines) {
    std::string screen = "\x1b[H";
    for (std::size_t i = 0; i < lines.size(); ++i) screen += lines[i] + "\x1b[K" + (i + 1 < lines.size() ? "\r\n" : "");
    put(screen + "\x1b[J");
}

bool Terminal::wait(int descriptor, int milliseconds) {
    std::array<pollfd, 2> waiting{{{before_->has_input ? STDIN_FILENO : -1, POLLIN, 0}, {descriptor, POLLIN, 0}}};
    ::poll(waiting.data(), waiting.size(), milliseconds);
    measure();
    char key = 0;
    if ((waiting[0].revents & (POLLIN | POLLHUP)) && ::read(STDIN_FILENO, &key, 1) == 0) before_->has_input = false;
    return asked_to_end || key == 'q' || key == 'Q' || key == 3;
}

}  // namespace tollgate::commands
