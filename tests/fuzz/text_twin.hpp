// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_TESTS_FUZZ_TEXT_TWIN_HPP
#define TAILOR_TESTS_FUZZ_TEXT_TWIN_HPP

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tailor/data/tokenizer.hpp"

/// The tokeniser written plainly: characters, then words, then n-grams, each as a list of its own.
namespace text_twin {

namespace detail = tailor::data::detail;

inline std::string spelled(const std::u32string& word) {
  std::string text;
  for (const char32_t c : word) {
    char bytes[4];
    text.append(bytes, static_cast<std::size_t>(detail::encode_utf8(c, bytes) - bytes));
  }
  return text;
}

/// A byte that is no part of a character becomes U+FFFD.
inline std::u32string characters(std::string_view text) {
  std::u32string all;
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(text[i + k]); };
    const std::size_t n = byte(0) < 0x80 ? 1 : byte(0) < 0xc0 ? 9 : byte(0) < 0xe0 ? 2 : byte(0) < 0xf0 ? 3 : 4;
    char32_t value = n == 1 ? byte(0) : n == 2 ? byte(0) & 0x1fu : n == 3 ? byte(0) & 0x0fu : byte(0);
    if (n == 4) value -= 0xf0;
    bool good = n != 9 && i + n <= text.size();
    for (std::size_t k = 1; good && k < n; ++k) {
      good = byte(k) / 64 == 2;
      value = value * 64 + byte(k) % 64;
    }
    constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    good = good && value >= least[n] && value <= 0x10ffff && (value < 0xd800 || value > 0xdfff);
    all += good ? value : char32_t{0xfffd};
    i += good ? n : 1;
  }
  return all;
}

inline std::vector<std::string> tokens(std::string_view text, const tailor::data::tokenizer_options& o) {
  const std::u32string all = characters(text);
  std::vector<std::string> words;
  const auto kind = [&](std::size_t i) {  // 0: between words, 1: of a word, 2: of a run of pairs
    if (i >= all.size() || !detail::is_word(all[i])) return 0;
    return o.cjk_bigrams && detail::is_cjk(all[i]) ? 2 : 1;
  };
  const auto add = [&](const std::u32string& word) {
    const std::string text_of_word = spelled(word);
    for (const std::string& stop : o.stop_words)
      if (stop == text_of_word) return;
    words.push_back(text_of_word);
  };
  for (std::size_t i = 0; i < all.size();) {
    const int k = kind(i);
    std::size_t end = i + 1;
    while (kind(end) == k && end < all.size()) ++end;
    std::u32string word = all.substr(i, end - i);
    if (k == 2) {
      if (word.size() == 1) add(word);
      for (std::size_t j = 0; j + 1 < word.size(); ++j) add(word.substr(j, 2));
    } else if (k == 1 && word.size() >= o.min_length) {
      const bool sigma = word.back() == 0x3a3 && word.size() > 1;
      if (o.lowercase)
        for (char32_t& c : word) c = detail::lower_case(c);
      if (o.lowercase && sigma) word.back() = 0x3c2;
      add(word);
    }
    i = end;
  }
  std::vector<std::string> found;
  for (std::size_t last = 0; last < words.size(); ++last)
    for (std::size_t n = o.min_ngram; n <= o.max_ngram && n <= last + 1; ++n) {
      std::string token;
      for (std::size_t j = last + 1 - n; j <= last; ++j) token += (token.empty() ? "" : " ") + words[j];
      found.push_back(token);
    }
  return found;
}

}  // namespace text_twin

#endif
