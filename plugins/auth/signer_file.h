// plugins/auth/signer_file.h - SignerFile: whose signatures of requests are taken, and the keys to verify them with.
#pragma once

#include "jwt/key.h"

#include <tollgate/context.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::auth {

// Who signs with one key.
struct Signer {
    std::string algorithm_name;  // as RFC 9421 section 6.2.2 has it: "hmac-sha256"
    jwt::Algorithm algorithm{};
    jwt::Key key;
    std::shared_ptr<const Caller> caller;

    bool signed_this(std::string_view base, std::string_view signature) const {
        return key.verify(algorithm, base, signature);
    }
};

// A line per key: `<id> <algorithm> <key in base64> <owner> <tier> [<scope>,<scope>...] [# comment]`, "-" for no owner
// or no tier. The key is a shared secret of hmac-sha256, else a public key in DER. No problem text ever quotes it.
class SignerFile {
public:
    // `id_of` makes the caller's id of the key's.
    static SignerFile parse(std::string_view text, const std::string& name,
                            const std::function<bool(std::string_view)>& declared,
                            const std::function<std::string(std::string_view)>& id_of);
    const std::vector<std::string>& problems() const noexcept { return problems_; }  // one line each

    const Signer* find(std::string_view id) const;  // null where there is none
    // One that takes as long to ask as those of the file, for ids that are not in it.
    const Signer& decoy() const noexcept { return signers_.begin()->second; }

private:
    struct Outside {
        const std::function<bool(std::string_view)>& declared;
        const std::function<std::string(std::string_view)>& id_of;
    };
    void read_line(const std::string& line, const std::string& place, const Outside& outside);
    void read_words(const std::vector<std::string>& words, const std::string& place, const Outside& outside);

    std::map<std::string, Signer, std::less<>> signers_;
    std::vector<std::string> problems_;
};

}  // namespace tollgate::auth
