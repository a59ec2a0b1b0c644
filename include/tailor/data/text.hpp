// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_DATA_TEXT_HPP
#define TAILOR_DATA_TEXT_HPP

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/loaded.hpp"
#include "../core/parallel.hpp"
#include "csr_matrix.hpp"
#include "documents.hpp"
#include "id_map.hpp"
#include "text_counts.hpp"
#include "tokenizer.hpp"

// Texts as sparse rows, by scikit-learn's definitions: [n_documents, n_tokens], one column a token. Every result is the
// same for any number of threads.

namespace tailor {
inline namespace v0 {
namespace data {

/// How many of the documents: `5` is five of them, `0.5` is half of them, as in scikit-learn: `1` is one, `1.0` all.
class document_limit {
 public:
  template <class N, class = std::enable_if_t<std::is_arithmetic_v<N> && !std::is_same_v<N, bool>>>
  document_limit(N n) noexcept : value_(static_cast<double>(n)), is_fraction_(std::is_floating_point_v<N>) {}

  double of(std::size_t n_documents) const noexcept {
    return is_fraction_ ? value_ * static_cast<double>(n_documents) : value_;
  }
  /// @throws value_error unless it is a fraction from 0 to 1 or a number from 1
  void check(std::string_view name) const {
    if (is_fraction_)
      require(value_ >= 0 && value_ <= 1, name, "a fraction from 0 to 1, or an integer", value_);
    else
      require(value_ >= 1, name, "at least 1 document, or a fraction", value_);
  }

  template <class A>
  void archive(A& a) {
    a("value", value_);
    a("is_fraction", is_fraction_);
  }

 private:
  double value_;
  bool is_fraction_;
};

struct count_options {
  tokenizer_options tokens;
  document_limit min_df = 1;     ///< tokens of fewer documents are left out
  document_limit max_df = 1.0;   ///< tokens of more documents are left out
  std::size_t max_features = 0;  ///< of the rest only the most frequent, among equals the first by name; 0 = all

  template <class A>
  void archive(A& a) {
    a("tokens", tokens);
    a("min_df", min_df);
    a("max_df", max_df);
    a("max_features", max_features);
  }
};

namespace detail {

void check(const count_options& options);
learned_tokens learn_tokens(const documents& texts, const count_options& options, bool keep, const run_options& run);
template <class T>
csr_matrix<T> count_tokens(const documents& texts, const count_options& options, const id_map& vocabulary,
                           const run_options& run);

}  // namespace detail

/// How often each token is in each document. As scikit-learn's CountVectorizer.
class count_vectorizer {
 public:
  /// @throws value_error as `tokenizer`, or for a fraction of documents outside [0, 1] or a number of them below 1
  explicit count_vectorizer(count_options options = {}) : options_(std::move(options)) { detail::check(options_); }

  const count_options& options() const noexcept { return options_; }
  bool is_fitted() const noexcept { return !vocabulary_.empty(); }
  /// The tokens and their columns: sorted by their bytes, which is the order of their characters.
  const id_map& vocabulary() const noexcept { return vocabulary_; }

  /// Learns the vocabulary. A failed fit changes nothing. O(bytes + tokens log tokens of a document)
  /// @throws value_error for no documents, or limits that leave no token or contradict each other; cancelled_error
  count_vectorizer& fit(const documents& texts, const run_options& run = {}) {
    vocabulary_ = detail::learn_tokens(texts, options_, false, run).vocabulary;
    return *this;
  }

  /// `fit`, then `transform` of the same documents, in one pass.
  template <class T = double>
  csr_matrix<T> fit_transform(const documents& texts, const run_options& run = {}) {
    detail::learned_tokens learned = detail::learn_tokens(texts, options_, true, run);
    csr_matrix<T> counts = learned.counts<T>(run);
    vocabulary_ = std::move(learned.vocabulary);
    return counts;
  }

  /// Counts the tokens that `fit` saw; others are ignored. A document without any has an empty row.
  /// @return [n_documents, vocabulary().size()]
  /// @throws not_fitted_error, cancelled_error
  template <class T = double>
  csr_matrix<T> transform(const documents& texts, const run_options& run = {}) const {
    return detail::count_tokens<T>(texts, options_, vocabulary_, run);
  }

  static constexpr const char* saved_as = "tailor.data.count_vectorizer";
  template <class A>
  void archive(A& a) {
    a("options", options_);
    a("vocabulary", vocabulary_);
  }

 private:
  count_options options_;
  id_map vocabulary_;
};

/// What is 1 in every row that is not empty: nothing, the sum of the absolute values, or the length.
enum class text_norm { none, l1, l2 };
constexpr std::array<std::string_view, 3> enum_names(text_norm) { return {"none", "l1", "l2"}; }

struct tfidf_options {
  count_options counts;
  text_norm norm = text_norm::l2;
  bool smooth_idf = true;     ///< as if one more document had every token once
  bool sublinear_tf = false;  ///< 1 + ln(count) for the count

  template <class A>
  void archive(A& a) {
    a("counts", counts);
    a("norm", norm);
    a("smooth_idf", smooth_idf);
    a("sublinear_tf", sublinear_tf);
  }
};

/// Counts weighted by how few documents have the token: count · idf with
///   idf = ln((1 + n) / (1 + df)) + 1        (ln(n / df) + 1 without smooth_idf)
/// then rows of one length. As scikit-learn's TfidfVectorizer. `tfidf_weight` of data/weighting.hpp is implicit's.
class tfidf_vectorizer {
 public:
  /// @throws value_error as `count_vectorizer`
  explicit tfidf_vectorizer(tfidf_options options = {}) : options_(std::move(options)) {
    detail::check(options_.counts);
  }

  const tfidf_options& options() const noexcept { return options_; }
  bool is_fitted() const noexcept { return !vocabulary_.empty(); }
  const id_map& vocabulary() const noexcept { return vocabulary_; }
  /// Of each token of the vocabulary.
  const std::vector<double>& idf() const noexcept { return idf_; }

  /// Learns vocabulary and idf. As count_vectorizer::fit.
  tfidf_vectorizer& fit(const documents& texts, const run_options& run = {});

  /// `fit`, then `transform` of the same documents, in one pass.
  template <class T = double>
  csr_matrix<T> fit_transform(const documents& texts, const run_options& run = {});

  /// As count_vectorizer::transform, weighted by what `fit` saw.
  template <class T = double>
  csr_matrix<T> transform(const documents& texts, const run_options& run = {}) const {
    return weighted(detail::count_tokens<T>(texts, options_.counts, vocabulary_, run), idf_, run);
  }

  static constexpr const char* saved_as = "tailor.data.tfidf_vectorizer";
  template <class A>
  void archive(A& a) {
    a("options", options_);
    a("vocabulary", vocabulary_);
    a("idf", idf_);
  }
  void loaded() const { tailor::detail::require_loaded(idf_, vocabulary_.size(), "idf"); }

 private:
  std::vector<double> idf_of(const detail::learned_tokens& learned, std::size_t n_documents) const;
  template <class T>
  csr_matrix<T> weighted(csr_matrix<T> counts, const std::vector<double>& idf, const run_options& run) const;

  tfidf_options options_;
  id_map vocabulary_;
  std::vector<double> idf_;
};

struct hashing_options {
  tokenizer_options tokens;
  std::size_t n_features = std::size_t{1} << 20;
  bool alternate_sign = true;  ///< a token counts +1 or −1 by its hash, so that those of one column cancel out
  text_norm norm = text_norm::l2;

  template <class A>
  void archive(A& a) {
    a("tokens", tokens);
    a("n_features", n_features);
    a("alternate_sign", alternate_sign);
    a("norm", norm);
  }
};

/// Counts in columns that a hash of the token chooses, so that there is nothing to learn and no vocabulary to keep:
/// column |h| mod n_features with the sign of h, the 32 bits of MurmurHash3 with seed 0. As scikit-learn's
/// HashingVectorizer. (Weinberger et al.: Feature hashing for large scale multitask learning. ICML 2009)
class hashing_vectorizer {
 public:
  /// @throws value_error as `tokenizer`, or for an n_features outside [1, 2³¹ − 1]
  explicit hashing_vectorizer(hashing_options options = {});

  const hashing_options& options() const noexcept { return options_; }

  /// A token whose signs cancel out stays as a stored zero. O(bytes + tokens log tokens of a document)
  /// @return [n_documents, n_features]
  /// @throws cancelled_error
  template <class T = double>
  csr_matrix<T> transform(const documents& texts, const run_options& run = {}) const;

  static constexpr const char* saved_as = "tailor.data.hashing_vectorizer";
  template <class A>
  void archive(A& a) {
    a("options", options_);
  }

 private:
  hashing_options options_;
};

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

inline void check(const count_options& options) {
  tokenizer{options.tokens};  // says what is wrong with them
  options.min_df.check("count_options::min_df");
  options.max_df.check("count_options::max_df");
}

inline learned_tokens learn_tokens(const documents& texts, const count_options& options, bool keep,
                                   const run_options& run) {
  require(!texts.empty(), "documents", "at least one", texts.size());
  const double least = options.min_df.of(texts.size()), most = options.max_df.of(texts.size());
  if (most < least)
    throw value_error(
        describe("count_options::max_df", "at least min_df, here " + show(least) + " documents", show(most)));
  return learn_tokens(texts, tokenizer(options.tokens), {least, most, options.max_features}, keep, run);
}

template <class T>
csr_matrix<T> count_tokens(const documents& texts, const count_options& options, const id_map& vocabulary,
                           const run_options& run) {
  if (vocabulary.empty()) throw not_fitted_error("vectorizer: expected fit before transform, found no vocabulary");
  return rows_of_texts<T>(texts, tokenizer(options.tokens), vocabulary.size(), run,
                          [&vocabulary](span<const std::string_view> tokens, token_stream& stream) {
                            std::array<std::uint32_t, token_batches::most> columns;
                            vocabulary.find_many(tokens, columns.data());
                            for (std::size_t i = 0; i < tokens.size(); ++i)
                              if (columns[i] != id_map::none) stream.add(columns[i]);
                          });
}

}  // namespace detail

inline std::vector<double> tfidf_vectorizer::idf_of(const detail::learned_tokens& learned,
                                                    std::size_t n_documents) const {
  const double smooth = options_.smooth_idf ? 1 : 0;
  std::vector<double> idf;
  idf.reserve(learned.document_counts.size());
  for (const std::uint64_t df : learned.document_counts)
    idf.push_back(std::log((static_cast<double>(n_documents) + smooth) / (static_cast<double>(df) + smooth)) + 1);
  return idf;
}

inline tfidf_vectorizer& tfidf_vectorizer::fit(const documents& texts, const run_options& run) {
  detail::learned_tokens learned = detail::learn_tokens(texts, options_.counts, false, run);
  idf_ = idf_of(learned, texts.size());
  vocabulary_ = std::move(learned.vocabulary);
  return *this;
}

template <class T>
csr_matrix<T> tfidf_vectorizer::fit_transform(const documents& texts, const run_options& run) {
  detail::learned_tokens learned = detail::learn_tokens(texts, options_.counts, true, run);
  std::vector<double> idf = idf_of(learned, texts.size());
  csr_matrix<T> rows = weighted(learned.counts<T>(run), idf, run);
  vocabulary_ = std::move(learned.vocabulary);
  idf_ = std::move(idf);
  return rows;
}

namespace detail {

/// Weights the values of every row in place by `weight(column, value)`, then divides by their norm, in parallel.
template <class T, class Weight>
csr_matrix<T> weighted_rows(csr_matrix<T> rows, text_norm norm, const run_options& run, Weight&& weight) {
  static_assert(std::is_floating_point_v<T>, "tailor: weighted rows are no integers: transform<double>(texts)");
  const csr_view<T> view = rows.view();
  const span<T> values = rows.values();
  parallel_blocks(blocks{rows.n_rows(), 4096}, run, {10.0 * static_cast<double>(rows.nnz())},
                  [&](std::size_t, std::size_t, std::size_t begin, std::size_t end) {
                    std::vector<double> wide;
                    for (std::size_t r = begin; r < end; ++r) {
                      const row_view<T> row = view.row(r);
                      wide.resize(row.size());
                      double total = 0;
                      for (std::size_t i = 0; i < row.size(); ++i) {
                        const double x = wide[i] = weight(row.columns[i], static_cast<double>(row.values[i]));
                        total += norm == text_norm::l2 ? x * x : std::abs(x);
                      }
                      if (norm == text_norm::l2) total = std::sqrt(total);
                      const double divisor = norm == text_norm::none || total == 0 ? 1 : total;
                      T* const out = values.data() + view.row_pointers()[r];
                      for (std::size_t i = 0; i < wide.size(); ++i) out[i] = static_cast<T>(wide[i] / divisor);
                    }
                  });
  return rows;
}

}  // namespace detail

template <class T>
csr_matrix<T> tfidf_vectorizer::weighted(csr_matrix<T> counts, const std::vector<double>& idf,
                                         const run_options& run) const {
  const bool sublinear = options_.sublinear_tf;
  return detail::weighted_rows(std::move(counts), options_.norm, run, [&](std::uint32_t column, double count) {
    return (sublinear ? 1 + std::log(count) : count) * idf[column];
  });
}

inline hashing_vectorizer::hashing_vectorizer(hashing_options options) : options_(std::move(options)) {
  tokenizer{options_.tokens};
  require(options_.n_features >= 1 && options_.n_features <= 0x7fffffff, "hashing_options::n_features",
          "a number from 1 to 2147483647", options_.n_features);
}

template <class T>
csr_matrix<T> hashing_vectorizer::transform(const documents& texts, const run_options& run) const {
  const auto n_features = static_cast<std::uint32_t>(options_.n_features);
  csr_matrix<T> counts = detail::rows_of_texts<T>(
      texts, tokenizer(options_.tokens), n_features, run,
      [&](span<const std::string_view> tokens, detail::token_stream& stream) {
        for (const std::string_view token : tokens) {
          const std::uint32_t hash = detail::murmur3_32(token);
          const bool negative = hash >> 31 != 0;
          stream.add((negative ? 0u - hash : hash) % n_features, negative && options_.alternate_sign);
        }
      });
  if (options_.norm == text_norm::none) return counts;
  return detail::weighted_rows(std::move(counts), options_.norm, run,
                               [](std::uint32_t, double count) { return count; });
}

}  // namespace data
}  // namespace v0
}  // namespace tailor

#endif
