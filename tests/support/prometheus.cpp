// tests/support/prometheus.cpp - a copy of deploy/prometheus with another target, one process, and its HTTP API.
#include "support/places.h"
#include "support/prometheus.h"

#include "support/raw_client.h"

#include <Poco/JSON/Parser.h>
#include <Poco/URI.h>

#include <csignal>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace tollgate::test {

namespace {

const std::filesystem::path deployed{source_folder() + "/deploy/prometheus"};

void replace_all(std::string& text, const std::string& what, const std::string& by) {
    if (text.find(what) == text.npos) throw std::runtime_error{"deploy/prometheus/prometheus.yml lacks " + what};
    for (auto at = text.find(what); at != text.npos; at = text.find(what, at + by.size())) text.replace(at, what.size(), by);
}

}  // namespace

std::string prometheus_program(const std::string& name) {
    const std::filesystem::path unpacked = std::filesystem::path{source_folder() + "/build/tools"} / name;
    return std::filesystem::exists(unpacked) ? unpacked.string() : name;
}

Prometheus::Prometheus(const std::string& target) {
    for (const auto& file : std::filesystem::directory_iterator{deployed})
        std::filesystem::copy_file(file, folder_ / file.path().filename());
    std::stringstream text;
    text << std::ifstream{deployed / "prometheus.yml"}.rdbuf();
    std::string yaml = text.str();
    replace_all(yaml, "127.0.0.1:9180", target);
    replace_all(yaml, "interval: 5s", "interval: 1s");
    std::ofstream{folder_ / "prometheus.yml"} << yaml;
    process_.emplace(std::vector<std::string>{prometheus_program("prometheus"),
                                              "--config.file=" + (folder_ / "prometheus.yml").string(),
                                              "--storage.tsdb.path=" + (folder_ / "data").string(),
                                              "--web.listen-address=127.0.0.1:0", "--enable-feature=exemplar-storage"});
    const std::string line = process_->wait_for_line("msg=\"Listening on\"");
    address_ = line.substr(line.rfind("address=") + 8);
    wait_until("Prometheus is ready", [&] { return RawClient{address_}.get("/-/ready").status() == 200; });
}

Prometheus::~Prometheus() {
    if (process_ && process_->running()) {
        process_->signal(SIGTERM);
        process_->wait();
    }
}

Poco::Dynamic::Var Prometheus::ask(const std::string& path) const {
    RawClient client{address_};
    const Message answer = client.get(path);
    const auto json = Poco::JSON::Parser{}.parse(answer.body).extract<Poco::JSON::Object::Ptr>();
    if (json->getValue<std::string>("status") != "success")
        throw std::runtime_error{path + ": " + json->optValue<std::string>("error", answer.body)};
    return json->get("data");
}

Poco::JSON::Array::Ptr Prometheus::query(const std::string& expression) const {
    std::string encoded;
    Poco::URI::encode(expression, "+&=#;?%\"{}[]<>|\\^`/:,", encoded);
    const auto data = ask("/api/v1/query?query=" + encoded).extract<Poco::JSON::Object::Ptr>();
    return data->getArray("result");
}

std::string Prometheus::state_of(const std::string& alert) const {
    const auto groups = ask("/api/v1/rules?type=alert").extract<Poco::JSON::Object::Ptr>()->getArray("groups");
    for (std::size_t group = 0; group < groups->size(); ++group) {
        const auto rules = groups->getObject(unsigned(group))->getArray("rules");
        for (std::size_t i = 0; i < rules->size(); ++i)
            if (const auto rule = rules->getObject(unsigned(i)); rule->getValue<std::string>("name") == alert)
                return rule->getValue<std::string>("state");
    }
    throw std::runtime_error{"there is no alert " + alert};
}

std::vector<Prometheus::Rule> Prometheus::rules() const {
    std::vector<Rule> all;
    const auto groups = ask("/api/v1/rules").extract<Poco::JSON::Object::Ptr>()->getArray("groups");
    for (std::size_t group = 0; group < groups->size(); ++group) {
        const auto rules = groups->getObject(unsigned(group))->getArray("rules");
        for (std::size_t i = 0; i < rules->size(); ++i) {
            const auto rule = rules->getObject(unsigned(i));
            all.push_back({rule->getValue<std::string>("name"), rule->getValue<std::string>("query"),
                           rule->getValue<std::string>("type") == "alerting"});
        }
    }
    return all;
}

}  // namespace tollgate::test
