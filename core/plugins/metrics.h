// core/plugins/metrics.h - Metrics: every figure of the gateway and its plugins, and their text.
//
// A figure has one cell per event loop, which only that loop writes, so counting is a load and a store without a lock;
// threads that are no loop share one more cell. Reading adds the cells up. The cells of eight figures on one loop share
// a cache line, and no cache line is written by two loops.
#pragma once

#include <tollgate/host.h>

#include "plugins/exposition.h"
#include "plugins/histogram.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::plugins {

class Metrics {
public:
    explicit Metrics(std::size_t loops);
    ~Metrics();

    // Finds or makes a figure, which lives as long as the Metrics. The order of labels does not matter; the first help
    // given stays. Takes a lock: ask once and keep the reference. Every combination of labels stays for good, so label
    // by what the operator writes, never by what a client may choose. Throws std::invalid_argument for a name that
    // Prometheus refuses, or one that is already a figure of the other kind.
    Counter& counter(std::string_view name, std::string_view help, std::span<const Label> labels = {});
    Counter& counter(std::string_view name, std::string_view help, std::initializer_list<Label> labels) {
        return counter(name, help, std::span<const Label>{labels.begin(), labels.size()});
    }
    Gauge& gauge(std::string_view name, std::string_view help, std::span<const Label> labels = {});
    Gauge& gauge(std::string_view name, std::string_view help, std::initializer_list<Label> labels) {
        return gauge(name, help, std::span<const Label>{labels.begin(), labels.size()});
    }

    Histogram& histogram(std::string_view name, std::string_view help, Histogram::Bounds bounds,
                         std::initializer_list<Label> labels);

    // A figure that is looked up when somebody asks: `read` is called by whoever scrapes, from any thread, and may not
    // ask these Metrics for anything. It is there for as long as what is returned, whose end waits for a page that is
    // being written: not on a loop. A name and labels are watched once.
    using Kind = FigureKind;
    class Watch {
    public:
        Watch() noexcept = default;
        Watch(Metrics& metrics, std::string family, std::string labels) noexcept
            : metrics_{&metrics}, family_{std::move(family)}, labels_{std::move(labels)} {}
        Watch(Watch&& other) noexcept { *this = std::move(other); }
        Watch& operator=(Watch&& other) noexcept {
            std::swap(metrics_, other.metrics_);
            family_.swap(other.family_);
            labels_.swap(other.labels_);
            return *this;
        }
        ~Watch() {
            if (metrics_) metrics_->forget(family_, labels_);
        }

    private:
        Metrics* metrics_ = nullptr;
        std::string family_, labels_;
    };
    [[nodiscard]] Watch watch(Kind kind, std::string_view name, std::string_view help,
                              std::initializer_list<Label> labels, std::function<double()> read);

    // `value` as the value of a label, or "(other)" where `set` has seen as many others as it may hold. What made
    // series without end slowed other gateways down, and their Prometheus.
    std::string bounded(std::string_view set, std::size_t most, std::string_view value);

    // All figures, by name: in Prometheus' text format 0.0.4, or another. Figures of one page are of nearly one moment.
    // One page is written at a time; who counts meanwhile, or asks for a figure, does not wait for it.
    std::string prometheus() const { return write(Exposition{Exposition::Format::prometheus}); }
    std::string write(Exposition page) const;

    // Says that the calling thread is loop `number` from here on, of whatever Metrics it counts in. An event loop's
    // thread calls it first thing; other threads never.
    static void this_thread_is_loop(std::size_t number) noexcept;
    static std::size_t this_loop() noexcept;  // that number; the largest there is on any other thread

private:
    struct Slab;
    struct Cell;
    class CountingCell;
    class GaugeCell;
    struct Figure;
    struct Family;
    struct Line;
    struct Reading;

    bool next_lines(Reading& reading, std::vector<Line>& lines) const;
    // `mutex_` is held.
    Figure& figure(Kind kind, std::string_view name, std::string_view help, std::string labels);
    Cell next_cell();
    void forget(const std::string& family, const std::string& labels) noexcept;

    const std::size_t loops_;
    mutable std::mutex writing_;  // a page; nothing is forgotten meanwhile. Before mutex_
    mutable std::mutex mutex_;    // what follows; loops may wait for it, so it is held for microseconds
    std::map<std::string, Family, std::less<>> families_;
    std::map<std::string, std::set<std::string, std::less<>>, std::less<>> label_sets_;
    std::unique_ptr<Slab> slabs_;  // the newest first
    std::size_t cells_used_ = 0;   // of the newest slab
};

}  // namespace tollgate::plugins
