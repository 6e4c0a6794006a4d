// core/store/database_url.h - DatabaseUrl: which database, as operators write it, and as POCO wants to hear it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tollgate::store {

// "sqlite:/var/lib/tollgate/tollgate.db", "sqlite:tollgate.db" (from the folder of routes.lua), or
// "postgresql://user:password@host:5432/name?sslmode=verify-full" ("postgres://" too), percent-encoded as RFC 3986 has
// it. What follows the "?" goes to libpq as it is.
class DatabaseUrl {
public:
    enum class Kind { sqlite, postgresql };

    // nullopt, with `problem` saying what was wanted, where it is neither. `folder`: where relative paths begin.
    static std::optional<DatabaseUrl> parse(std::string_view text, const std::string& folder, std::string& problem);

    Kind kind() const noexcept { return kind_; }
    // The name of POCO's connector, and what it connects to. Holds the password.
    const char* connector() const noexcept { return kind_ == Kind::sqlite ? "SQLite" : "PostgreSQL"; }
    const std::string& connection() const noexcept { return connection_; }
    // For people and logs: no password in it.
    const std::string& shown() const noexcept { return shown_; }

private:
    static std::optional<DatabaseUrl> parse_sqlite(std::string_view path, const std::string& folder, std::string& problem);
    static std::optional<DatabaseUrl> parse_postgresql(std::string_view rest, std::string& problem);

    Kind kind_ = Kind::sqlite;
    std::string connection_, shown_;
};

}  // namespace tollgate::store
