// core/history/recent.cpp - remembering, forgetting and finding.
#include "history/recent.h"

namespace tollgate::history {

const Remembered& Recent::remember(std::shared_ptr<const Record> record) {
    all_.push_back({++last_, std::move(record)});
    if (all_.size() > most) {
        if (all_.front().record->status >= 400) troubled_.push_back(std::move(all_.front()));
        all_.pop_front();
    }
    if (troubled_.size() > most_troubled) troubled_.pop_front();
    return all_.back();
}

std::vector<Remembered> Recent::find(const Filter& filter, std::size_t limit, std::uint64_t before) const {
    std::vector<Remembered> found;
    for (const auto* kept : {&all_, &troubled_})
        for (auto one = kept->rbegin(); one != kept->rend() && found.size() < limit; ++one)
            if ((before == 0 || one->number < before) && filter.takes(*one->record)) found.push_back(*one);
    return found;
}

}  // namespace tollgate::history
