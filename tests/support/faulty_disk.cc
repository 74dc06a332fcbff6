#include "tests/support/faulty_disk.h"

#include <cstddef>

namespace signalbox {
namespace {

/// SQLite allocates `szOsFile` bytes a file: ours, with the system's behind it.
struct File {
  sqlite3_file base;
  FaultyDisk* disk;
};

/// The system's file starts at the next address fit for anything.
constexpr int kInnerOffset =
    (sizeof(File) + alignof(std::max_align_t) - 1) / alignof(std::max_align_t) * alignof(std::max_align_t);

sqlite3_file* inner(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(file) + kInnerOffset);
}

FaultyDisk& disk_of(sqlite3_file* file) { return *reinterpret_cast<File*>(file)->disk; }

int x_close(sqlite3_file* f) { return inner(f)->pMethods->xClose(inner(f)); }
int x_read(sqlite3_file* f, void* to, int size, sqlite3_int64 at) {
  return inner(f)->pMethods->xRead(inner(f), to, size, at);
}
int x_write(sqlite3_file* f, const void* from, int size, sqlite3_int64 at) {
  if (const int failure = disk_of(f).on_write()) return failure;
  return inner(f)->pMethods->xWrite(inner(f), from, size, at);
}
int x_truncate(sqlite3_file* f, sqlite3_int64 size) { return inner(f)->pMethods->xTruncate(inner(f), size); }
int x_sync(sqlite3_file* f, int flags) {
  if (const int failure = disk_of(f).on_sync()) return failure;
  return inner(f)->pMethods->xSync(inner(f), flags);
}
int x_file_size(sqlite3_file* f, sqlite3_int64* size) { return inner(f)->pMethods->xFileSize(inner(f), size); }
int x_lock(sqlite3_file* f, int level) { return inner(f)->pMethods->xLock(inner(f), level); }
int x_unlock(sqlite3_file* f, int level) { return inner(f)->pMethods->xUnlock(inner(f), level); }
int x_check_lock(sqlite3_file* f, int* held) { return inner(f)->pMethods->xCheckReservedLock(inner(f), held); }
int x_control(sqlite3_file* f, int op, void* arg) { return inner(f)->pMethods->xFileControl(inner(f), op, arg); }
int x_sector_size(sqlite3_file* f) { return inner(f)->pMethods->xSectorSize(inner(f)); }
int x_characteristics(sqlite3_file* f) { return inner(f)->pMethods->xDeviceCharacteristics(inner(f)); }
int x_shm_map(sqlite3_file* f, int page, int size, int extend, void volatile** to) {
  // The index of the log is a file that must grow as well.
  if (extend != 0) {
    if (const int failure = disk_of(f).on_write()) return failure;
  }
  return inner(f)->pMethods->xShmMap(inner(f), page, size, extend, to);
}
int x_shm_lock(sqlite3_file* f, int at, int count, int flags) {
  return inner(f)->pMethods->xShmLock(inner(f), at, count, flags);
}
void x_shm_barrier(sqlite3_file* f) { inner(f)->pMethods->xShmBarrier(inner(f)); }
int x_shm_unmap(sqlite3_file* f, int remove) { return inner(f)->pMethods->xShmUnmap(inner(f), remove); }

constexpr sqlite3_io_methods kMethods = {
    2,           x_close,      x_read,    x_write,       x_truncate,        x_sync,    x_file_size, x_lock,
    x_unlock,    x_check_lock, x_control, x_sector_size, x_characteristics, x_shm_map, x_shm_lock,  x_shm_barrier,
    x_shm_unmap, nullptr,      nullptr};

struct VfsData {
  sqlite3_vfs* system;
  FaultyDisk* disk;
};
VfsData vfs_data;

int x_open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  file->pMethods = nullptr;
  const int code = vfs_data.system->xOpen(vfs_data.system, name, inner(file), flags, out_flags);
  if (inner(file)->pMethods == nullptr) return code;
  file->pMethods = &kMethods;
  reinterpret_cast<File*>(file)->disk = vfs_data.disk;
  return code;
}

}  // namespace

FaultyDisk::FaultyDisk() : vfs_(*sqlite3_vfs_find(nullptr)) {
  vfs_data = {sqlite3_vfs_find(nullptr), this};
  vfs_.zName = "faulty";
  vfs_.szOsFile += kInnerOffset;
  vfs_.xOpen = x_open;
  vfs_.pNext = nullptr;
  sqlite3_vfs_register(&vfs_, 1);
}

FaultyDisk::~FaultyDisk() {
  sqlite3_vfs_unregister(&vfs_);
  sqlite3_vfs_register(vfs_data.system, 1);
}

void FaultyDisk::fail_with(int code, int times) {
  const std::lock_guard lock(mutex_);
  failure_ = code;
  failing_ = times;
  good_ = 0;
}

void FaultyDisk::fail_once_after(int good, int code) {
  const std::lock_guard lock(mutex_);
  failure_ = code;
  failing_ = 1;
  good_ = good;
}

int FaultyDisk::failures() {
  const std::lock_guard lock(mutex_);
  return failures_;
}

int FaultyDisk::on_write() {
  const std::lock_guard lock(mutex_);
  if (failing_ == 0 || good_-- > 0) return SQLITE_OK;
  if (failing_ != kAlways) --failing_;
  ++failures_;
  changed_.notify_all();
  return failure_;
}

int FaultyDisk::on_sync() {
  ++syncs_;
  {
    std::unique_lock lock(mutex_);
    waiting_ = held_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return !held_; });
    waiting_ = false;
  }
  return on_write();
}

void FaultyDisk::hold_syncs() {
  const std::lock_guard lock(mutex_);
  held_ = true;
}

void FaultyDisk::release_syncs() {
  const std::lock_guard lock(mutex_);
  held_ = false;
  changed_.notify_all();
}

void FaultyDisk::wait_for_held_sync() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return waiting_; });
}

void FaultyDisk::wait_for_failures(int count) {
  std::unique_lock lock(mutex_);
  const int wanted = failures_ + count;
  changed_.wait(lock, [&] { return failures_ >= wanted; });
}

}  // namespace signalbox
