// core/store/key_hashes.h - reading the hashes of all keys, as a gateway does when it starts.
#pragma once

#include <Poco/Data/Session.h>

#include <cstddef>
#include <functional>
#include <string_view>

namespace tollgate::store {

// Both tell `take` every hash in hex and return how many keys there are. Keys that are made meanwhile may be among them.
std::size_t each_hash_by_pages(Poco::Data::Session& session, const std::function<void(std::string_view)>& take);
// Of PostgreSQL only.
std::size_t each_hash_as_it_comes(Poco::Data::Session& session, const std::function<void(std::string_view)>& take);

}  // namespace tollgate::store
