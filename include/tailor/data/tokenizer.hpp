// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_DATA_TOKENIZER_HPP
#define TAILOR_DATA_TOKENIZER_HPP

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "id_map.hpp"
#include "unicode.hpp"

namespace tailor {
inline namespace v0 {
namespace data {

struct tokenizer_options {
  bool lowercase = true;
  std::size_t min_length = 2;           ///< in characters; shorter words are left out, as by scikit-learn's `\b\w\w+\b`
  bool cjk_bigrams = true;              ///< else a run of Chinese, Japanese or Korean is one word, as in scikit-learn
  std::size_t min_ngram = 1;            ///< words in a token, from this …
  std::size_t max_ngram = 1;            ///< … to this, at most tokenizer::most_words
  std::vector<std::string> stop_words;  ///< read as texts are: each word of them is left out

  template <class A>
  void archive(A& a) {
    a("lowercase", lowercase);
    a("min_length", min_length);
    a("cjk_bigrams", cjk_bigrams);
    a("min_ngram", min_ngram);
    a("max_ngram", max_ngram);
    a("stop_words", stop_words);
  }
};

/// Cuts UTF-8 texts into words: runs of letters, marks, digits and low lines (Unicode 14.0), as scikit-learn's default
/// token_pattern does but for marks, at which it cuts.
///
/// Lower case is Unicode's simple one; a capital sigma at the end of a word becomes `ς`, elsewhere `σ`. Runs of Han,
/// Kana and Hangul become overlapping pairs of characters, and one that stands alone a token of any min_length, as by
/// Lucene's CJKBigramFilter. Tokens of several words have one space between them and no stop words. A byte that is
/// not part of well-formed UTF-8 ends a word, as U+FFFD in its place would.
class tokenizer {
 public:
  static constexpr std::size_t most_words = 16;

  /// @throws value_error for a min_length or min_ngram of 0, or a max_ngram below min_ngram or above most_words
  explicit tokenizer(tokenizer_options options = {});

  const tokenizer_options& options() const noexcept { return options_; }

  /// Calls `f(std::string_view)` for each token, word by word, for each word the tokens that end with it, shortest
  /// first. They are valid as long as `scratch` is, which grows to 7 / 3 of the longest text. O(bytes + tokens)
  template <class F>
  void for_each(std::string_view text, std::vector<char>& scratch, F&& f) const;
  template <class F>
  void for_each(std::string_view text, F&& f) const {
    std::vector<char> scratch;
    for_each(text, scratch, f);
  }

  std::vector<std::string> tokens(std::string_view text) const {
    std::vector<std::string> found;
    for_each(text, [&](std::string_view token) { found.emplace_back(token); });
    return found;
  }

 private:
  template <class F>
  class reader;

  tokenizer_options options_;
  id_map stop_words_;
};

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

/// Of an ASCII character in a word what to write for it, of all other bytes 0.
constexpr std::array<char, 256> make_ascii_words(bool lowercase) {
  std::array<char, 256> words{};
  for (int c = 0; c < 128; ++c) {
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_')
      words[static_cast<std::size_t>(c)] = static_cast<char>(upper && lowercase ? c + ('a' - 'A') : c);
  }
  return words;
}
inline constexpr std::array<char, 256> ascii_words = make_ascii_words(false),
                                       ascii_lower_words = make_ascii_words(true);

}  // namespace detail

/// Goes once over a text. Words are written one after the other with a space between them and taken back when they are
/// left out, so that every token of several words is a piece of what is written.
template <class F>
class tokenizer::reader {
 public:
  reader(const tokenizer& t, std::string_view text, char* out, F& f) noexcept
      : options_(t.options_),
        stop_words_(t.stop_words_),
        ascii_(t.options_.lowercase ? detail::ascii_lower_words : detail::ascii_words),
        at_(reinterpret_cast<const unsigned char*>(text.data())),
        end_(at_ + text.size()),
        out_(out),
        f_(f) {}

  void read() {
    while (at_ < end_) {
      if (ascii_[*at_] != 0 || *at_ >= 0x80)
        read_word();
      else
        ++at_;
    }
  }

 private:
  /// A word, which may be empty, and what ended it.
  void read_word() {
    char* const begin = out_;
    const char* after_sigma = nullptr;
    std::size_t continued = 0;  // bytes that are no characters of their own
    for (;;) {
      for (char c = 0; at_ < end_ && (c = ascii_[*at_]) != 0; ++at_) *out_++ = c;
      if (at_ == end_ || *at_ < 0x80) break;
      const detail::code_point next = detail::decode_utf8(at_, end_);
      if (next.size == 0 || !detail::is_word(next.value)) break;
      if (options_.cjk_bigrams && detail::is_cjk(next.value)) {
        end_word(begin, continued, after_sigma);
        return read_cjk(next.size);
      }
      at_ += next.size;
      char* const character = out_;
      out_ = detail::encode_utf8(options_.lowercase ? detail::lower_case(next.value) : next.value, out_);
      continued += static_cast<std::size_t>(out_ - character) - 1;
      if (next.value == 0x3a3) after_sigma = out_;
    }
    end_word(begin, continued, after_sigma);
    if (at_ < end_) at_ += (std::max)(1u, detail::decode_utf8(at_, end_).size);
  }

  void end_word(char* begin, std::size_t continued, const char* after_sigma) {
    const std::size_t length = static_cast<std::size_t>(out_ - begin) - continued;
    if (length < options_.min_length) {
      out_ = begin;
      return;
    }
    if (out_ == after_sigma && length > 1 && options_.lowercase) out_[-1] = '\x82';  // σ is CF 83, ς is CF 82
    end_token(begin);
  }

  /// A run whose first character, of `size` bytes, is at `at_`.
  void read_cjk(unsigned size) {
    bool alone = true;
    for (;;) {
      const unsigned char* const first = at_;
      at_ += size;
      const detail::code_point next = at_ < end_ ? detail::decode_utf8(at_, end_) : detail::code_point{0, 0};
      const bool more = next.size != 0 && detail::is_word(next.value) && detail::is_cjk(next.value);
      if (!more && !alone) return;
      const std::size_t bytes = size + (more ? next.size : 0);
      char* const begin = out_;
      std::memcpy(out_, first, bytes);
      out_ += bytes;
      end_token(begin);
      if (!more) return;
      size = next.size;
      alone = false;
    }
  }

  void end_token(char* begin) {
    const std::string_view word(begin, static_cast<std::size_t>(out_ - begin));
    if (!stop_words_.empty() && stop_words_.contains(word)) {
      out_ = begin;
      return;
    }
    if (options_.max_ngram == 1) {
      f_(word);
      return;
    }
    begins_[n_words_++ % most_words] = begin;
    for (std::size_t n = options_.min_ngram; n <= (std::min)(options_.max_ngram, n_words_); ++n) {
      const char* const from = begins_[(n_words_ - n) % most_words];
      f_(std::string_view(from, static_cast<std::size_t>(out_ - from)));
    }
    *out_++ = ' ';
  }

  const tokenizer_options& options_;
  const id_map& stop_words_;
  const std::array<char, 256>& ascii_;
  const unsigned char* at_;
  const unsigned char* const end_;
  char* out_;
  F& f_;
  std::array<const char*, most_words> begins_{};
  std::size_t n_words_ = 0;
};

template <class F>
void tokenizer::for_each(std::string_view text, std::vector<char>& scratch, F&& f) const {
  // At most 7 bytes for 3: of characters of three bytes all but the ends of a run are written twice, with a space.
  const std::size_t room = text.size() / 3 * 7 + 24;
  if (scratch.size() < room) scratch.resize(room);
  reader<F>(*this, text, scratch.data(), f).read();
}

inline tokenizer::tokenizer(tokenizer_options options) : options_(std::move(options)) {
  require(options_.min_length >= 1, "tokenizer_options::min_length", "at least 1", options_.min_length);
  require(options_.min_ngram >= 1, "tokenizer_options::min_ngram", "at least 1", options_.min_ngram);
  require(options_.max_ngram >= options_.min_ngram && options_.max_ngram <= most_words, "tokenizer_options::max_ngram",
          "a number from min_ngram = " + show(options_.min_ngram) + " to " + show(most_words), options_.max_ngram);
  if (options_.stop_words.empty()) return;
  tokenizer_options plain = options_;
  plain.stop_words.clear();
  plain.min_ngram = plain.max_ngram = 1;
  const tokenizer words(std::move(plain));
  for (const std::string& text : options_.stop_words)
    words.for_each(text, [this](std::string_view word) { stop_words_.insert(word); });
}

}  // namespace data
}  // namespace v0
}  // namespace tailor

#endif
