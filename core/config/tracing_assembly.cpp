// core/config/tracing_assembly.cpp - `tracing { ... }`: which requests are traced.
#include "config/assembly.h"

namespace tollgate::config {

namespace {

using tracing::Believed;

// nullopt, and a problem, where it is none of them.
std::optional<Believed> believed(const Item& item, const Report& report) {
    if (item.is(Item::Kind::boolean)) return item.truth ? Believed::everybody : Believed::nobody;
    if (item.is(Item::Kind::text) && item.text == "trusted") return Believed::trusted;
    if (!item.is(Item::Kind::mistake))
        report("tracing: parent: expected true, false or \"trusted\", got " + item.describe());
    return std::nullopt;
}

}  // namespace

void Assembly::add_tracing(const Declaration& declaration) {
    if (!once(declaration, "tracing", tracing_) || !expect_table(declaration)) return;
    const auto settings = check(declaration.place, "tracing", declaration.item, tracing_shape);
    auto parent = std::optional{Believed::trusted};
    if (const Item* said = declaration.item.find("parent")) parent = believed(*said, report_at(declaration.place));
    if (settings && parent) snapshot_->tracing.emplace(settings->number("sample"), *parent);
}

}  // namespace tollgate::config
