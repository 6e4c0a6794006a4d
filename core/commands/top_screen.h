// core/commands/top_screen.h - TopScreen: what `tollgate top` shows, as text: it knows neither a gateway nor a terminal.
#pragma once

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <vector>

namespace tollgate::commands {

class TopScreen {
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    // What the gateway says: messages of /ws/live, and the answer of GET /upstreams.
    void hello(const Poco::JSON::Object& message, const std::string& address);
    void second(Poco::JSON::Object::Ptr message);
    void request(const Poco::JSON::Object& message, TimePoint now);
    void upstreams(Poco::JSON::Array::Ptr all) { upstreams_ = std::move(all); }
    void lost(bool lost) noexcept { lost_ = lost; }

    // So many lines at most, none wider than `width` letters, without the ends of lines.
    std::vector<std::string> draw(std::size_t width, std::size_t height, bool colour, TimePoint now);
    // The second that was said last, in one line.
    std::string line() const;

private:
    struct OfRoute {
        std::size_t requests = 0, limited = 0, failed = 0;
        double duration_ms = 0, longest_ms = 0;
    };
    struct Seen {
        TimePoint when;
        std::string route;
        int status;
        double duration_ms;
    };
    class Page;
    void draw_figures(Page& page) const;
    void draw_upstreams(Page& page) const;
    void draw_routes(Page& page, TimePoint now);

    std::string address_, instance_, version_;
    Poco::JSON::Object::Ptr second_;
    Poco::JSON::Array::Ptr upstreams_;
    std::deque<double> rates_;  // of the last seconds, the latest last
    std::deque<Seen> seen_;     // requests of the last seconds, as many of them as the gateway tells of
    bool lost_ = false;
};

// "▁▂▃▅▇█": the last `width` of them, the largest as high as a letter.
std::string sparkline(const std::deque<double>& values, std::size_t width);
// At most so many letters of UTF-8.
std::string cut(const std::string& text, std::size_t letters);

}  // namespace tollgate::commands
