// SPDX-License-Identifier: BSD-3-Clause
// Expected numbers: scikit-learn 1.2.1's CountVectorizer, TfidfVectorizer and HashingVectorizer on the same generated
// documents (made by the generator below, written again in Python and decoded with errors="replace"), Python 3.11's
// str.lower and unicodedata 14.0, and the plain tokeniser of tests/fuzz/text_twin.hpp.
#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tailor/data/text.hpp>
#include <utility>
#include <vector>

#include "../fuzz/text_twin.hpp"
#include "support/remembered.hpp"

namespace data = tailor::data;
using data::count_options;
using data::count_vectorizer;
using data::csr_matrix;
using data::hashing_options;
using data::hashing_vectorizer;
using data::text_norm;
using data::tfidf_options;
using data::tfidf_vectorizer;
using data::tokenizer;
using data::tokenizer_options;
using tailor::value_error;
using strings = std::vector<std::string>;

namespace {

/// A 64-bit congruential generator.
class numbers {
 public:
  std::size_t below(std::size_t n) {
    return static_cast<std::size_t>((state_ = state_ * 6364136223846793005u + 1442695040888963407u) >> 33) % n;
  }

 private:
  std::uint64_t state_ = 1;
};

/// Words of three scripts, joined by what is none, also by bytes that are no UTF-8.
strings generated(std::size_t n) {
  const strings pieces = {"an", "Ser", "К", "ара", "Σο", "é", "x1", "_", "ß", "Ñandu", "ö", "Ж", "λ", "9", "Ʒa", "ly"};
  const strings between = {" ", ", ", "'", "-", "\xff", "\n", "\xe4\xbd", "!", " \xed\xa0\x80 ", " — "};
  numbers random;
  strings all(n);
  for (std::string& text : all)
    for (std::size_t left = random.below(60); left != 0; --left) {
      std::size_t word = random.below(random.below(1500) + 1);
      do text += pieces[word % pieces.size()];
      while ((word /= pieces.size()) != 0);
      text += between[random.below(between.size())];
    }
  return all;
}

struct expected {
  std::size_t n_columns, nnz;
  std::vector<double> rows;      // a sum of each fiftieth row, from the seventh
  std::vector<double> hundreds;  // of a hundred rows each
};

template <class T>
void check(const csr_matrix<T>& matrix, const expected& e, double tolerance = 1e-12) {
  REQUIRE(matrix.n_rows() == 1000);
  CHECK(matrix.n_columns() == e.n_columns);
  CHECK(matrix.nnz() == e.nnz);
  std::vector<double> sums, hundreds(10);
  for (std::size_t i = 0; i < matrix.n_rows(); ++i) {
    const data::row_view<T> row = matrix.row(i);
    double sum = 0;
    for (std::size_t k = 0; k < row.size(); ++k)
      sum += static_cast<double>(row.values[k]) * (static_cast<double>((i * 31 + row.columns[k] * 17) % 101) - 50);
    sums.push_back(sum);
    hundreds[i / 100] += sum;
  }
  // weights are up to 50 and rows have some 50 cells
  for (std::size_t k = 0; k < 20; ++k) CHECK(std::abs(sums[7 + 50 * k] - e.rows[k]) < 50 * tolerance);
  for (std::size_t k = 0; k < 10; ++k) CHECK(std::abs(hundreds[k] - e.hundreds[k]) < 500 * tolerance);
}

strings tokens(std::string_view text, const tokenizer_options& options = {}) { return tokenizer(options).tokens(text); }

tokenizer_options ngrams(std::size_t from, std::size_t to) {
  tokenizer_options o;
  o.min_ngram = from;
  o.max_ngram = to;
  return o;
}

}  // namespace

