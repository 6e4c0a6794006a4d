// tests/support/child_process.cpp - fork, exec, and /proc.
#include "support/child_process.h"

#include "support/temporary_folder.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>

extern char** environ;

namespace tollgate::test {

namespace {

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> list;
    for (auto& text : texts) list.push_back(text.data());
    list.push_back(nullptr);
    return list;
}

std::string slurp(const std::filesystem::path& path) {
    std::ifstream in{path, std::ios::binary};
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& command, const std::filesystem::path& stdout_file,
                           const std::vector<std::string>& environment) {
    // Everything is made ready first: between fork and exec of a threaded program, only system calls are safe.
    std::vector<std::string> arguments = command, variables = environment;  // the first of a name counts
    for (char** entry = environ; *entry; ++entry) variables.emplace_back(*entry);
    auto argv = pointers(arguments), envp = pointers(variables);
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error{"pipe2"};
    const std::string out = stdout_file.string();
    const pid_t parent = ::getpid();
    id_ = ::fork();
    if (id_ == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that crashes leaves nothing behind
        if (::getppid() != parent) ::_exit(127);
        ::dup2(ends[1], 2);
        if (!out.empty()) {
            const int file = ::open(out.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
            if (file < 0 || ::dup2(file, 1) < 0) ::_exit(127);
        }
        ::execvpe(argv[0], argv.data(), envp.data());
        ::_exit(127);
    }
    ::close(ends[1]);
    stderr_ = ends[0];
    if (id_ < 0) {
        ::close(stderr_);
        throw std::runtime_error{"fork"};
    }
    reader_ = std::thread{[this] { read_stderr(); }};
}

ChildProcess::~ChildProcess() {
    if (running()) {
        ::kill(id_, SIGKILL);
        ::waitpid(id_, nullptr, 0);
    }
    reader_.join();
    ::close(stderr_);
}

void ChildProcess::read_stderr() {
    char piece[4096];
    for (;;) {
        const auto got = ::read(stderr_, piece, sizeof piece);
        if (got < 0 && errno == EINTR) continue;
        const std::lock_guard lock{mutex_};
        if (got > 0) text_.append(piece, static_cast<std::size_t>(got));
        else ended_ = true;
        came_.notify_all();
        if (ended_) return;
    }
}

std::string ChildProcess::wait_for_line(const std::string& text, std::chrono::milliseconds time) {
    const Deadline deadline{time};
    std::unique_lock lock{mutex_};
    for (;;) {
        for (auto end = text_.find('\n', seen_); end != std::string::npos; end = text_.find('\n', seen_)) {
            const std::string line = text_.substr(seen_, end - seen_);
            seen_ = end + 1;
            if (line.find(text) != std::string::npos) return line;
        }
        if (ended_) throw std::runtime_error{"it ended before it said \"" + text + "\"; it said:\n" + text_};
        if (came_.wait_until(lock, deadline.end()) == std::cv_status::timeout && deadline.passed())
            throw std::runtime_error{"it never said \"" + text + "\"; it said:\n" + text_};
    }
}

std::string ChildProcess::stderr_text() const {
    const std::lock_guard lock{mutex_};
    return text_;
}

void ChildProcess::signal(int number) {
    if (::kill(id_, number) != 0) throw std::runtime_error{std::string{"kill: "} + std::strerror(errno)};
}

bool ChildProcess::running() {
    if (exit_) return false;
    int status = 0;
    if (::waitpid(id_, &status, WNOHANG) != id_) return true;
    exit_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return false;
}

ExitCode ChildProcess::wait(std::chrono::milliseconds time) {
    try {
        wait_until("process " + std::to_string(id_) + " ended", [this] { return !running(); }, time);
    } catch (const std::exception& error) {
        throw std::runtime_error{error.what() + std::string{"; it said:\n"} + stderr_text()};
    }
    {
        std::unique_lock lock{mutex_};
        came_.wait_for(lock, time, [this] { return ended_; });
    }
    return *exit_;
}

namespace {
std::size_t status_line(pid_t id, const std::string& name) {
    std::ifstream status{"/proc/" + std::to_string(id) + "/status"};
    for (std::string line; std::getline(status, line);)
        if (line.starts_with(name)) return std::stoul(line.substr(name.size() + 1)) * 1024;
    throw std::runtime_error{"no " + name + " in /proc/" + std::to_string(id) + "/status"};
}
}  // namespace

std::size_t ChildProcess::resident_bytes() const { return status_line(id_, "VmRSS:"); }
std::size_t ChildProcess::peak_resident_bytes() const { return status_line(id_, "VmHWM:"); }

std::size_t ChildProcess::open_descriptors() const {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator{"/proc/" + std::to_string(id_) + "/fd"})
        ++count;
    return count;
}

Finished run(const std::vector<std::string>& command, const std::vector<std::string>& environment,
             std::chrono::milliseconds time) {
    const TemporaryFolder folder;
    ChildProcess process{command, folder / "out", environment};
    const ExitCode code = process.wait(time);
    return {code, slurp(folder / "out"), process.stderr_text()};
}

}  // namespace tollgate::test
