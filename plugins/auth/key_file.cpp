// plugins/auth/key_file.cpp - the key file's format, and the words for every way to get it wrong.
#include "key_file.h"

#include "words.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <numeric>
#include <optional>
#include <system_error>
#include <utility>

namespace tollgate::auth {

namespace {

// SHA-256 of no bytes: what `printf %s "$key" | sha256sum` prints when $key is not set.
constexpr std::string_view hash_of_nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

std::string failure_text(int error) {
    std::string text = std::generic_category().message(error);
    if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z') text[0] = static_cast<char>(text[0] + ('a' - 'A'));
    return text;
}

class Descriptor {
public:
    explicit Descriptor(int number) noexcept : number_{number} {}
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int number() const noexcept { return number_; }

private:
    int number_;
};

std::optional<Digest> digest_of_hex(std::string_view text) noexcept {
    Digest digest;
    if (text.size() != 2 * digest.size()) return std::nullopt;
    for (std::size_t i = 0; i < digest.size(); ++i) {
        const int high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        digest[i] = static_cast<unsigned char>(high << 4 | low);
    }
    return digest;
}

// A byte no text has. Bytes above 0x7f are let be: an owner may have any letters.
bool is_binary(char c) noexcept {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7f;
}

// The words of a line up to a word that begins with '#'; at most four, which is one too many.
std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    for (std::size_t at = 0; words.size() < 4;) {
        at = line.find_first_not_of(" \t", at);
        if (at == std::string_view::npos || line[at] == '#') break;
        const std::size_t end = std::min(line.find_first_of(" \t", at), line.size());
        words.push_back(line.substr(at, end - at));
        at = end;
    }
    return words;
}

}  // namespace

std::string KeyFile::load(const std::string& path, std::string& problem) {
    problem.clear();
    const auto fail = [&](std::string_view why) {
        problem = path + ": ";
        problem += why;
        return std::string{};
    };
    // O_NONBLOCK: opening a FIFO must not wait for somebody to write to it.
    const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
    struct stat facts {};
    if (file.number() < 0 || ::fstat(file.number(), &facts) != 0) return fail(failure_text(errno));
    if (!S_ISREG(facts.st_mode)) return fail(S_ISDIR(facts.st_mode) ? "expected a file, got a folder"
                                                                    : "expected a regular file, got a pipe or device");
    const std::string too_large = "expected at most " + std::to_string(largest) + " bytes, got more";
    if (facts.st_size > static_cast<off_t>(largest)) return fail(too_large);

    std::string text;
    text.reserve(static_cast<std::size_t>(facts.st_size) + 1);
    std::array<char, 65536> piece;
    for (;;) {
        const ssize_t got = ::read(file.number(), piece.data(), piece.size());
        if (got == 0) return text;
        if (got < 0) {
            if (errno == EINTR) continue;
            return fail(failure_text(errno));
        }
        text.append(piece.data(), static_cast<std::size_t>(got));
        if (text.size() > largest) return fail(too_large);  // it grows while we read
    }
}

KeyFile KeyFile::parse(std::string_view text, const std::string& name) {
    KeyFile file;
    file.name_ = name;
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);  // a byte order mark, as some editors leave
    if (const auto binary = std::find_if(text.begin(), text.end(), is_binary); binary != text.end()) {
        const auto line = 1 + std::count(text.begin(), binary, '\n');
        file.refuse(static_cast<std::size_t>(line), "expected a text file, got a control character");
        return file;
    }
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        file.read_line(line, number);
    }
    file.refuse_duplicates();
    file.finish();
    return file;
}

KeyFile::Tiers KeyFile::tiers() const {
    Tiers tiers;
    for (std::size_t i = 0; i < credentials_.size(); ++i)
        if (!credentials_[i].tier.empty())
            tiers[credentials_[i].tier].push_back(static_cast<std::uint32_t>(line_of_[i]));
    return tiers;
}

