// plugins/redis/attendance.h - Attendance: one use of a plugin among those that keep a Redis's connections going.
#pragma once

#include "redis/server.h"

#include <tollgate/host.h>

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace tollgate::redis {

// Each loop takes its place as it asks for its connection first, and leaves it when the use ends.
class Attendance {
public:
    // `host` outlives it.
    Attendance(Host& host, std::shared_ptr<Server> server)
        : host_{host}, server_{std::move(server)}, attends_(server_->loops()) {}

    // Of this loop; null on any other thread.
    Connection* here() {
        const std::size_t loop = host_.this_loop();
        if (loop >= attends_.size()) return nullptr;
        Connection& connection = server_->connection(loop);
        if (!std::exchange(attends_[loop].yes, true)) host_.spawn(connection.drive(host_, server_));
        return &connection;
    }
    Server& server() const noexcept { return *server_; }

private:
    // Of a loop, which alone touches it.
    struct alignas(64) Attends {
        bool yes = false;
    };
    Host& host_;
    const std::shared_ptr<Server> server_;
    std::vector<Attends> attends_;
};

}  // namespace tollgate::redis
