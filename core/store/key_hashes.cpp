// core/store/key_hashes.cpp - all hashes: in pages by POCO, or row by row by libpq.
#include "store/key_hashes.h"

#include <Poco/Data/DataException.h>
#include <Poco/Data/PostgreSQL/SessionHandle.h>
#include <Poco/Data/PostgreSQL/Utility.h>

#include <libpq-fe.h>

#include <memory>
#include <string>
#include <vector>

namespace tollgate::store {

using Poco::Data::Session;
using namespace Poco::Data::Keywords;

namespace {

constexpr std::size_t page = 10'000;

}  // namespace

std::size_t each_hash_by_pages(Session& session, const std::function<void(std::string_view)>& take) {
    std::size_t count = 0;
    for (std::string after;;) {
        std::vector<std::string> ids, secrets, previous;
        session << "SELECT id, secret_sha256, COALESCE(previous_sha256, '') FROM api_keys WHERE id > $1 ORDER BY id LIMIT " +
                       std::to_string(page),
            use(after), into(ids), into(secrets), into(previous), now;
        for (const auto& hash : secrets) take(hash);
        for (const auto& hash : previous)
            if (!hash.empty()) take(hash);
        count += ids.size();
        if (ids.size() < page) return count;
        after = ids.back();
    }
}

// Nothing is read ahead: a million rows never stand in memory.
std::size_t each_hash_as_it_comes(Session& session, const std::function<void(std::string_view)>& take) {
    PGconn* const connection = *Poco::Data::PostgreSQL::Utility::handle(session);
    using Result = std::unique_ptr<PGresult, decltype([](PGresult* result) { PQclear(result); })>;
    std::size_t count = 0;
    std::string problem;
    if (PQsendQuery(connection, "SELECT secret_sha256, previous_sha256 FROM api_keys") != 1) problem = PQerrorMessage(connection);
    else PQsetSingleRowMode(connection);
    // To the end also where something is wrong: then the connection can be used again.
    while (const Result result{PQgetResult(connection)}) {
        const auto status = PQresultStatus(result.get());
        if (status == PGRES_SINGLE_TUPLE) {
            ++count;
            for (const int column : {0, 1})
                if (!PQgetisnull(result.get(), 0, column))
                    take({PQgetvalue(result.get(), 0, column), std::size_t(PQgetlength(result.get(), 0, column))});
        } else if (status != PGRES_TUPLES_OK) {
            problem = PQresultErrorMessage(result.get());
        }
    }
    if (!problem.empty()) throw Poco::Data::DataException{problem};
    return count;
}

}  // namespace tollgate::store