TEST_CASE("tfidf_vectorizer: as scikit-learn") {
  const strings all = generated(1000);
  tfidf_vectorizer plain;
  const csr_matrix<double> matrix = plain.fit_transform(all);
  const expected e = {
      1422,
      28248,
      {0.6437496664306241, 11.517513918465454, 17.82296553853586,   -14.239384989030802, -27.13705378781488,
       2.8687706303907428, 29.951047093469388, -24.884516325950848, 14.850396656704133,  27.03402099391717,
       38.180626702319536, -41.80356534290824, 0.03874632755522378, 5.122627237940455,   -7.833606037504257,
       -16.35746744504322, 12.083995460177718, 3.76592877686847,    -28.006439667157906, -23.735274303025008},
      {-49.30495441266767, -275.5693469770079, 149.49136197386673, -65.52469414796239, 64.59402482981653,
       615.148039647404, -22.209160737870995, -309.08335694964774, 367.124221826559, 25.66739550148042}};
  check(matrix, e);
  check(plain.transform<float>(all), e, 1e-6);
  CHECK(std::abs(plain.idf()[2] - 6.52246041819533) < 1e-12);
  const std::vector<std::pair<std::string, double>> row = {
      {"lyñanduк", 0.41931929177437965}, {"lyʒaser", 0.40025987905238974}, {"lyж", 0.32064945972347064},
      {"x1ʒaser", 0.39219040993925197},  {"x1σο", 0.29745440200340384},    {"σοéк", 0.4248820076668731},
      {"жßser", 0.3719275808370378}};
  REQUIRE(matrix.row(6).size() == row.size());
  for (std::size_t k = 0; k < row.size(); ++k) {
    CHECK(plain.vocabulary()[matrix.row(6).columns[k]] == row[k].first);
    CHECK(std::abs(matrix.row(6).values[k] - row[k].second) < 1e-12);
  }

  tfidf_options options;
  options.counts.tokens = ngrams(1, 2);
  options.counts.tokens.stop_words = {"an", "SerAn", "анан"};
  options.counts.min_df = 3;
  options.counts.max_df = .05;
  options.sublinear_tf = true;
  check(
      tfidf_vectorizer(options).fit_transform(all),
      expected{1202,
               21208,
               {16.2944065277063,   20.06475608668525,   -10.714381801756833, -41.46944241453921,  -6.785756521689567,
                4.408595130052391,  15.920662531604833,  28.652242475811168,  -3.129316834966896,  -2.1364685791507547,
                46.226978842910796, -12.16616751474681,  19.254116585426495,  -26.374503953481202, -7.240552692313585,
                -5.721954110459368, -14.383190251727095, -56.133216008661684, 13.011506867933964,  43.06617713688975},
               {305.0510127223606, 529.4318075290744, 340.62620009391446, 154.15063546942227, 129.08135592317623,
                -90.60696473186518, -450.03204740107634, -334.3290879554456, 289.7995203171828, -18.88992280052968}});

  options = {};
  options.counts.min_df = .01;
  options.norm = text_norm::l1;
  options.smooth_idf = false;
  check(
      tfidf_vectorizer(options).fit_transform(all),
      expected{916,
               25877,
               {0.8419910136653694,  4.987576014282844,   4.077337528924063,   -9.61429585045408,  -5.998617929677297,
                5.573949177596106,   0.4914607558871027,  0.5643778687374343,  2.490199135109265,  15.581664287832535,
                -1.8983802733377355, -8.934607868330062,  2.6706173350713476,  0.2815626972739764, -0.7326278449488408,
                7.048612804281896,   -0.6027614080843562, -14.180576017844805, 9.881071971457771,  5.8052949828505085},
               {75.02077160547913, 13.519102254939334, 64.16097405753285, 66.05458887400655, 5.9287177640919255,
                145.74228644956108, -35.61065366773436, -41.33606779336233, -45.91120239117623, 215.68812864511762}});
}

