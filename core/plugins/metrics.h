// core/plugins/metrics.h - Metrics: every counter and gauge of the gateway and its plugins, and their text.
//
// A figure has one cell per event loop, which only that loop writes, so counting is a load and a store without a lock;
// threads that are no loop share one more cell. Reading adds the cells up. The cells of eight figures on one loop share
// a cache line, and no cache line is written by two loops.
#pragma once

#include <tollgate/host.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

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

    // All figures in Prometheus' text format 0.0.4, by name. Figures of one scrape are of nearly one moment.
    std::string prometheus() const;

    // Says that the calling thread is loop `number` from here on, of whatever Metrics it counts in. An event loop's
    // thread calls it first thing; other threads never.
    static void this_thread_is_loop(std::size_t number) noexcept;

private:
    struct Slab;
    struct Cell;
    class CountingCell;
    class GaugeCell;
    struct Figure;
    struct Family;

    Figure& figure(bool counting, std::string_view name, std::string_view help, std::span<const Label> labels);
    Cell next_cell();

    const std::size_t loops_;
    mutable std::mutex mutex_;
    std::map<std::string, Family, std::less<>> families_;
    std::unique_ptr<Slab> slabs_;  // the newest first
    std::size_t cells_used_ = 0;   // of the newest slab
};

}  // namespace tollgate::plugins
