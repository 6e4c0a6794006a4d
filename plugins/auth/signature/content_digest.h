// plugins/auth/signature/content_digest.h - ContentDigest: a body held against its Content-Digest (RFC 9530).
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

typedef struct evp_md_ctx_st EVP_MD_CTX;  // NOLINT(modernize-use-using): as openssl/types.h has it

namespace tollgate::auth::signature {

class ContentDigest {
public:
    // nullopt unless the field is well formed and has a digest by sha-256 or sha-512. Others are not looked at: what is
    // weak may stand beside, but not instead.
    static std::optional<ContentDigest> read(std::string_view field);

    void add(std::string_view piece);
    // Whether the pieces make up the body: by each digest that is known here.
    bool matches();

private:
    struct Freed {
        void operator()(EVP_MD_CTX* context) const noexcept;
    };
    struct Sum {
        std::unique_ptr<EVP_MD_CTX, Freed> context;
        std::string wanted;
    };
    std::vector<Sum> sums_;
};

}  // namespace tollgate::auth::signature