TEST_CASE("count_vectorizer: as scikit-learn, of any type") {
  const strings all = generated(1000);
  const expected e = {1422,
                      28248,
                      {-8.0,  37.0,   126.0, -74.0, -186.0, -13.0, 216.0, -62.0, 85.0,  114.0,
                       201.0, -139.0, -34.0, 67.0,  -28.0,  -97.0, 65.0,  44.0,  -80.0, -176.0},
                      {-910.0, -1970.0, -508.0, 36.0, -113.0, 2457.0, -1213.0, -2013.0, 2640.0, 354.0}};
  count_vectorizer vectorizer;
  check(vectorizer.fit_transform<int>(all), e);
  check(vectorizer.transform<float>(all), e);
  CHECK(count_vectorizer().fit(all).vocabulary() == vectorizer.vocabulary());
}

TEST_CASE("hashing_vectorizer: as scikit-learn") {
  const strings all = generated(1000);
  check(
      hashing_vectorizer(hashing_options{ngrams(1, 3), 1000, true, text_norm::l2}).transform(all),
      expected{1000,
               78724,
               {-65.19999999999999,
                -15.25000000000001,
                51.740933341084386,
                -20.939932407502397,
                30.77950255897223,
                -9.563309916118165,
                17.8086875049609,
                10.200000000000001,
                21.990321903640748,
                27.577164466275363,
                -41.790640424844476,
                55.87892756177901,
                -25.0,
                7.469939758793243,
                -36.298148100909444,
                -18.382900600361168,
                -50.625927113723385,
                8.212100613803267,
                -3.5496478698597698,
                36.59729933807381},
               {245.19838402467946, -15.559255518253243, -0.7941851151622772, 74.96201682471187, 354.1353325171266,
                162.98747898207287, 80.80542177365108, -332.0567857927786, -131.83159967936933, -229.91373898729245}});
  hashing_options options;
  options.alternate_sign = false;
  options.norm = text_norm::none;
  check(hashing_vectorizer(options).transform<float>(all),
        expected{1048576,
                 28247,
                 {-76.0, -355.0, 49.0,   -99.0,  131.0, -82.0, 232.0, -201.0, 59.0, 113.0,
                  282.0, 55.0,   -407.0, -242.0, 92.0,  -11.0, -41.0, -94.0,  89.0, -178.0},
                 {-897.0, 1934.0, -3409.0, 499.0, -1403.0, -1884.0, -559.0, -804.0, 1302.0, -2632.0}});
}

TEST_CASE("vectorizers: the same for any number of threads, one document, and after saving") {
  strings all = generated(1000);
  for (int i = 0; i < 6; ++i) all.insert(all.end(), all.begin(), all.begin() + 1000);  // several blocks
  for (std::string& text : all) text += ' ' + text;
  tailor::run_options one, four;
  one.threads = 1;
  four.threads = 4;
  tfidf_vectorizer a, b;
  const csr_matrix<double> matrix = a.fit_transform(all, one);
  CHECK(b.fit_transform(all, four) == matrix);
  CHECK(b.vocabulary() == a.vocabulary());
  CHECK(a.transform(all, four) == matrix);
  CHECK(tfidf_vectorizer().fit(all, four).idf() == a.idf());
  CHECK(hashing_vectorizer().transform(all, one) == hashing_vectorizer().transform(all, four));

  const csr_matrix<double> single = remembered::copy(a).transform({all[6]});
  CHECK(single == data::single_row(matrix.row(6), matrix.n_columns()));
}

TEST_CASE("count_vectorizer: max_features takes the most frequent, then the first by name") {
  count_options options;
  options.max_features = 2;
  count_vectorizer vectorizer(options);
  const csr_matrix<int> counts = vectorizer.fit_transform<int>({"bb cc aa zz zz", "zz cc bb aa"});
  CHECK(vectorizer.vocabulary() == data::id_map{"aa", "zz"});
  CHECK(counts == csr_matrix<int>(2, 2, {0, 2, 4}, {0, 1, 0, 1}, {1, 2, 1, 1}));
  CHECK(vectorizer.transform<int>({"", "new words", "AA"}) == csr_matrix<int>(3, 2, {0, 0, 0, 1}, {0}, {1}));
}