std::vector<std::string> KeyFile::undeclared(const Tiers& tiers, const std::string& name,
                                             const std::function<bool(std::string_view)>& declared) {
    std::map<std::uint32_t, std::string_view> wrong;  // by line
    for (const auto& [tier, lines] : tiers)
        if (!declared(tier))
            for (const std::uint32_t line : lines) wrong.emplace(line, tier);
    KeyFile file;
    file.name_ = name;
    for (const auto& [line, tier] : wrong)
        file.refuse(line, "expected a tier of routes.lua, got \"" + std::string{tier} + '"');
    file.count_the_rest();
    return std::move(file.problems_);
}

void KeyFile::read_line(std::string_view line, std::size_t number) {
    if (line.size() > longest_line)
        return refuse(number, "expected at most " + std::to_string(longest_line) + " bytes in a line, got " +
                                  std::to_string(line.size()));
    if (line.find('\r') != std::string_view::npos)  // it would end up in a word, and that in a header
        return refuse(number, "expected a carriage return only at the end of a line, got one inside");
    const std::vector<std::string_view> words = words_of(line);
    if (words.empty()) return;
    const std::optional<Digest> digest = digest_of_hex(words[0]);
    if (!digest)
        return refuse(number, "expected 64 hex digits (the SHA-256 of the key), got " +
                                  std::to_string(words[0].size()) + " characters" +
                                  (words[0].size() == 64 ? " that are not all hex" : ""));
    if (*digest == *digest_of_hex(hash_of_nothing))
        return refuse(number, "this is the SHA-256 of nothing: the key was empty when it was hashed");
    if (words.size() != 3)
        return refuse(number, words.size() < 3
                                  ? "expected a hash, an owner and a tier (\"-\" for none), got " +
                                        std::to_string(words.size()) + (words.size() == 1 ? " word" : " words")
                                  : "expected nothing or \"# comment\" after the tier, got a fourth word");
    for (const std::string_view word : {words[1], words[2]})
        if (word.size() > longest_word)
            return refuse(number, "expected at most " + std::to_string(longest_word) + " bytes in a word, got " +
                                      std::to_string(word.size()));
    const auto given = [](std::string_view word) { return word == "-" ? std::string{} : std::string{word}; };
    credentials_.push_back({*digest, given(words[1]), given(words[2])});
    line_of_.push_back(number);
}

void KeyFile::refuse_duplicates() {
    std::vector<std::uint32_t> order(credentials_.size());
    std::iota(order.begin(), order.end(), 0u);
    const auto digest = [this](std::uint32_t i) -> const Digest& { return credentials_[i].digest; };
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        return digest(a) != digest(b) ? digest(a) < digest(b) : a < b;
    });
    std::vector<std::pair<std::size_t, std::size_t>> twice;  // line, and the line that was first
    for (std::size_t i = 1, first = 0; i < order.size(); ++i) {
        if (digest(order[i]) != digest(order[first])) first = i;
        else twice.emplace_back(line_of_[order[i]], line_of_[order[first]]);
    }
    std::sort(twice.begin(), twice.end());
    for (const auto& [line, first] : twice) refuse(line, "the same key as in line " + std::to_string(first));
}

void KeyFile::finish() {
    if (problem_count_ == 0 && credentials_.empty()) {
        problems_.push_back(name_ + ": expected at least one key, got none");
        problem_count_ = 1;
    }
    count_the_rest();
}

void KeyFile::count_the_rest() {
    if (problem_count_ > most_problems)
        problems_.push_back(name_ + ": and " + std::to_string(problem_count_ - most_problems) + " more mistakes");
}

void KeyFile::refuse(std::size_t number, std::string_view what) {
    if (++problem_count_ > most_problems) return;
    problems_.push_back(name_ + ':' + std::to_string(number) + ": ");
    problems_.back() += what;
}

}  // namespace tollgate::auth
