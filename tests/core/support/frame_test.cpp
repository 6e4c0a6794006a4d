// tests/core/support/frame_test.cpp - memory for coroutine frames: handed out once, given back from any thread.
#include <tollgate/task.h>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <cstring>
#include <random>
#include <set>
#include <thread>
#include <vector>

using namespace tollgate::detail;

namespace {

struct Frame {
    void* memory;
    std::size_t size;
    unsigned char mark;
};

bool intact(const Frame& frame) {
    const auto* bytes = static_cast<const unsigned char*>(frame.memory);
    for (std::size_t i = 0; i < frame.size; ++i)
        if (bytes[i] != frame.mark) return false;
    return true;
}

// Frames until the thread ends, and one more after its free lists are gone.
struct LateUser {
    ~LateUser() {
        void* memory = allocate_frame(128);
        std::memset(memory, 0x5a, 128);
        void* other = allocate_frame(128);
        differ = memory != other;
        std::memset(other, 0xa5, 128);
        free_frame(memory, 128);
        free_frame(other, 128);
        ran = true;
    }
    static inline bool ran = false, differ = false;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(support_frame)

BOOST_AUTO_TEST_CASE(frames_in_use_never_overlap) {
    std::mt19937 random{7};
    std::vector<Frame> frames;
    for (int round = 0; round < 20'000; ++round) {
        if (frames.size() < 300 && random() % 2) {
            const std::size_t size = 1 + random() % 6000;  // beyond the largest list too
            const auto mark = static_cast<unsigned char>(random());
            frames.push_back({allocate_frame(size), size, mark});
            std::memset(frames.back().memory, mark, size);
        } else if (!frames.empty()) {
            std::swap(frames[random() % frames.size()], frames.back());
            BOOST_REQUIRE(intact(frames.back()));
            free_frame(frames.back().memory, frames.back().size);
            frames.pop_back();
        }
    }
    for (const auto& frame : frames) {
        BOOST_TEST(intact(frame));
        free_frame(frame.memory, frame.size);
    }
}

BOOST_AUTO_TEST_CASE(frames_are_aligned_for_anything) {
    for (std::size_t size : {1u, 63u, 64u, 65u, 4095u, 4096u, 4097u}) {
        void* memory = allocate_frame(size);
        BOOST_TEST(reinterpret_cast<std::uintptr_t>(memory) % alignof(std::max_align_t) == 0u);
        free_frame(memory, size);
    }
}

BOOST_AUTO_TEST_CASE(neighbouring_sizes_do_not_share_too_little) {
    // 65 bytes come from another list than 64: a frame of the smaller is never handed out for the larger.
    std::set<void*> small;
    for (int i = 0; i < 10; ++i) small.insert(allocate_frame(64));
    for (void* memory : small) free_frame(memory, 64);
    std::vector<Frame> large;
    for (int i = 0; i < 20; ++i) {
        large.push_back({allocate_frame(65), 65, 0xee});
        std::memset(large.back().memory, 0xee, 65);
    }
    for (const auto& frame : large) {
        BOOST_TEST(intact(frame));
        free_frame(frame.memory, frame.size);
    }
}

BOOST_AUTO_TEST_CASE(frame_may_be_freed_by_another_thread) {
    std::vector<void*> frames;
    for (int i = 0; i < 500; ++i) frames.push_back(allocate_frame(200));  // more than a list keeps
    std::thread{[&] {
        for (void* memory : frames) free_frame(memory, 200);
        void* again = allocate_frame(200);
        std::memset(again, 1, 200);
        free_frame(again, 200);
    }}.join();
    void* mine = allocate_frame(200);
    std::memset(mine, 2, 200);
    free_frame(mine, 200);
}

BOOST_AUTO_TEST_CASE(frames_may_be_had_after_the_threads_lists_are_gone) {
    std::thread{[] {
        static thread_local LateUser late;  // made before the lists, so destroyed after them
        (void)&late;
        void* first = allocate_frame(128);
        void* second = allocate_frame(128);
        free_frame(first, 128);
        free_frame(second, 128);
    }}.join();
    BOOST_TEST(LateUser::ran);
    BOOST_TEST(LateUser::differ);
}

BOOST_AUTO_TEST_SUITE_END()
