// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_FWD_HPP
#define TAILOR_FWD_HPP

#include <variant>

// Names without definitions, for headers that only mention them: it includes nothing of xtensor and compiles at once.

namespace tailor {
inline namespace v0 {

struct run_options;

template <class Kind>
class strong_index;
struct user_kind;
struct item_kind;
using user_index = strong_index<user_kind>;
using item_index = strong_index<item_kind>;

template <class T>
class span;
template <class T>
struct scored;

namespace data {

class id_map;
class interactions;
template <class T>
struct row_view;
template <class T>
class csr_view;
template <class T>
class csr_matrix;
template <class T>
class sparse_vector;
class table;
class table_column;
class standard_scaler;
class minmax_scaler;
class simple_imputer;
class one_hot_encoder;
class ordinal_encoder;
class target_encoder;
class feature_encoder;
class documents;
class tokenizer;
class count_vectorizer;
class tfidf_vectorizer;
class hashing_vectorizer;

template <class T>
class basic_pca;
using pca = basic_pca<double>;
template <class T>
class basic_truncated_svd;
using truncated_svd = basic_truncated_svd<double>;
template <class T>
class basic_nmf;
using nmf = basic_nmf<double>;

}  // namespace data

namespace metrics {

class platt_calibration;
class isotonic_calibration;

}  // namespace metrics

namespace similarity {

struct cosine;
struct corated_cosine;
struct adjusted_cosine;
struct pearson;
struct msd;
struct jaccard;
struct dice;
struct tversky;
struct asymmetric_cosine;
struct euclidean;
struct dot;
/// Any of the measures, chosen while the program runs: `options.measure = similarity::pearson{}`.
using any_measure = std::variant<cosine, corated_cosine, adjusted_cosine, pearson, msd, jaccard, dice, tversky,
                                 asymmetric_cosine, euclidean, dot>;

template <class T>
class neighbour_lists;

}  // namespace similarity

namespace mlp {

template <class T>
class network;
template <class T>
class model;
template <class T, class... Layers>
class basic_sequential;
template <class... Layers>
class sequential;

}  // namespace mlp

namespace recommender {

/// What ratings are measured from before neighbours' are averaged: nothing, each user's (or item's) mean, that mean in
/// units of their standard deviation, or the baseline estimate. Surprise's KNNBasic, KNNWithMeans, KNNWithZScore and
/// KNNBaseline.
enum class centring { none, mean, zscore, baseline };  // before `baseline` names a model, or g++ warns

// Models compute in float; `basic_…<double>` is there for those who need it.
template <class T>
class basic_popularity;
using popularity = basic_popularity<float>;

template <class T, class Measure = similarity::any_measure>
class basic_user_knn;
using user_knn = basic_user_knn<float>;

template <class T, class Measure = similarity::any_measure>
class basic_item_knn;
using item_knn = basic_item_knn<float>;

template <class T>
class basic_rp3beta;
using rp3beta = basic_rp3beta<float>;

template <class T>
class basic_buy_again;
using buy_again = basic_buy_again<float>;

template <class T>
class basic_random_baseline;
using random_baseline = basic_random_baseline<float>;

template <class T>
class basic_baseline;
using baseline = basic_baseline<float>;

template <class T>
class basic_slope_one;
using slope_one = basic_slope_one<float>;

template <class T>
class basic_co_clustering;
using co_clustering = basic_co_clustering<float>;

template <class T>
class basic_any_scorer;
using any_scorer = basic_any_scorer<float>;

template <class Model>
class pipeline;

}  // namespace recommender

}  // namespace v0
}  // namespace tailor

#endif