TEST_CASE("vectorizers: what cannot be") {
  count_vectorizer vectorizer;
  CHECK_THROWS_WITH_AS(vectorizer.transform({"aa"}), "vectorizer: expected fit before transform, found no vocabulary",
                       tailor::not_fitted_error);
  CHECK_THROWS_AS(tfidf_vectorizer().transform({"aa"}), tailor::not_fitted_error);
  vectorizer.fit({"kept"});
  CHECK_THROWS_WITH_AS(vectorizer.fit(strings{}), "documents: expected at least one, found 0", value_error);
  CHECK_THROWS_WITH_AS(vectorizer.fit({"a", "! ?", ""}),
                       "documents: expected at least one token, found only stop words, short words or no words",
                       value_error);
  tailor::run_options stop;
  stop.progress = [](const tailor::progress_report&) { return false; };
  CHECK_THROWS_AS(vectorizer.fit({"new words"}, stop), tailor::cancelled_error);
  CHECK(vectorizer.vocabulary() == data::id_map{"kept"});

  count_options options;
  options.min_df = 2;
  CHECK_THROWS_WITH_AS(count_vectorizer(options).fit({"aa", "bb"}),
                       "count_options: min_df, max_df: expected limits that leave a token, found none of 2 in 2 to 2 "
                       "documents",
                       value_error);
  options.max_df = 1;
  CHECK_THROWS_WITH_AS(count_vectorizer(options).fit({"aa", "bb"}),
                       "count_options::max_df: expected at least min_df, here 2 documents, found 1", value_error);
  for (const data::document_limit& limit :
       {data::document_limit(0), data::document_limit(-1), data::document_limit(1.5), data::document_limit(-.5),
        data::document_limit(std::nan(""))}) {
    count_options bad;
    bad.min_df = limit;
    CHECK_THROWS_AS(count_vectorizer{bad}, value_error);
    CHECK_THROWS_AS(tfidf_vectorizer(tfidf_options{bad, text_norm::l2, true, false}), value_error);
  }
  CHECK_THROWS_AS(hashing_vectorizer(hashing_options{{}, 0, true, text_norm::l2}), value_error);
  CHECK_THROWS_AS(hashing_vectorizer(hashing_options{{}, std::size_t{1} << 31, true, text_norm::l2}), value_error);
  for (const tokenizer_options& bad : {ngrams(0, 1), ngrams(2, 1), ngrams(1, 17), ngrams(1, std::size_t(-1))})
    CHECK_THROWS_AS(tokenizer{bad}, value_error);
  tokenizer_options empty;
  empty.min_length = 0;
  CHECK_THROWS_AS(tokenizer{empty}, value_error);
}

TEST_CASE("tokenizer: words, case and sigma") {
  CHECK(tokens("I don't like_it, No. 42!") == strings{"don", "like_it", "no", "42"});
  CHECK(tokens("ΟΔΟΣ ΣΟΦΟΣ οδός ΙΣ1 Σ") == strings{"οδος", "σοφος", "οδός", "ισ1"});
  CHECK(tokens("ÀÉÎÕÜ Ÿß ĲŁŽ Ǆa ЁЖ ҐЏ Ẁẞ Ա1") == strings{"àéîõü", "ÿß", "ĳłž", "ǆa", "ёж", "ґџ", "ẁß", "ա1"});
  CHECK(tokens("İstanbul") == strings{"istanbul"});
  CHECK(tokens("cafe\u0301 हिन्दी") == strings{"cafe\u0301", "हिन्दी"});  // a mark is part of its word
  tokenizer_options options;
  options.lowercase = false;
  options.min_length = 1;
  CHECK(tokens("I ΑΣ don't", options) == strings{"I", "ΑΣ", "don", "t"});
}

