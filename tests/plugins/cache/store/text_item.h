// tests/plugins/cache/store/text_item.h - TextItem: an item made of what a test says.
#pragma once

#include "store/item.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tollgate::test {

class TextItem final : public cache::Item {
public:
    TextItem(std::string url, std::vector<std::string> tags, std::size_t bytes, std::uint64_t version)
        : url_{std::move(url)}, tags_{std::move(tags)}, bytes_{bytes}, version_{version} {}

    std::string_view url() const noexcept override { return url_; }
    std::span<const std::string> tags() const noexcept override { return tags_; }
    std::size_t bytes() const noexcept override { return bytes_; }
    std::uint64_t version() const noexcept { return version_; }

    static std::shared_ptr<const TextItem> make(std::string url, std::vector<std::string> tags = {},
                                                std::size_t bytes = 1000, std::uint64_t version = 0) {
        return std::make_shared<TextItem>(std::move(url), std::move(tags), bytes, version);
    }
    static std::uint64_t version_of(const std::shared_ptr<const cache::Item>& item) {
        return static_cast<const TextItem&>(*item).version();
    }

private:
    const std::string url_;
    const std::vector<std::string> tags_;
    const std::size_t bytes_;
    const std::uint64_t version_;
};

}  // namespace tollgate::test
