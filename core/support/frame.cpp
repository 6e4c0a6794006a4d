// core/support/frame.cpp - memory for coroutine frames: a free list per thread and size.
//
// A request makes about half a dozen frames, of sizes that repeat exactly. A list of the thread's own is about twice as
// fast as malloc here, and keeps the frames of a request on memory that is still in the cache.
#include <tollgate/task.h>

#include <array>
#include <cstdlib>
#include <new>

namespace tollgate::detail {

namespace {

constexpr std::size_t step = 64, most = 4096, kept_per_size = 512;

struct Free {
    Free* next;
};

// No destructor: such a variable is reached without asking whether it was made already, and still there when the
// thread's others are gone. `count` is then that of a full list.
struct List {
    Free* first;
    std::size_t count;
};
constinit thread_local std::array<List, most / step> lists{};
constinit thread_local bool watched = false;

struct EndOfThread {
    ~EndOfThread() {
        for (List& list : lists) {
            while (Free* frame = list.first) {
                list.first = frame->next;
                std::free(frame);
            }
            list.count = kept_per_size;
        }
    }
};

[[gnu::noinline]] void watch_end_of_thread() {
    thread_local EndOfThread end;
    watched = true;
}

void* make_frame(std::size_t size) {
    void* memory = std::malloc(size);
    if (!memory) throw std::bad_alloc{};
    return memory;
}

// A frame that was freed must look freed to AddressSanitizer.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define TOLLGATE_KEEP_NO_FRAMES 1
#endif
#endif
#ifdef TOLLGATE_KEEP_NO_FRAMES
constexpr bool keep_frames = false;
#else
constexpr bool keep_frames = true;
#endif

}  // namespace

void* allocate_frame(std::size_t size) {
    const std::size_t index = (size - 1) / step;
    if (index >= lists.size()) return make_frame(size);
    List& list = lists[index];
    Free* const frame = list.first;
    if (!frame) return make_frame((index + 1) * step);  // fits whatever the list may hand it out for later
    list.first = frame->next;
    --list.count;
    return frame;
}

void free_frame(void* memory, std::size_t size) noexcept {
    const std::size_t index = (size - 1) / step;
    if (!keep_frames || index >= lists.size() || lists[index].count == kept_per_size) {
        std::free(memory);
        return;
    }
    if (!watched) watch_end_of_thread();
    List& list = lists[index];
    list.first = new (memory) Free{list.first};
    ++list.count;
}

}  // namespace tollgate::detail
