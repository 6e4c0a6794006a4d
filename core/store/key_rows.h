// core/store/key_rows.h - keys as rows of the table api_keys.
#pragma once

#include "store/key_table.h"

#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>

#include <vector>

namespace tollgate::store {

// What keys_of() reads, in its order.
extern const char* const key_columns;

// Runs a statement that selects them.
std::vector<Key> keys_of(Poco::Data::Statement& select);

void insert_key(Poco::Data::Session& session, const Key& key);
// Everything but when it was made and used last.
void replace_key(Poco::Data::Session& session, const Key& key);

}  // namespace tollgate::store
