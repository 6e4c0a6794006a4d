// tests/plugins/logging/logging_test.cpp - what a use of the plugin leaves behind that could not be made.
#include "logging.cpp"  // the plugin's own class, which no header shows

#include "support/deadline.h"
#include "support/temporary_folder.h"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <map>

namespace {

class Told final : public Settings {
public:
    explicit Told(std::string to) : to_{std::move(to)} {}
    bool has(std::string_view name) const override { return name == "to"; }
    bool boolean(std::string_view) const override { return false; }
    std::int64_t integer(std::string_view) const override { return 0; }
    double number(std::string_view) const override { return 0; }
    std::string text(std::string_view name) const override { return name == "to" ? to_ : "json"; }
    std::chrono::nanoseconds duration(std::string_view) const override { return {}; }
    std::uint64_t size(std::string_view) const override { return 1 << 20; }
    Rate rate(std::string_view) const override { return {}; }
    Value value(std::string_view) const override { return {}; }
    std::vector<std::string> texts(std::string_view) const override { return {}; }
    std::string where() const override { return "routes.lua:1"; }
    int ordinal(std::string_view) const override { return 1; }
    bool has_tier(std::string_view) const override { return false; }

private:
    std::string to_;
};

struct Figure final : Counter {
    std::atomic<std::uint64_t> sum{0};
    void add(std::uint64_t n) noexcept override { sum += n; }
    std::uint64_t value() const noexcept override { return sum; }
};

struct Height final : Gauge {
    std::atomic<double> now{0};
    void set(double value) noexcept override { now = value; }
    void add(double change) noexcept override { now = now + change; }
    double value() const noexcept override { return now; }
};

// Has no room for another command, which is the last thing a use asks for.
class FullHost final : public Host {
public:
    std::atomic<int> logged{0};
    std::map<std::string, Figure, std::less<>> figures;
    std::map<std::string, Height, std::less<>> heights;
    std::map<std::string, std::shared_ptr<void>, std::less<>> states;

    void log(Level, std::string_view) override { ++logged; }
    std::chrono::steady_clock::time_point now() const override { return {}; }
    std::chrono::system_clock::time_point wall_clock() const override { return {}; }
    Counter& counter(std::string_view name, std::string_view, std::initializer_list<Label>) override {
        return figures[std::string{name}];
    }
    Gauge& gauge(std::string_view name, std::string_view, std::initializer_list<Label>) override {
        return heights[std::string{name}];
    }
    std::size_t loop_count() const override { return 1; }
    std::size_t this_loop() const override { return 1; }
    Task<void> sleep(std::chrono::nanoseconds) override { throw unused(); }
    void spawn(Task<void>) override { throw unused(); }
    Task<bool> ready(int, Interest, std::chrono::nanoseconds) override { throw unused(); }
    Task<Response> fetch(std::string, Request, FetchOptions) override { throw unused(); }
    void add_page(std::string_view, std::function<AdminAnswer(const AdminRequest&)>) override { throw unused(); }
    void add_command(std::string_view, std::string_view, std::function<AdminAnswer(const AdminRequest&)>) override {
        throw std::runtime_error{"no room"};
    }
    std::shared_ptr<KeyStore> keys() override { return nullptr; }
    std::string_view plugin_name() const override { return "logging"; }

protected:
    std::shared_ptr<void> shared_state(std::string_view name, std::string_view,
                                       const std::function<std::shared_ptr<void>()>& make) override {
        auto& state = states[std::string{name}];
        if (!state) state = make();
        return state;
    }
    Task<void> blocking(std::function<void()>) override { throw unused(); }

private:
    static std::logic_error unused() { return std::logic_error{"not lent here"}; }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(logging_logging)

// The writer outlives the use (another one shares it) and must not report to the host of one that never was.
BOOST_AUTO_TEST_CASE(a_writer_reports_nothing_to_a_use_that_could_not_be_made) {
    const test::TemporaryFolder folder;
    const std::filesystem::path inner = folder / "inner";
    std::filesystem::create_directory(inner);
    const std::string to = (inner / "access.log").string();
    FullHost host;
    BOOST_CHECK_THROW(Logging(Told{to}, host), std::runtime_error);
    Writer* const writer = &std::static_pointer_cast<FileLog>(host.states.at("writer " + to))->writer;

    std::filesystem::remove(inner);
    BOOST_REQUIRE(writer->write(1, "a line\n"));
    // The first failure is reported before the second one is counted.
    test::wait_until("two attempts failed", [&] { return host.figures.at("write_errors_total").value() >= 2; });
    BOOST_TEST(host.logged == 0);
    std::filesystem::create_directory(inner);
    test::wait_until("the line is written", [&] { return host.figures.at("lines_total").value() == 1; });
    BOOST_TEST(host.logged == 0);
}

BOOST_AUTO_TEST_SUITE_END()
