// tests/support/gateway_process.cpp - starting, reloading and ending the real program.
#include "support/gateway_process.h"
#include "support/places.h"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace tollgate::test {

namespace {

std::string after(const std::string& line, const std::string& words) {
    return line.substr(line.find(words) + words.size());
}

std::size_t count(std::string_view text, std::string_view word) {
    std::size_t found = 0;
    for (auto at = text.find(word); at != text.npos; at = text.find(word, at + word.size())) ++found;
    return found;
}

// How many addresses there are: `listen "..."`, and `listen { "...", ... }` with one each.
std::size_t listens(std::string_view text) { return count(text, "listen \"") + count(text, "listen { \""); }

std::string completed(std::string_view routes) {
    std::string text{routes};
    if (listens(text) == 0) text.insert(0, "listen \"127.0.0.1:0\"; ");
    return text;
}

}  // namespace

std::string tollgate_program() { return build_folder() + "/bin/tollgate"; }

GatewayProcess::GatewayProcess(std::string_view routes, const std::vector<std::string>& arguments,
                               const std::vector<std::pair<std::string, std::string>>& files,
                               const std::vector<std::string>& environment) {
    for (const auto& [name, text] : files) write_file(name, text);
    write_routes(routes);
    start({tollgate_program(), "serve", (folder_ / "routes.lua").string()}, arguments, environment,
          listens(completed(routes)));
}

GatewayProcess::GatewayProcess(const ShippedFile& file, const std::vector<std::string>& arguments,
                               const std::vector<std::string>& environment) {
    start({tollgate_program(), "serve", file.path.string()}, arguments, environment, 1);
}

void GatewayProcess::start(std::vector<std::string> command, const std::vector<std::string>& arguments,
                           const std::vector<std::string>& environment, std::size_t listens) {
    command.insert(command.end(), arguments.begin(), arguments.end());
    const auto unless_given = [&](const char* option, const char* value) {
        if (std::find(arguments.begin(), arguments.end(), option) == arguments.end())
            command.insert(command.end(), {option, value});
    };
    unless_given("--admin", "127.0.0.1:0");
    unless_given("--loops", "2");
    process_.emplace(command, folder_ / "stdout", environment);
    for (std::size_t i = listens; i > 0; --i)
        addresses_.push_back(after(process_->wait_for_line("gateway: listening on "), "listening on "));
    admin_ = after(process_->wait_for_line("admin: listening on "), "listening on ");
}

// What the gateway said of its own accord (a sanitizer's report, above all) must not be lost with the process.
GatewayProcess::~GatewayProcess() {
    if (!process_) return;
    try {
        if (process_->running()) stop();
        process_->wait();  // for the end of what it says, too
    } catch (const std::exception&) {
        std::fputs("the gateway did not stop in time; it is killed\n", stderr);
    }
    const std::string text = process_->stderr_text();
    if (text.find("Sanitizer") != std::string::npos || text.find("runtime error:") != std::string::npos) {
        std::fputs(text.c_str(), stderr);
        std::abort();
    }
}

void GatewayProcess::write_routes(std::string_view routes) const { write_file("routes.lua", completed(routes)); }

// By renaming, as editors do: a reader sees the old text or the new one.
void GatewayProcess::write_file(const std::string& name, std::string_view text) const {
    const auto path = folder_ / name, fresh = folder_ / (name + ".new");
    {
        std::ofstream out{fresh, std::ios::binary};
        out << text;
        if (!out.flush()) throw std::runtime_error{"cannot write " + fresh.string()};
    }
    std::filesystem::rename(fresh, path);
}

std::string GatewayProcess::read_file(const std::string& name) const {
    std::ifstream in{folder_ / name, std::ios::binary};
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

std::string GatewayProcess::reload() {
    process_->signal(SIGHUP);
    std::string line = process_->wait_for_line("config: reload");
    return after(line, "config: ");
}

Finished GatewayProcess::reload_by_command() {
    Finished finished = run({tollgate_program(), "reload", "--admin", admin_});
    process_->wait_for_line("config: reload");  // so that the next reload() does not find it
    return finished;
}

ExitCode GatewayProcess::stop() {
    process_->signal(SIGTERM);
    return process_->wait();
}

std::vector<std::string> GatewayProcess::log_lines(std::size_t wanted, const std::string& file) const {
    std::string text;
    wait_until(file + " has " + std::to_string(wanted) + " lines", [&] {
        text = read_file(file);
        return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) >= wanted;
    });
    std::vector<std::string> lines;
    std::istringstream in{text};
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

std::string routes_to(std::string_view target, std::string_view of_upstream, std::string_view of_route,
                      std::string_view words) {
    std::string text{words};
    text.append("\nlocal u = upstream \"u\" { targets = { \"").append(target).append("\" }, ").append(of_upstream);
    text.append(" }\nroute \"* /**\" { upstream = u, ").append(of_route).append(" }\n");
    return text;
}

}  // namespace tollgate::test
