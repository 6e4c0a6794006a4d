// tests/support/temporary_folder.h - TemporaryFolder: a folder of a test's own, gone with the test.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace tollgate::test {

class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "tollgate-test-XXXXXX").string();
        if (!::mkdtemp(pattern.data())) throw std::runtime_error{"cannot make a folder like " + pattern};
        path_ = pattern;
    }
    ~TemporaryFolder() {
        std::error_code ignored;  // what cannot be removed is the operating system's to clean
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    const std::filesystem::path& path() const noexcept { return path_; }
    std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

private:
    std::filesystem::path path_;
};

}  // namespace tollgate::test
