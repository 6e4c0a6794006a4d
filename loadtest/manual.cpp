// loadtest/manual.cpp - the words of loadtester(1).
#include "loadtest/manual.h"

namespace tollgate::loadtest {

command_line::Manual manual() {
    return {R"(
`loadtester` asks a gateway, or any HTTP server, as often as it is told, and accounts for every request: each is
answered, refused, failed or given up, and the counts add up to what was sent. With `--rate` it asks come what may
(open loop), and times an answer from when its request was due: a server that stalls cannot hide it. `loadtester
verify` drives the limits that a routes.lua declares and tells, with statistics, whether each holds. `loadtester
upstream` is something to put behind a gateway, that answers as well or as badly as it is told.

Results go to stdout, everything else to stderr.
)",
            {},
            {{"NO_COLOR", "no colours on terminals"}},
            {"tollgate(1)", "tollgate-routes.lua(5)", "wrk(1)"}};
}

}  // namespace tollgate::loadtest
