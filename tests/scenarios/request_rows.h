// tests/scenarios/request_rows.h - asking a gateway for what it writes down in a database, and counting what came of
// it.
#pragma once

#include "scenarios/key_requests.h"

#include "store/database.h"

#include "support/deadline.h"

#include <atomic>
#include <ostream>
#include <string>
#include <thread>
#include <vector>

namespace tollgate::test {

using namespace Poco::Data::Keywords;

// The spool is where the next gateway finds it.
inline std::string routes(const std::string& url, const TemporaryFolder& folder, const std::string& more = {}) {
    return "database \"" + url + "\"\nalways { logging { database = true, spool = \"" + (folder / "spool").string() +
           "\"" + more + " } }\nroute \"GET /**\" { answer = \"ok\\n\" }\n";
}

struct Counted {
    int rows = -1, paths = -1;  // -1: nothing can be read
    bool operator==(const Counted&) const = default;
    friend std::ostream& operator<<(std::ostream& out, const Counted& counted) {
        return out << counted.rows << " rows of " << counted.paths << " paths";
    }
};

inline Counted counted(const std::string& url) {
    std::string problem;
    store::Database database{*store::DatabaseUrl::parse(url, "/", problem)};
    Counted counted;
    try {
        database.with([&](Poco::Data::Session& session) {
            session << "SELECT COUNT(*), COUNT(DISTINCT request_path) FROM request_log", into(counted.rows),
                into(counted.paths), now;
        });
    } catch (const store::StoreError&) {
        return {};
    }
    return counted;
}

inline void wait_for_rows(const std::string& url, int rows) {
    wait_until("all requests are in the table, of which there are " + std::to_string(rows),
               [&] { return counted(url).rows >= rows; });
    BOOST_TEST(counted(url) == (Counted{rows, rows}));
}

// Requests for paths that nobody asks for twice, from several connections at once.
class Askers {
public:
    void ask(const GatewayProcess& gateway, int times) {
        std::vector<std::jthread> threads;
        for (int thread = 0; thread < 4; ++thread)
            threads.emplace_back([&] {
                auto client = gateway.client();
                for (int i = 0; i < times / 4; ++i)
                    answered += client.get("/" + std::to_string(++asked)).status() == 200;
            });
    }
    std::atomic<int> asked{0}, answered{0};
};

inline double figure(const GatewayProcess& gateway, const std::string& name) {
    const std::string text = ask_admin(gateway, "GET", "/metrics").body;
    const auto at = text.find('\n' + name + ' ');
    return at == text.npos ? 0 : std::stod(text.substr(at + name.size() + 2));
}

inline const std::string written_down = "tollgate_logging_lines_total{to=\"database\"}";

}  // namespace tollgate::test
