// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_TESTS_CONFORMANCE_MODELS_HPP
#define TAILOR_TESTS_CONFORMANCE_MODELS_HPP

// Every model that the suite asks. A new one is a new line of `every_model`.

#include <functional>
#include <memory>
#include <string>
#include <tailor/recommender.hpp>
#include <utility>
#include <vector>
#if __has_include(<nlohmann/json.hpp>)
#include <tailor/io/model_file.hpp>
#endif

namespace conformance {

namespace rec = tailor::recommender;
namespace data = tailor::data;
namespace sim = tailor::similarity;

/// A model without its type: what `any_scorer` does not offer, because it holds what nobody changes any more.
template <class T>
struct subject {
  virtual ~subject() = default;
  virtual void fit(const data::csr_matrix<T>& user_items, const tailor::run_options& run = {}) = 0;
  virtual void fit(const data::interactions& log) = 0;
  virtual rec::basic_any_scorer<T> scorer() const = 0;    ///< a copy of the model as it is now
  virtual std::unique_ptr<subject> reloaded() const = 0;  ///< saved and loaded; null where there is no `io`
  virtual bool explains() const = 0;
  virtual bool predicts() const = 0;
};

template <class Model, class T = typename Model::value_type>
struct subject_of final : subject<T> {
  explicit subject_of(Model m) : model(std::move(m)) {}

  void fit(const data::csr_matrix<T>& user_items, const tailor::run_options& run) override {
    model.fit(user_items, run);
  }
  void fit(const data::interactions& log) override { model.fit(log); }
  rec::basic_any_scorer<T> scorer() const override { return model; }
  std::unique_ptr<subject<T>> reloaded() const override {
#if __has_include(<nlohmann/json.hpp>)
    return std::make_unique<subject_of>(tailor::io::from_bytes<Model>(tailor::io::to_bytes(model)));
#else
    return nullptr;
#endif
  }
  bool explains() const override { return rec::explains_v<Model>; }
  bool predicts() const override { return predicts(0); }

  // k-NN models predict in one of their modes alone.
  template <class M = Model>
  auto predicts(int) const -> decltype(std::declval<const M&>().options().mode == rec::knn_mode::ratings) {
    return model.options().mode == rec::knn_mode::ratings;
  }
  bool predicts(...) const { return rec::predicts_v<Model>; }

  Model model;
};

template <class T>
struct entry {
  std::string name;
  std::function<std::unique_ptr<subject<T>>()> make;  ///< not fitted yet
  bool associates = true;                             ///< learns what goes with what, as a checkerboard shows
};

template <class Model, class... Options>
auto of(const Options&... options) {
  using T = typename Model::value_type;
  return [=]() -> std::unique_ptr<subject<T>> { return std::make_unique<subject_of<Model>>(Model(options...)); };
}

// One measure a model, not any of eleven, keeps the compiler quick.
template <class T, class Measure = sim::cosine>
using user_knn = rec::basic_user_knn<T, Measure>;
template <class T, class Measure = sim::cosine>
using item_knn = rec::basic_item_knn<T, Measure>;

inline auto ratings(rec::centring centre, const rec::bias_options& biases = {}) {
  auto options = rec::basic_knn_options<sim::msd>::ratings();
  options.centre = centre;
  options.biases = biases;
  return options;
}

/// So that a log of a matrix's cells counts what the cells hold.
inline rec::buy_again_options counting_values() {
  rec::buy_again_options options;
  options.counted = rec::buy_again_options::count::values;
  return options;
}

inline rec::slope_one_options weighted() {
  rec::slope_one_options options;
  options.weighted = true;
  return options;
}

template <class T>
std::vector<entry<T>> every_model() {
  using cosines = rec::basic_knn_options<sim::cosine>;
  using products = rec::basic_knn_options<sim::dot>;
  using rec::centring;
  using sim::msd, sim::dot;
  return {
      {"popularity", of<rec::basic_popularity<T>>(), false},
      {"random_baseline", of<rec::basic_random_baseline<T>>(), false},
      {"baseline", of<rec::basic_baseline<T>>(), false},
      {"baseline, SGD", of<rec::basic_baseline<T>>(rec::bias_options::sgd()), false},
      {"slope_one", of<rec::basic_slope_one<T>>()},
      {"slope_one, weighted", of<rec::basic_slope_one<T>>(weighted())},
      {"co_clustering", of<rec::basic_co_clustering<T>>(), false},
      {"buy_again", of<rec::basic_buy_again<T>>(counting_values())},
      {"user_knn, cosine", of<user_knn<T>>()},
      {"user_knn, tf-idf", of<user_knn<T>>(cosines::tfidf())},
      {"user_knn, ratings", of<user_knn<T, msd>>(ratings(centring::none))},
      {"user_knn, ratings from means", of<user_knn<T, msd>>(ratings(centring::mean))},
      {"user_knn, z-scores", of<user_knn<T, msd>>(ratings(centring::zscore))},
      {"user_knn, ratings from baselines", of<user_knn<T, msd>>(ratings(centring::baseline))},
      {"user_knn, ratings from baselines by SGD",
       of<user_knn<T, msd>>(ratings(centring::baseline, rec::bias_options::sgd()))},
      {"item_knn, cosine", of<item_knn<T>>()},
      {"item_knn, tf-idf", of<item_knn<T>>(cosines::tfidf())},
      {"item_knn, BM25", of<item_knn<T, dot>>(products::bm25())},
      {"rp3beta", of<rec::basic_rp3beta<T>>()},
      {"item_knn, ratings", of<item_knn<T, msd>>(ratings(centring::none))},
      {"item_knn, ratings from means", of<item_knn<T, msd>>(ratings(centring::mean))},
      {"item_knn, z-scores", of<item_knn<T, msd>>(ratings(centring::zscore))},
      {"item_knn, ratings from baselines", of<item_knn<T, msd>>(ratings(centring::baseline))},
      {"item_knn, ratings from baselines by SGD",
       of<item_knn<T, msd>>(ratings(centring::baseline, rec::bias_options::sgd()))},
  };
}

}  // namespace conformance

#endif
