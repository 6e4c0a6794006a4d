// core/gateway/errand.h - a plugin's errand: the rest of a request's way, with nobody at its end but the plugin.
#pragma once

#include <tollgate/context.h>

#include "http/bytes_source.h"
#include "http/exchange.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace tollgate {

struct ErrandNews;

// Stands in the client's place: a request, and nobody who is answered. Whoever asked may be gone before it is over.
class ErrandExchange final : public http::Exchange {
public:
    explicit ErrandExchange(const http::Exchange& asked);

    const http::Client& client() const noexcept override { return client_; }
    bool has_body() const noexcept override { return false; }
    BodySource& body() noexcept override { return no_body_; }
    void limit_body(std::uint64_t) override {}
    std::uint64_t body_received() const noexcept override { return 0; }
    Task<void> send_interim(int, const Headers&) override { co_return; }
    void begin(const Response&, std::optional<std::uint64_t>, bool) override;
    Task<void> send(std::string_view, bool, const Headers*) override;
    void begin_upgraded(const Response&, std::string_view) override;
    void cut() noexcept override {}
    void close_after() noexcept override {}
    bool begun() const noexcept override { return false; }
    bool sent_whole() const noexcept override { return false; }
    std::uint64_t body_sent() const noexcept override { return 0; }

private:
    const http::Client client_;
    http::BytesSource no_body_{{}};
};

// The errand of a request whose plugins before `first` have let it pass. `traced`: somebody listens; `rehearsed`: and
// time stands still.
std::unique_ptr<Errand> make_errand(const Passage& asker, std::uint32_t first, const http::Exchange& asked,
                                    std::shared_ptr<ErrandNews> news, bool traced, bool rehearsed);

}  // namespace tollgate