TEST_CASE("tokenizer: pairs of Chinese, Japanese and Korean characters") {
  CHECK(tokens("我爱北京，东") == strings{"我爱", "爱北", "北京", "东"});
  CHECK(tokens("ABC日本語x1 カタカナ한국어") ==
        strings{"abc", "日本", "本語", "x1", "カタ", "タカ", "カナ", "ナ한", "한국", "국어"});
  tokenizer_options whole;
  whole.cjk_bigrams = false;
  CHECK(tokens("我爱北京，东 ab京", whole) == strings{"我爱北京", "ab京"});
}

TEST_CASE("tokenizer: stop words and n-grams") {
  tokenizer_options options = ngrams(1, 3);
  options.stop_words = {"The", "don't", "北京"};
  CHECK(tokens("the red fox the den don 北京", options) ==
        strings{"red", "fox", "red fox", "den", "fox den", "red fox den"});
  CHECK(tokens("aa bb cc", ngrams(2, 2)) == strings{"aa bb", "bb cc"});
  CHECK(tokens("aa", ngrams(2, 16)).empty());
}

TEST_CASE("tokenizer: bytes that are no UTF-8 end words") {
  for (const std::string bad :
       {"\x80", "\xc0\x80", "\xc1\xbf", "\xc3", "\xe0\x80\x80", "\xed\xa0\x80", "\xe4\xbd", "\xf0\x80\x80\x80",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xf0\x9f\x98", "\xfe", "\xff"})
    CHECK(tokens("aa" + bad + "bb" + bad) == strings{"aa", "bb"});
  CHECK(tokens(std::string("aa\0bb", 5)) == strings{"aa", "bb"});
}

TEST_CASE("tokenizer: equals its twin on random bytes and characters") {
  numbers random;
  const strings pieces = {"a",      "Bc", "Σ",    "ς",    "é",        "中", "文", "カ", "한", "𠀀",
                          "\u0301", "Ⱥ",  "\xe4", "\xbd", "\xf0\x9f", " ",  "'",  "_",  "😀",  "𐐀"};
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (std::size_t left = random.below(24); left != 0; --left)
      text += random.below(8) == 0 ? std::string(1, static_cast<char>(random.below(256) - 128))
                                   : pieces[random.below(pieces.size())];
    tokenizer_options options = ngrams(1 + random.below(2), 2 + random.below(3));
    options.lowercase = random.below(3) != 0;
    options.cjk_bigrams = random.below(3) != 0;
    options.min_length = 1 + random.below(3);
    REQUIRE(tokens(text, options) == text_twin::tokens(text, options));
  }
  std::string all;
  for (const std::string& text : generated(50)) all += text;
  CHECK(tokens(all) == text_twin::tokens(all, {}));
}

TEST_CASE("unicode: word characters and lower case are those of version 14.0") {
  std::uint64_t words = 0, cases = 0;
  for (std::uint32_t c = 0; c < 0x110000; ++c) {
    if (data::detail::is_word(c)) words = words * 6364136223846793005u + c;
    if (const std::uint32_t lower = data::detail::lower_case(c); lower != c)
      cases = cases * 6364136223846793005u + std::uint64_t{c} * 0x110000u + lower;
  }
  CHECK(words == 15871407398520972154u);
  CHECK(cases == 15604999771772416930u);
}

TEST_CASE("documents: of any range of texts") {
  const char* const array[] = {"aa bb", "aa"};
  const std::vector<std::string_view> views = {"aa bb", "aa"};
  const csr_matrix<double> expected = count_vectorizer().fit_transform({"aa bb", "aa"});
  CHECK(count_vectorizer().fit_transform(array) == expected);
  CHECK(count_vectorizer().fit_transform(views) == expected);
  CHECK(count_vectorizer().fit_transform(strings{"aa bb", "aa"}) == expected);
}
