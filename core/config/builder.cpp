// core/config/builder.cpp - load(): runs the file, assembles the snapshot, sorts what is wrong.
#include "config/builder.h"

#include "config/assembly.h"
#include "config/lua_script.h"
#include "config/outline.h"
#include "config/written.h"
#include "net/tls_server_context.h"
#include "support/text.h"

#include <map>

namespace tollgate::config {

namespace {

// By place; problems of one line as they were found.
std::vector<Problem> in_order(const Files& files, const std::vector<ReadingProblem>& problems) {
    std::multimap<Place, std::string> by_place;
    for (const auto& [place, what] : problems) by_place.emplace(place, what);
    std::vector<Problem> sorted;
    for (const auto& [place, what] : by_place) sorted.push_back({files.text(place), text::printable(what)});
    return sorted;
}

void add_scripts(Source& source, const Surroundings& surroundings, const std::vector<Place>& functions,
                 Snapshot& snapshot) {
    if (functions.empty()) return;
    for (std::size_t loop = 0; loop < surroundings.loops; ++loop)
        snapshot.scripts.push_back(std::make_unique<LuaScript>(source, surroundings.catalogue, functions));
}

void run(Source& source, const Surroundings& surroundings, Loaded& loaded) {
    try {
        Reader reader{source, surroundings.catalogue};
        const bool complete = reader.run();
        Assembly assembly{reader, source, surroundings};
        assembly.assemble(complete);
        auto problems = reader.problems();
        problems.insert(problems.end(), assembly.problems().begin(), assembly.problems().end());
        loaded.problems = in_order(*source.files(), problems);
        if (!problems.empty()) return;
        auto snapshot = assembly.snapshot();
        auto outline = std::make_unique<Outline>(outline_of(reader, source));
        for (std::size_t i = 0; i < snapshot->listens.size(); ++i)
            if (const auto& tls = snapshot->listens[i].tls) outline->add_to("listen", i, "certificates", tls->description());
        for (std::size_t i = 0; i < snapshot->upstreams.size(); ++i)
            if (const auto& tls = snapshot->upstreams[i]->tls) outline->add_to("upstream", i, "certificates", tls->description());
        snapshot->outline = std::move(outline);
        add_scripts(source, surroundings, reader.functions(), *snapshot);
        snapshot->written = std::make_unique<const Written>(Written{source.again(), secrets_in(reader)});
        loaded.snapshot = std::move(snapshot);
    } catch (const std::exception& error) {
        loaded.problems.push_back({source.files()->name(0), error.what()});
    }
}

}  // namespace

Loaded load(const std::filesystem::path& file, const Surroundings& surroundings) {
    return load(Source{file, surroundings.env}, surroundings);
}

Loaded load(Source source, const Surroundings& surroundings) {
    Loaded loaded;
    if (source.problem().empty())
        run(source, surroundings, loaded);
    else
        loaded.problems.push_back({source.files()->name(0), source.problem()});
    loaded.files = source.paths();
    if (loaded.snapshot) loaded.snapshot->files = loaded.files;
    return loaded;
}

}  // namespace tollgate::config
