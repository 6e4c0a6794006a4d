// core/admin/upgrade.cpp - POST /upgrade: another process takes this one's place; 409, with its words, if not.
#include "admin/bodies.h"
#include "admin/upgrade_wait.h"
#include "support/text.h"

#include <Poco/JSON/Array.h>

namespace tollgate::admin {

Answer upgrade(const Call& call, const Controls& controls) {
    std::chrono::seconds longest = usual_upgrade_wait;
    constexpr std::size_t most = longest_upgrade_wait.count();
    for (const auto& [name, value] : parameters_of(call.query)) {
        const auto wait = number_of(value, 1, most);
        if (name != "wait") return wrong_fields({{name, "expected wait"}});
        if (!wait)
            return wrong_fields({{"wait", "expected a number from 1 to " + std::to_string(most) + ", got " +
                                              text::quote(value)}});
        longest = std::chrono::seconds{*wait};
    }
    const UpgradeResult result = controls.upgrade(longest);
    auto json = new_object();
    json->set("ok", result.ok);
    json->set("summary", result.summary);
    if (result.ok) {
        json->set("process", result.process);
        json->set("version", result.version);
    }
    Poco::JSON::Array words;
    for (const std::string& line : result.words) words.add(line);
    if (!result.ok) json->set("words", words);
    Answer answer = as_answer(result.ok ? 200 : 409, *json);
    answer.what = result.summary;
    return answer;
}

}  // namespace tollgate::admin
