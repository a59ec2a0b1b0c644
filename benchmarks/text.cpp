// SPDX-License-Identifier: BSD-3-Clause
// Texts to sparse rows on one thread, bytes per second of text. 100 MB of made-up words whose frequencies fall as those
// of a language do; scikit-learn 1.2.1's time for the same shape of text stands beside each figure, recorded on the
// machine of RESULTS.md on 2026-11-24. Build with -O2; nothing else (no BLAS).
#include "tailor/data/text.hpp"

#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "tailor/core/random.hpp"

namespace {

namespace data = tailor::data;

/// Documents of about 100 words out of 200,000, of two to twelve letters, the frequent ones short.
const std::vector<std::string>& articles() {
  static const std::vector<std::string> all = [] {
    tailor::random::generator random(1);
    const auto below = [&random](std::size_t n) {
      return static_cast<std::size_t>(random.uniform<double>() * static_cast<double>(n));
    };
    constexpr std::size_t n_words = 200'000;
    std::vector<std::string> words(n_words);
    for (std::size_t i = 0; i < n_words; ++i)
      for (std::size_t left = 1 + static_cast<std::size_t>(std::log2(static_cast<double>(i + 2)) / 4) + below(2);
           left != 0; --left)
        words[i] += {"bcdfghklmnprstvw"[below(16)], "aeiou"[below(5)]};
    std::vector<std::string> texts;
    for (std::size_t bytes = 0; bytes < 100'000'000; bytes += texts.back().size()) {
      texts.emplace_back();
      for (std::size_t left = 20 + below(160), i = 0; left != 0; --left, ++i) {
        // exp of a uniform number: the word of rank r comes 1 / r as often as the first
        const double rank = std::exp(random.uniform<double>() * std::log(static_cast<double>(n_words)));
        std::string word = words[static_cast<std::size_t>(rank) - 1];
        if (i % 11 == 0) word[0] = static_cast<char>(word[0] - 'a' + 'A');
        texts.back() += word + (i % 11 == 10 ? ". " : i % 7 == 3 ? ", " : " ");
      }
    }
    return texts;
  }();
  return all;
}

template <class F>
void measure(benchmark::State& state, const char* label, F f) {
  const data::documents texts = articles();
  tailor::run_options run;
  run.threads = 1;
  for (auto _ : state) benchmark::DoNotOptimize(f(texts, run));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(texts.bytes()));
  state.SetLabel(label);
}

void tokens_alone(benchmark::State& state) {
  const data::tokenizer words;
  measure(state, "", [&](const data::documents& texts, const tailor::run_options&) {
    std::vector<char> scratch;
    std::size_t n = 0;
    for (const std::string_view text : texts) words.for_each(text, scratch, [&n](std::string_view) { ++n; });
    return n;
  });
}

void count_fit_transform(benchmark::State& state) {
  measure(state, "scikit-learn 11.5 s", [](const data::documents& texts, const tailor::run_options& run) {
    return data::count_vectorizer().fit_transform(texts, run).nnz();
  });
}

void tfidf_fit_transform(benchmark::State& state) {
  measure(state, "scikit-learn 12.3 s", [](const data::documents& texts, const tailor::run_options& run) {
    return data::tfidf_vectorizer().fit_transform(texts, run).nnz();
  });
}

void tfidf_transform(benchmark::State& state) {
  data::tfidf_vectorizer vectorizer;
  vectorizer.fit(articles());
  measure(state, "of new documents", [&](const data::documents& texts, const tailor::run_options& run) {
    return vectorizer.transform(texts, run).nnz();
  });
}

void hashing_transform(benchmark::State& state) {
  measure(state, "scikit-learn 5.4 s", [](const data::documents& texts, const tailor::run_options& run) {
    return data::hashing_vectorizer().transform(texts, run).nnz();
  });
}

}  // namespace

BENCHMARK(tokens_alone)->Unit(benchmark::kMillisecond);
BENCHMARK(count_fit_transform)->Unit(benchmark::kMillisecond);
BENCHMARK(tfidf_fit_transform)->Unit(benchmark::kMillisecond);
BENCHMARK(tfidf_transform)->Unit(benchmark::kMillisecond);
BENCHMARK(hashing_transform)->Unit(benchmark::kMillisecond);

BENCHMARK_MAIN();
