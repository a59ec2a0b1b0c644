// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_DATA_CSV_SOURCE_HPP
#define TAILOR_DATA_CSV_SOURCE_HPP

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <exception>
#include <istream>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "../core/error.hpp"

// Where CSV bytes come from, and the bounded buffer they are looked at in. A file is read, never mapped: a mapped one
// that is truncated meanwhile kills the process.

namespace tailor {
inline namespace v0 {
namespace data {
namespace detail {

class csv_source {
 public:
  csv_source() = default;
  csv_source(const csv_source&) = delete;
  csv_source& operator=(const csv_source&) = delete;
  virtual ~csv_source() = default;
  /// Up to `size` bytes; 0 at the end only. @throws data_error when reading fails
  virtual std::size_t read(char* to, std::size_t size) = 0;
};

class csv_text_source final : public csv_source {
 public:
  explicit csv_text_source(std::string_view text) : rest_(text) {}
  std::size_t read(char* to, std::size_t size) override {
    size = (std::min)(size, rest_.size());
    if (size != 0) std::memcpy(to, rest_.data(), size);
    rest_.remove_prefix(size);
    return size;
  }

 private:
  std::string_view rest_;
};

class csv_file_source final : public csv_source {
 public:
  explicit csv_file_source(std::string path) : path_(std::move(path)) {
    errno = 0;
    file_.reset(std::fopen(path_.c_str(), "rb"));
    if (!file_) throw data_error("cannot open: " + std::generic_category().message(errno), path_);
    std::setvbuf(file_.get(), nullptr, _IONBF, 0);  // the chunks are large already
  }
  std::size_t read(char* to, std::size_t size) override {
    errno = 0;
    const std::size_t got = std::fread(to, 1, size, file_.get());
    if (got == 0 && std::ferror(file_.get()) != 0)
      throw data_error("cannot read: " + std::generic_category().message(errno), path_);
    return got;
  }

 private:
  struct closer {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
  };
  std::string path_;
  std::unique_ptr<std::FILE, closer> file_;
};

/// Reads the stream's buffer, so neither its flags nor its exception mask matter.
class csv_stream_source final : public csv_source {
 public:
  csv_stream_source(std::istream& stream, std::string name) : stream_(stream), name_(std::move(name)) {
    if (!stream || stream.rdbuf() == nullptr)
      throw data_error("cannot read: the stream has failed already (was the file opened?)", name_);
  }
  std::size_t read(char* to, std::size_t size) override {
    try {
      const auto got = stream_.rdbuf()->sgetn(to, static_cast<std::streamsize>(size));
      return got > 0 ? static_cast<std::size_t>(got) : 0;
    } catch (const std::exception& failure) {
      throw data_error(std::string("cannot read: ") + failure.what(), name_);
    }
  }

 private:
  std::istream& stream_;
  std::string name_;
};

/// A window on the bytes of a source. Behind its last byte stands a line feed, then enough bytes to read 64 ahead.
class csv_buffer {
 public:
  csv_buffer(std::unique_ptr<csv_source> source, std::size_t capacity)
      : source_(std::move(source)),
        capacity_((std::max)(capacity, std::size_t{4})),
        bytes_(new char[capacity_ + padding]) {
    close();
  }

  const char* begin() const noexcept { return bytes_.get(); }
  const char* end() const noexcept { return bytes_.get() + size_; }
  std::size_t size_from(const char* p) const noexcept { return static_cast<std::size_t>(end() - p); }
  /// No byte of the source is missing behind end().
  bool eof() const noexcept { return eof_; }
  /// A zero byte was met, now or earlier.
  bool has_nul() const noexcept { return has_nul_; }

  /// Forgets what is before `keep`, which moves, and reads on until the buffer is full. It has room for `wanted` bytes
  /// then, having been doubled for that, but by no more than `limit` asks for.
  void refill(const char*& keep, std::size_t wanted = 2, std::size_t limit = static_cast<std::size_t>(-1)) {
    if (eof_) return;
    const std::size_t kept = size_from(keep);
    if (wanted > capacity_) {
      const std::size_t doubled = (std::min)(capacity_ * 2, limit < limit + 2 ? limit + 2 : limit);
      const std::size_t capacity = (std::max)(wanted, doubled);
      std::unique_ptr<char[]> grown(new char[capacity + padding]);
      std::memcpy(grown.get(), keep, kept);
      bytes_ = std::move(grown);
      capacity_ = capacity;
    } else {
      std::memmove(bytes_.get(), keep, kept);
    }
    keep = bytes_.get();
    size_ = kept;
    close();
    while (size_ != capacity_ && !eof_) {
      const std::size_t got = source_->read(bytes_.get() + size_, capacity_ - size_);
      eof_ = got == 0;
      has_nul_ = has_nul_ || (got != 0 && std::memchr(bytes_.get() + size_, 0, got) != nullptr);
      size_ += got;
    }
    close();
  }

 private:
  static constexpr std::size_t padding = 2 * 64 + 2;

  void close() noexcept {
    bytes_[size_] = '\n';
    std::memset(bytes_.get() + size_ + 1, 0, padding - 1);
  }

  std::unique_ptr<csv_source> source_;
  std::size_t capacity_, size_ = 0;
  std::unique_ptr<char[]> bytes_;
  bool eof_ = false, has_nul_ = false;
};

}  // namespace detail
}  // namespace data
}  // namespace v0
}  // namespace tailor

#endif
