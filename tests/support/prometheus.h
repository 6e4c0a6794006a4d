// tests/support/prometheus.h - Prometheus: Debian's, with the configuration of deploy/, as a child of the test.
#pragma once

#include "support/child_process.h"
#include "support/temporary_folder.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <optional>
#include <string>
#include <vector>

namespace tollgate::test {

// prometheus or promtool: of the package that scripts/check unpacks, or wherever this machine has it.
std::string prometheus_program(const std::string& name);

class Prometheus {
public:
    // Scrapes that address instead of the one of deploy/prometheus/prometheus.yml, and every second; else the same.
    explicit Prometheus(const std::string& target);
    ~Prometheus();

    // `data` of what its API says to a path like "/api/v1/rules". Throws with its words where it refuses.
    Poco::Dynamic::Var ask(const std::string& path) const;
    // What a query gives now: one object per series.
    Poco::JSON::Array::Ptr query(const std::string& expression) const;
    // Of a rule that alerts: "inactive", "pending" (its expression holds, and has not for long enough yet) or "firing".
    std::string state_of(const std::string& alert) const;

    struct Rule {
        std::string name, expression;
        bool alerts;
    };
    std::vector<Rule> rules() const;

private:
    TemporaryFolder folder_;
    std::optional<ChildProcess> process_;
    std::string address_;
};

}  // namespace tollgate::test
