// SPDX-License-Identifier: BSD-3-Clause
// What was fitted, saved and loaded transforms to the same bits as what was fitted.
#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <tailor/data/encoding.hpp>
#include <tailor/data/features.hpp>
#include <tailor/data/imputation.hpp>
#include <tailor/data/nmf.hpp>
#include <tailor/data/pca.hpp>
#include <tailor/data/scaling.hpp>
#include <tailor/data/target_encoding.hpp>
#include <tailor/data/text.hpp>
#include <tailor/data/truncated_svd.hpp>
#include <tailor/data/weighting.hpp>
#include <tailor/io/model_file.hpp>
#include <tailor/metrics/calibration.hpp>
#include <vector>

#include "hostile.hpp"

namespace io = tailor::io;
namespace data = tailor::data;
namespace metrics = tailor::metrics;
using data::table;
using data::table_column;

namespace {

const double none = std::numeric_limits<double>::quiet_NaN();

template <class Model>
Model again(const Model& model) {
  const std::string bytes = io::to_bytes(model);
  Model back = io::from_bytes<Model>(bytes);
  CHECK(io::to_bytes(back) == bytes);
  CHECK(io::to_bytes(io::from_bytes<Model>(io::to_bytes(Model()))) == io::to_bytes(Model()));
  return back;
}

tailor::dense_matrix<double> numbers() { return {{1, 20, 3}, {4, 5, 6}, {7, 9, 10}, {0, 1, 1}, {2, 2, 5}}; }

table customers() {
  return table({table_column::of_numbers("age", {20, 30, none, 50, 60, 30}),
                table_column::of_texts<std::string>("plan", {"b", "g", "b", "b", "g", "s"}),
                table_column::of_texts<std::string>("city", {"x", "y", "z", "z", "x", ""}),
                table_column::of_texts<std::string>("churn", {"No", "Yes", "No", "No", "Yes", "Yes"})});
}

const std::vector<std::string> texts = {"The tea is hot", "the milk is cold", "hot milk, cold tea"};

}  // namespace

TEST_CASE("transformers: scalers and imputers come back") {
  const auto X = numbers();
  CHECK(again(data::standard_scaler().fit(X)).transform(X) == data::standard_scaler().fit(X).transform(X));
  const auto scaler = data::minmax_scaler(-1, 2).fit(X);
  CHECK(again(scaler).transform(X) == scaler.transform(X));
  auto holes = X;
  holes(1, 1) = none;
  data::imputer_options options;
  options.strategy = data::imputation::median;
  options.indicators = true;
  const auto imputer = data::simple_imputer(options).fit(holes);
  CHECK(again(imputer).transform(holes) == imputer.transform(holes));
}

TEST_CASE("transformers: encoders come back") {
  const table rows = customers();
  const std::vector<std::string> columns = {"plan", "city"};
  const std::vector<double> y = {0, 1, 0, 0, 1, 1};
  const auto one_hot = data::one_hot_encoder().fit(rows, columns);
  CHECK(again(one_hot).transform(rows) == one_hot.transform(rows));
  CHECK(again(one_hot).names() == one_hot.names());
  data::ordinal_options order;
  order.orders = {{"plan", {"s", "b", "g"}}};
  order.missing_value = -2;
  const auto ordinal = data::ordinal_encoder(order).fit(rows, columns);
  CHECK(again(ordinal).transform(rows) == ordinal.transform(rows));
  const auto target = data::target_encoder().fit(rows, columns, y);
  CHECK(again(target).transform(rows) == target.transform(rows));
  data::feature_options options;
  options.target = "churn";
  options.one_hot_levels = 3;
  options.min_frequency = 1;
  const auto features = data::feature_encoder(options).fit(rows);
  CHECK(again(features).transform(rows) == features.transform(rows));
  CHECK(again(features).labels(rows) == features.labels(rows));
}

TEST_CASE("transformers: decompositions come back") {
  const auto X = numbers();
  data::pca_options few;
  few.n_components = 2;
  few.whiten = true;
  const auto pca = data::pca(few).fit(X);
  CHECK(again(pca).transform(X) == pca.transform(X));
  data::truncated_svd_options two;
  two.n_components = 2;
  const auto svd = data::basic_truncated_svd<float>(two).fit(X);
  CHECK(again(svd).transform(X) == svd.transform(X));
  data::nmf_options topics;
  topics.n_components = 2;
  const auto nmf = data::nmf(topics).fit(X);
  CHECK(again(nmf).transform(X) == nmf.transform(X));
}

TEST_CASE("transformers: vectorizers and weightings come back") {
  const auto counts = data::count_vectorizer().fit(texts);
  CHECK(again(counts).transform(texts) == counts.transform(texts));
  const auto tfidf = data::tfidf_vectorizer().fit(texts);
  CHECK(again(tfidf).transform(texts) == tfidf.transform(texts));
  data::hashing_options options;
  options.n_features = 16;
  options.tokens.stop_words = {"the", "is"};
  const data::hashing_vectorizer hashed(options);
  CHECK(again(hashed).transform(texts) == hashed.transform(texts));
  const auto matrix = counts.transform(texts);
  const auto weighting = data::count_weighting(data::weighting::bm25).fit(matrix.view());
  CHECK(again(weighting).apply(matrix) == weighting.apply(matrix));
}

TEST_CASE("transformers: calibrations come back") {
  const std::vector<double> scores = {0.1, 0.4, 0.35, 0.8, 0.2}, labels = {0, 0, 1, 1, 0};
  const auto platt = metrics::platt_calibration().fit(scores, labels);
  CHECK(again(platt).apply(scores) == platt.apply(scores));
  const auto isotonic = metrics::isotonic_calibration().fit(scores, labels);
  CHECK(again(isotonic).apply(scores) == isotonic.apply(scores));
}

TEST_CASE("transformers: encoders attacked bit by bit") {
  hostile::attack(data::one_hot_encoder().fit(customers(), {"plan"}));
  hostile::attack(data::standard_scaler().fit(numbers()));
}
