// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_DATA_TEXT_COUNTS_HPP
#define TAILOR_DATA_TEXT_COUNTS_HPP

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/parallel.hpp"
#include "csr_matrix.hpp"
#include "documents.hpp"
#include "id_hash.hpp"
#include "id_map.hpp"
#include "tokenizer.hpp"

// How the vectorizers of text.hpp count: blocks of documents apart, in parallel, then together in their order.

namespace tailor {
inline namespace v0 {
namespace data {
namespace detail {

/// About a megabyte each, at most 64.
inline blocks blocks_of(const documents& texts) {
  const std::size_t count = std::clamp<std::size_t>(texts.bytes() >> 20, 1, 64);
  return {texts.size(), (std::max)(std::size_t{1}, (texts.size() + count - 1) / count)};
}

inline work_hint work_of(const documents& texts) { return {10.0 * static_cast<double>(texts.bytes()), "text: tokens"}; }

/// The rows of one block of documents.
template <class T>
struct row_block {
  std::vector<std::uint64_t> ends;
  std::vector<std::uint32_t> columns;
  std::vector<T> values;
};

/// Tokens of one block of documents by their columns, each +1 or −1.
class token_stream {
 public:
  void add(std::uint32_t column, bool negative = false) {
    tokens_.push_back({column, row_ << 1 | (negative ? 1u : 0u)});
  }
  void end_row() { ++row_; }

  /// The sum of each column in each row. Tokens are brought in the order of their columns for all rows at once, a digit
  /// after the other, and then to the ends of their rows: O(tokens), where sorting each row takes thrice the time.
  template <class T>
  row_block<T> rows(std::size_t n_columns) {
    sort_by_column(n_columns);
    row_block<T> out;
    out.ends.assign(row_, 0);
    std::vector<std::uint32_t> last(row_, 0xffffffffu);  // no column is that: n_columns has 32 bits
    for (const token& t : tokens_)
      if (std::exchange(last[t.row >> 1], t.column) != t.column) ++out.ends[t.row >> 1];
    std::uint64_t cells = 0;
    for (std::uint64_t& end : out.ends) cells += std::exchange(end, cells);
    out.columns.resize(static_cast<std::size_t>(cells));
    out.values.resize(static_cast<std::size_t>(cells));
    std::fill(last.begin(), last.end(), 0xffffffffu);
    for (const token& t : tokens_) {
      std::uint64_t& end = out.ends[t.row >> 1];
      if (std::exchange(last[t.row >> 1], t.column) != t.column)
        out.columns[static_cast<std::size_t>(end++)] = t.column;
      out.values[static_cast<std::size_t>(end - 1)] += (t.row & 1) != 0 ? T(-1) : T(1);
    }
    return out;
  }

 private:
  struct token {
    std::uint32_t column;
    std::uint32_t row;  // shifted by the sign, 1: −1
  };

  void sort_by_column(std::size_t n_columns) {
    constexpr unsigned digit = 10;
    std::vector<token> other(tokens_.size());
    for (unsigned shift = 0; shift < 32 && (n_columns - 1) >> shift != 0; shift += digit) {
      std::array<std::size_t, std::size_t{1} << digit> at{};
      const auto digit_of = [shift, &at](token t) { return t.column >> shift & (at.size() - 1); };
      for (const token t : tokens_) ++at[digit_of(t)];
      std::size_t sum = 0;
      for (std::size_t& n : at) sum += std::exchange(n, sum);
      for (const token t : tokens_) other[at[digit_of(t)]++] = t;
      tokens_.swap(other);
    }
  }

  std::vector<token> tokens_;
  std::uint32_t row_ = 0;
};

template <class T>
csr_matrix<T> join_rows(std::vector<row_block<T>> parts, std::size_t n_rows, std::size_t n_columns) {
  static_assert(std::is_floating_point_v<T> || sizeof(T) >= 4, "tailor: counts need an integer of 32 bits or more");
  std::size_t cells = 0;
  for (const row_block<T>& part : parts) cells += part.columns.size();
  std::vector<std::uint64_t> row_pointers{0};
  std::vector<std::uint32_t> columns;
  std::vector<T> values;
  row_pointers.reserve(n_rows + 1);
  columns.reserve(cells);
  advise_huge_pages(columns.data(), cells * sizeof(std::uint32_t));
  values.reserve(cells);
  advise_huge_pages(values.data(), cells * sizeof(T));
  for (row_block<T>& each : parts) {
    const row_block<T> part = std::move(each);  // gone as soon as it is copied
    for (const std::uint64_t end : part.ends) row_pointers.push_back(columns.size() + end);
    columns.insert(columns.end(), part.columns.begin(), part.columns.end());
    values.insert(values.end(), part.values.begin(), part.values.end());
  }
  return csr_matrix<T>(n_rows, n_columns, std::move(row_pointers), std::move(columns), std::move(values));
}

/// Calls `f(tokens)` for the tokens of a text, up to 256 at a time: id_map is faster with many.
class token_batches {
 public:
  explicit token_batches(const tokenizer& words) : words_(words) { tokens_.reserve(most); }

  template <class F>
  void for_each(std::string_view text, F&& f) {
    words_.for_each(text, scratch_, [&](std::string_view token) {
      tokens_.push_back(token);
      if (tokens_.size() == most) flush(f);
    });
    flush(f);
  }

  static constexpr std::size_t most = 256;

 private:
  template <class F>
  void flush(F& f) {
    f(span<const std::string_view>(tokens_));
    tokens_.clear();
  }

  const tokenizer& words_;
  std::vector<char> scratch_;
  std::vector<std::string_view> tokens_;
};

/// One row a document; `add(tokens, stream)` puts tokens in their columns, if they have one.
template <class T, class Add>
csr_matrix<T> rows_of_texts(const documents& texts, const tokenizer& words, std::size_t n_columns,
                            const run_options& run, Add&& add) {
  const blocks range = blocks_of(texts);
  std::vector<row_block<T>> parts(range.count());
  parallel_blocks(range, run, work_of(texts), [&](std::size_t, std::size_t b, std::size_t begin, std::size_t end) {
    token_batches batches(words);
    token_stream stream;
    for (std::size_t i = begin; i < end; ++i) {
      batches.for_each(texts[i], [&](span<const std::string_view> tokens) { add(tokens, stream); });
      stream.end_row();
    }
    parts[b] = stream.rows<T>(n_columns);
  });
  return join_rows(std::move(parts), texts.size(), n_columns);
}

// ---------------------------------------------------------------------------------------------------------------------

struct token_limits {
  double least, most;        // documents
  std::size_t max_features;  // 0: all
};

/// The tokens of one block of documents, numbered in the order they came.
struct token_block {
  id_map names;
  std::vector<std::uint64_t> counts, document_counts;  // of each
  std::vector<std::uint32_t> stream;                   // of all documents, one after the other
  std::vector<std::uint64_t> ends;                     // of each document in it
  std::vector<std::uint32_t> columns;                  // what each became

  void read(const documents& texts, std::size_t begin, std::size_t end, const tokenizer& words, bool keep) {
    token_batches batches(words);
    std::array<std::uint32_t, token_batches::most> ids;
    std::vector<std::size_t> last;  // the document, counted from 1, that had it last
    for (std::size_t i = begin; i < end; ++i) {
      batches.for_each(texts[i], [&](span<const std::string_view> tokens) {
        names.insert_many(tokens, ids.data());
        last.resize(names.size());
        counts.resize(names.size());
        document_counts.resize(names.size());
        for (std::size_t k = 0; k < tokens.size(); ++k) {
          const std::uint32_t t = ids[k];
          ++counts[t];
          if (std::exchange(last[t], i + 1) != i + 1) ++document_counts[t];
          if (keep) stream.push_back(t);
        }
      });
      if (keep) ends.push_back(stream.size());
    }
  }
};

/// What `fit` learns, and the documents as numbers when they are to become rows.
class learned_tokens {
 public:
  static constexpr std::uint32_t left_out = 0xffffffffu;

  id_map vocabulary;                           // sorted
  std::vector<std::uint64_t> document_counts;  // of each

  /// The documents that were learned from, which it then forgets.
  template <class T>
  csr_matrix<T> counts(const run_options& run) {
    const blocks range{parts_.size(), 1};
    std::vector<row_block<T>> rows(parts_.size());
    parallel_blocks(range, run, {work_.steps, "text: rows"}, [&](std::size_t, std::size_t b, std::size_t, std::size_t) {
      const token_block part = std::move(parts_[b]);
      token_stream stream;
      std::size_t i = 0;
      for (const std::uint64_t end : part.ends) {
        for (; i < end; ++i)
          if (const std::uint32_t column = part.columns[part.stream[i]]; column != left_out) stream.add(column);
        stream.end_row();
      }
      rows[b] = stream.rows<T>(vocabulary.size());
    });
    return join_rows(std::move(rows), n_documents_, vocabulary.size());
  }

 private:
  friend learned_tokens learn_tokens(const documents&, const tokenizer&, const token_limits&, bool, const run_options&);
  std::vector<token_block> parts_;
  std::size_t n_documents_ = 0;
  work_hint work_;
};

/// Which of the names come first, by their bytes.
inline void sort_by_name(std::vector<std::uint32_t>& tokens, const id_map& names) {
  struct entry {
    std::uint64_t prefix;  // the first eight bytes, the first being the highest: most comparisons end here
    std::uint32_t token;
  };
  std::vector<entry> entries;
  entries.reserve(tokens.size());
  for (const std::uint32_t token : tokens) {
    const std::string_view name = names[token];
    std::uint64_t prefix = 0;
    for (std::size_t i = 0; i < 8; ++i)
      prefix = prefix << 8 | (i < name.size() ? static_cast<unsigned char>(name[i]) : 0u);
    entries.push_back({prefix, token});
  }
  std::sort(entries.begin(), entries.end(), [&](const entry& a, const entry& b) {
    return a.prefix != b.prefix ? a.prefix < b.prefix : names[a.token] < names[b.token];
  });
  for (std::size_t i = 0; i < tokens.size(); ++i) tokens[i] = entries[i].token;
}

/// @param keep  whether counts() will be asked for
inline learned_tokens learn_tokens(const documents& texts, const tokenizer& words, const token_limits& limits,
                                   bool keep, const run_options& run) {
  const blocks range = blocks_of(texts);
  std::vector<token_block> parts(range.count());
  parallel_blocks(range, run, work_of(texts), [&](std::size_t, std::size_t b, std::size_t begin, std::size_t end) {
    parts[b].read(texts, begin, end, words, keep);
  });

  id_map names;
  std::vector<std::uint64_t> counts, document_counts;
  for (token_block& part : parts) {
    const std::vector<std::string_view> tokens(part.names.begin(), part.names.end());
    part.columns.resize(tokens.size());
    names.insert_many(tokens, part.columns.data());
    counts.resize(names.size());
    document_counts.resize(names.size());
    for (std::size_t t = 0; t < tokens.size(); ++t) {
      counts[part.columns[t]] += part.counts[t];
      document_counts[part.columns[t]] += part.document_counts[t];
    }
    part.names = {};
  }
  require(!names.empty(), "documents", "at least one token", "only stop words, short words or no words");

  std::vector<std::uint32_t> kept;
  for (std::uint32_t token = 0; token < names.size(); ++token) {
    const auto n = static_cast<double>(document_counts[token]);
    if (n >= limits.least && n <= limits.most) kept.push_back(token);
  }
  require(!kept.empty(), "count_options: min_df, max_df", "limits that leave a token",
          "none of " + show(names.size()) + " in " + show(limits.least) + " to " + show(limits.most) + " documents");
  sort_by_name(kept, names);
  if (limits.max_features != 0 && limits.max_features < kept.size()) {
    std::stable_sort(kept.begin(), kept.end(), [&](std::uint32_t a, std::uint32_t b) { return counts[a] > counts[b]; });
    kept.resize(limits.max_features);
    sort_by_name(kept, names);
  }

  learned_tokens learned;
  std::vector<std::uint32_t> columns(names.size(), learned_tokens::left_out);
  learned.vocabulary.reserve(kept.size());
  learned.document_counts.reserve(kept.size());
  for (const std::uint32_t token : kept) {
    columns[token] = learned.vocabulary.insert(names[token]);
    learned.document_counts.push_back(document_counts[token]);
  }
  for (token_block& part : parts)
    for (std::uint32_t& column : part.columns) column = columns[column];
  learned.parts_ = std::move(parts);
  learned.n_documents_ = texts.size();
  learned.work_ = work_of(texts);
  return learned;
}

/// MurmurHash3_x86_32 of Austin Appleby, with seed 0.
inline std::uint32_t murmur3_32(std::string_view bytes) noexcept {
  const auto rotate = [](std::uint32_t x, int by) { return x << by | x >> (32 - by); };
  const auto mixed = [&](std::uint32_t k) { return rotate(k * 0xcc9e2d51u, 15) * 0x1b873593u; };
  std::uint32_t h = 0;
  std::size_t i = 0;
  for (; i + 4 <= bytes.size(); i += 4)
    h = rotate(h ^ mixed(static_cast<std::uint32_t>(load_id_half(bytes.data() + i))), 13) * 5 + 0xe6546b64u;
  std::uint32_t tail = 0;
  for (std::size_t j = bytes.size(); j-- > i;) tail = tail << 8 | static_cast<unsigned char>(bytes[j]);
  h ^= mixed(tail) ^ static_cast<std::uint32_t>(bytes.size());
  h = (h ^ h >> 16) * 0x85ebca6bu;
  h = (h ^ h >> 13) * 0xc2b2ae35u;
  return h ^ h >> 16;
}

}  // namespace detail
}  // namespace data
}  // namespace v0
}  // namespace tailor

#endif
