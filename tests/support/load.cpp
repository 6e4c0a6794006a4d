// tests/support/load.cpp - starting the loadtester, and reading its report.
#include "support/load.h"

#include "support/upstream_process.h"

#include <Poco/JSON/Parser.h>

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <fstream>
#include <iterator>

namespace tollgate::test {

namespace {

std::vector<std::string> command(const GatewayProcess& gateway, const std::vector<std::string>& words,
                                 const std::string& path, const std::filesystem::path& report) {
    std::vector<std::string> all{loadtester_program(), "-d", "600s", "-t", "1", "--expect", "200", "--live", "off", "-o",
                                 report.string()};
    all.insert(all.end(), words.begin(), words.end());
    all.push_back("http://" + gateway.address() + path);
    return all;
}

}  // namespace

Load::Load(const GatewayProcess& gateway, const std::vector<std::string>& words, const std::string& path)
    : report_{gateway.folder() / "report.json"}, process_{command(gateway, words, path, report_)} {}

Poco::JSON::Object::Ptr Load::end() {
    process_.signal(SIGINT);
    // Of several exit codes the least good: interrupted, and nothing else wrong; or the machine too busy for its
    // schedule, of which the ledger knows nothing.
    const auto code = process_.wait();
    BOOST_TEST((code == 130 || code == 4), process_.stderr_text());
    std::ifstream in{report_};
    const std::string text{std::istreambuf_iterator<char>{in}, {}};
    const auto report = Poco::JSON::Parser{}.parse(text).extract<Poco::JSON::Object::Ptr>();
    BOOST_TEST(report->getObject("ledger")->getValue<bool>("balanced"));
    return report;
}

}  // namespace tollgate::test
