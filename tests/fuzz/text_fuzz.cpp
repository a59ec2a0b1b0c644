// SPDX-License-Identifier: BSD-3-Clause
// The tokeniser and the vectorizers on hostile bytes. The first byte chooses options; the rest is the text, cut into
// documents at new lines. Tokens must equal those of the plain twin, and counts those counted from them.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tailor/data/text.hpp"
#include "text_twin.hpp"

namespace {

using namespace tailor::data;

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  count_options options;
  options.tokens.lowercase = (data[0] & 1) != 0;
  options.tokens.cjk_bigrams = (data[0] & 2) != 0;
  options.tokens.min_length = 1 + (data[0] >> 2 & 1u);
  options.tokens.min_ngram = 1 + (data[0] >> 3 & 1u);
  options.tokens.max_ngram = options.tokens.min_ngram + (data[0] >> 4 & 3u);
  if ((data[0] & 64) != 0) options.tokens.stop_words = {"the", "of"};
  const tokenizer words(options.tokens);

  // copied, so that a read behind the end is seen
  const std::vector<char> bytes(data + 1, data + size);
  std::string_view rest(bytes.data(), bytes.size());
  std::vector<std::string_view> texts;
  std::vector<std::map<std::string, double>> counts;
  for (bool more = true; more;) {
    const std::size_t end = rest.find('\n');
    more = end != std::string_view::npos;
    texts.push_back(rest.substr(0, end));
    const std::vector<std::string> expected = text_twin::tokens(texts.back(), options.tokens);
    require(words.tokens(texts.back()) == expected);
    counts.emplace_back();
    for (const std::string& token : expected) ++counts.back()[token];
    if (more) rest.remove_prefix(end + 1);
  }

  count_vectorizer vectorizer(options);
  csr_matrix<double> matrix;
  try {
    matrix = vectorizer.fit_transform(texts);
  } catch (const tailor::value_error&) {
    for (const auto& row : counts) require(row.empty());
    return 0;
  }
  require(matrix == vectorizer.transform(texts) && matrix.n_rows() == texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    require(matrix.row(i).size() == counts[i].size());
    std::size_t k = 0;
    for (const auto& [token, count] : counts[i]) {
      require(vectorizer.vocabulary()[matrix.row(i).columns[k]] == token && matrix.row(i).values[k] == count);
      ++k;
    }
  }
  require(hashing_vectorizer(hashing_options{options.tokens, 7, true, text_norm::l1}).transform(texts).n_columns() ==
          7);
  return 0;
}
