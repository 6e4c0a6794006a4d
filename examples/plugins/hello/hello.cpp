// examples/plugins/hello/hello.cpp - the smallest plugin that does something: a line of its own on every answer.
#include <tollgate/plugin.h>

#include <string>

using namespace tollgate;

namespace {

class Hello final : public Plugin {
public:
    Hello(const Settings& settings, Host&) : greeting_{settings.text("greeting")} {}

    Verdict on_response(ResponseContext& ctx) const override {
        ctx.response().headers().set("X-Greeting", greeting_);
        return {};
    }

private:
    const std::string greeting_;
};

constexpr Field fields[] = {
    {.name = "greeting", .doc = "what the X-Greeting line says", .fallback = "\"hello\""},
};

}  // namespace

TOLLGATE_PLUGIN(.name = "hello", .summary = "greets in a line of every answer", .fields = fields, .create = make<Hello>)
