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

extern "C" void note_size(int) {}  // it interrupts what waits

void put(std::string_view text) {
    while (!text.empty()) {
        const auto written = ::write(STDOUT_FILENO, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return;  // nobody looks at it any more
        text.remove_prefix(std::size_t(written));
    }
}

volatile std::sig_atomic_t asked_to_end = 0;
termios input_before{};
volatile std::sig_atomic_t has_input_before = 0;

// As it was. Also from a handler of signals.
void give_back() noexcept {
    put("\x1b[?25h\x1b[?1049l");
    if (has_input_before) ::tcsetattr(STDIN_FILENO, TCSANOW, &input_before);
}

// Once: whoever waits for a gateway that hangs does not look at what was asked, and a second signal ends the program.
extern "C" void end_soon(int) {
    const int error = errno;
    if (!asked_to_end) give_back();
    asked_to_end = 1;
    errno = error;
}

constexpr std::array ends{SIGINT, SIGTERM, SIGHUP};

}  // namespace

struct Terminal::Before {
    bool has_input = false;
    std::array<struct sigaction, ends.size()> actions{};
    struct sigaction size {};
};

Terminal::Terminal() : before_{std::make_unique<Before>()} {
    asked_to_end = 0;
    struct sigaction action {};
    action.sa_handler = end_soon;
    action.sa_flags = int(SA_RESETHAND);
    for (std::size_t i = 0; i < ends.size(); ++i) ::sigaction(ends[i], &action, &before_->actions[i]);
    action.sa_handler = note_size;
    action.sa_flags = 0;
    ::sigaction(SIGWINCH, &action, &before_->size);
    if (::tcgetattr(STDIN_FILENO, &input_before) == 0) {
        before_->has_input = true;
        has_input_before = 1;
        termios raw = input_before;
        raw.c_lflag &= ~tcflag_t(ICANON | ECHO);
        raw.c_cc[VMIN] = 0;
        raw.c_cc[VTIME] = 0;
        ::tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    }
    put("\x1b[?1049h\x1b[?25l");  // another screen, no cursor
    measure();
}

Terminal::~Terminal() {
    if (!asked_to_end) give_back();
    has_input_before = 0;
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
    if (!asked_to_end) put(screen + "\x1b[J");
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
