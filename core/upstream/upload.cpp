// core/upstream/upload.cpp - writing a body piece by piece, as fast as the target takes it.
#include "upstream/upload.h"

#include "http/writer.h"

#include <array>
#include <string_view>

namespace tollgate::upstream {

Task<void> Upload::run() {
    try {
        for (;;) {
            std::string_view piece;
            if (!body_.try_read(piece)) {
                if (begun_ && !out_.empty()) {
                    if (!co_await wire_.stream->write(out_, timeout_)) break;
                    out_.clear();
                }
                piece = co_await body_.read();
            }
            const bool last = piece.empty();
            if (chunked_ && !last) http::write_chunk_start(out_, piece.size());
            if (chunked_ && last) http::write_last_chunk(out_, body_.trailers());
            const std::array<std::string_view, 3> pieces{out_, piece, chunked_ && !last ? "\r\n" : ""};
            const net::IoResult sent = co_await wire_.stream->write(pieces, timeout_);
            out_.clear();
            done_ = sent && last;
            if (!sent || last) break;  // not sent: who reads the answer will see why, or finds an early one
        }
    } catch (...) {
        failure_ = std::current_exception();
    }
    ended_ = wire_.stream->loop().now();
    // Whoever reads the answer must hear of it. Not from in here: who is woken may destroy this coroutine.
    wire_.stream->loop().arm(*this, net::Duration::zero());
}

}  // namespace tollgate::upstream
