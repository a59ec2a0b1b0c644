// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_IO_FILE_HPP
#define TAILOR_IO_FILE_HPP

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/span.hpp"

#if defined(__unix__) || defined(__APPLE__)
#define TAILOR_IO_POSIX 1
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#else
#define TAILOR_IO_POSIX 0
#endif

// All that io asks of the system: reading a file as memory, and replacing a file by another at once. On POSIX systems
// it maps, syncs and renames; the portable twin below reads all of a file and cannot promise that a crash leaves the
// old file or the new one.

namespace tailor {
inline namespace v0 {
namespace io {

/// The bytes of a file, mapped into memory where the system can: opening costs nothing, and a page is read when it is
/// first touched. Whoever changes a file puts another in its place (`save` does): one that is cut short while it is
/// mapped ends the program.
class mapped_file {
 public:
  /// @throws data_error when it cannot be read
  explicit mapped_file(const std::string& path);
  mapped_file(mapped_file&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  mapped_file& operator=(mapped_file&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  mapped_file(const mapped_file&) = delete;
  mapped_file& operator=(const mapped_file&) = delete;
  ~mapped_file();

  span<const unsigned char> bytes() const noexcept { return {data_, size_}; }

 private:
  const unsigned char* data_ = nullptr;
  std::size_t size_ = 0;
};

namespace detail {

/// Writes a file that takes the place of `path` in one step: under another name in the same folder first, which is
/// renamed when all of it is on the disk. A failure leaves what was there.
/// @param write  is called with a function `(std::size_t offset, const void* data, std::size_t size)` that it hands all
///               bytes to, in any order
/// @throws data_error, and what `write` throws
template <class Write>
void replace_file(const std::string& path, Write&& write);

[[noreturn]] inline void fail(const char* what, const std::string& path, int code) {
  throw data_error(std::string(what) + ": " + std::generic_category().message(code), path);
}

}  // namespace detail

// ---------------------------------------------------------------------------------------------------------------------

#if TAILOR_IO_POSIX

namespace detail {

/// A file descriptor that closes itself.
class descriptor {
 public:
  explicit descriptor(int number) noexcept : number_(number) {}
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor() { close(); }
  int close() noexcept { return number_ < 0 ? 0 : ::close(std::exchange(number_, -1)); }
  int number() const noexcept { return number_; }

 private:
  int number_;
};

/// A file under a name that nobody else has, beside the one it is to replace; gone again unless it was kept.
class temporary_file {
 public:
  /// @param mode  the permissions of the file that it replaces; 0: those of a new one
  temporary_file(const std::string& target, mode_t mode) {
    for (int attempt = 0; attempt < 100; ++attempt) {
      const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
      path_ = target + ".new-" + std::to_string(::getpid()) + '-' + std::to_string(now) + '-' + std::to_string(attempt);
      number_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
      if (number_ >= 0 || errno != EEXIST) break;
    }
    if (number_ < 0) fail("cannot create", path_, errno);
    if (mode != 0 && ::fchmod(number_, mode) != 0) fail_and_remove("cannot set the permissions of", errno);
  }
  temporary_file(const temporary_file&) = delete;
  temporary_file& operator=(const temporary_file&) = delete;
  ~temporary_file() {
    if (number_ >= 0) ::close(number_);
    if (!kept_) ::unlink(path_.c_str());
  }

  void write(std::size_t offset, const void* data, std::size_t size) {
    const auto* p = static_cast<const char*>(data);
    while (size != 0) {
      const ssize_t written = ::pwrite(number_, p, size < most ? size : most, static_cast<off_t>(offset));
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail("cannot write", path_, errno);
      p += written;
      offset += static_cast<std::size_t>(written);
      size -= static_cast<std::size_t>(written);
    }
  }
  void keep_as(const std::string& target) {
    if (::fsync(number_) != 0 || ::close(std::exchange(number_, -1)) != 0) fail("cannot write", path_, errno);
    if (::rename(path_.c_str(), target.c_str()) != 0) fail("cannot replace", target, errno);
    kept_ = true;
  }

 private:
  static constexpr std::size_t most = std::size_t{1} << 30;

  [[noreturn]] void fail_and_remove(const char* what, int code) {
    ::close(number_);
    ::unlink(path_.c_str());
    fail(what, path_, code);
  }

  std::string path_;
  int number_ = -1;
  bool kept_ = false;
};

template <class Write>
void replace_file(const std::string& path, Write&& write) {
  std::string target = path;  // of a link, what it leads to
  mode_t mode = 0;
  if (char* real = ::realpath(path.c_str(), nullptr)) {
    target = real;
    std::free(real);
    struct stat known {};
    if (::stat(target.c_str(), &known) == 0) {
      if (!S_ISREG(known.st_mode)) throw data_error("expected a file, found a folder or a device", path);
      mode = known.st_mode & 07777;
    }
  }
  {
    temporary_file file(target, mode);
    write([&](std::size_t offset, const void* data, std::size_t size) { file.write(offset, data, size); });
    file.keep_as(target);
  }
  // The new name is on the disk when its folder is. Not every file system syncs a folder: then there is nothing to do.
  const std::size_t slash = target.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : target.substr(0, slash + 1);
  const descriptor opened(::open(folder.c_str(), O_RDONLY | O_CLOEXEC));
  if (opened.number() >= 0) ::fsync(opened.number());
}

}  // namespace detail

inline mapped_file::mapped_file(const std::string& path) {
  const detail::descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.number() < 0) detail::fail("cannot open", path, errno);
  struct stat known {};
  if (::fstat(file.number(), &known) != 0) detail::fail("cannot read", path, errno);
  if (!S_ISREG(known.st_mode)) throw data_error("expected a file, found a folder or a device", path);
  if (known.st_size == 0) return;
  const auto size = static_cast<std::size_t>(known.st_size);
  void* data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.number(), 0);
  if (data == MAP_FAILED) detail::fail("cannot map", path, errno);
  data_ = static_cast<const unsigned char*>(data);
  size_ = size;
}

inline mapped_file::~mapped_file() {
  if (data_ != nullptr) ::munmap(const_cast<unsigned char*>(data_), size_);
}

#else

namespace detail {

struct file_closer {
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};
using file_pointer = std::unique_ptr<std::FILE, file_closer>;

template <class Write>
void replace_file(const std::string& path, Write&& write) {
  const std::string fresh = path + ".new";
  file_pointer file(std::fopen(fresh.c_str(), "wb"));
  if (!file) fail("cannot create", fresh, errno);
  try {
    write([&](std::size_t offset, const void* data, std::size_t size) {
      if (std::fseek(file.get(), static_cast<long>(offset), SEEK_SET) != 0 ||
          std::fwrite(data, 1, size, file.get()) != size)
        fail("cannot write", fresh, errno);
    });
    if (std::fclose(file.release()) != 0) fail("cannot write", fresh, errno);
    std::remove(path.c_str());  // where rename does not replace
    if (std::rename(fresh.c_str(), path.c_str()) != 0) fail("cannot replace", path, errno);
  } catch (...) {
    file.reset();
    std::remove(fresh.c_str());
    throw;
  }
}

}  // namespace detail

inline mapped_file::mapped_file(const std::string& path) {
  const detail::file_pointer file(std::fopen(path.c_str(), "rb"));
  if (!file) detail::fail("cannot open", path, errno);
  std::vector<unsigned char> bytes;
  std::vector<unsigned char> piece(std::size_t{1} << 20);
  while (const std::size_t n = std::fread(piece.data(), 1, piece.size(), file.get()))
    bytes.insert(bytes.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(n));
  if (std::ferror(file.get()) != 0) detail::fail("cannot read", path, errno);
  auto* data = static_cast<unsigned char*>(::operator new(bytes.size()));
  for (std::size_t i = 0; i < bytes.size(); ++i) data[i] = bytes[i];
  data_ = data;
  size_ = bytes.size();
}

inline mapped_file::~mapped_file() { ::operator delete(const_cast<unsigned char*>(data_)); }

#endif

}  // namespace io
}  // namespace v0
}  // namespace tailor

#undef TAILOR_IO_POSIX

#endif
