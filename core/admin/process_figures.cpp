// core/admin/process_figures.cpp - reading /proc/self.
#include "admin/process_figures.h"

#include <tollgate/plugin.h>

#include "plugins/library.h"
#include "support/version.h"

#include <sys/resource.h>
#include <unistd.h>

#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>

namespace tollgate::admin {

namespace {

// The n-th field of /proc/self/stat as proc(5) numbers them, from 4 on; 0 where it cannot be read.
double stat_field(int number) {
    std::ifstream stream{"/proc/self/stat"};
    std::string all;
    std::getline(stream, all);
    const auto end = all.rfind(')');  // of the name, which may hold anything
    if (end == std::string::npos) return 0;
    std::istringstream fields{all.substr(end + 1)};
    std::string field;
    for (int i = 3; i <= number; ++i) fields >> field;
    return std::strtod(field.c_str(), nullptr);
}

double ticks() { return double(::sysconf(_SC_CLK_TCK)); }

double seconds_by(clockid_t clock) {
    timespec now{};
    ::clock_gettime(clock, &now);
    return double(now.tv_sec) + double(now.tv_nsec) / 1e9;
}

// Since the epoch. Not by the time of boot in /proc/stat, which who sees only processes in /proc does not see.
double began() {
    const double age = seconds_by(CLOCK_BOOTTIME) - stat_field(22) / ticks();
    return seconds_by(CLOCK_REALTIME) - age;
}

double cpu_seconds() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    const auto seconds = [](const timeval& time) { return double(time.tv_sec) + double(time.tv_usec) / 1e6; };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

double open_descriptors() {
    std::error_code error;
    double count = 0;
    for (auto entry = std::filesystem::directory_iterator{"/proc/self/fd", error};
         !error && entry != std::filesystem::directory_iterator{}; entry.increment(error))
        ++count;
    return count > 0 ? count - 1 : 0;  // one is the reading of the folder
}

double most_descriptors() {
    rlimit limit{};
    return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? double(limit.rlim_cur) : 0;
}

}  // namespace

std::vector<plugins::Metrics::Watch> watch_process(plugins::Metrics& metrics) {
    using Kind = plugins::Metrics::Kind;
    std::vector<plugins::Metrics::Watch> watched;
    const auto watch = [&](Kind kind, const char* name, const char* help, std::function<double()> read) {
        watched.push_back(metrics.watch(kind, name, help, {}, std::move(read)));
    };
    watch(Kind::counter, "process_cpu_seconds_total", "User and system time of all threads.", cpu_seconds);
    watch(Kind::gauge, "process_start_time_seconds", "When the process began, since the epoch.",
          [since = began()] { return since; });
    watch(Kind::gauge, "process_resident_memory_bytes", "Memory in use.",
          [] { return stat_field(24) * double(::sysconf(_SC_PAGESIZE)); });
    watch(Kind::gauge, "process_virtual_memory_bytes", "Addresses in use.", [] { return stat_field(23); });
    watch(Kind::gauge, "process_open_fds", "Open file descriptors.", open_descriptors);
    watch(Kind::gauge, "process_max_fds", "File descriptors there may be.", most_descriptors);
    watched.push_back(metrics.watch(Kind::gauge, "tollgate_build_info", "1; the labels say what runs.",
                                    {{"version", version()}, {"plugin_abi", plugins::abi_text(plugin_abi)}},
                                    [] { return 1.0; }));
    return watched;
}

}  // namespace tollgate::admin
