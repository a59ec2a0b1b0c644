// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_RECOMMENDER_RP3BETA_HPP
#define TAILOR_RECOMMENDER_RP3BETA_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/parallel.hpp"
#include "../core/top_k.hpp"
#include "../data/csr_matrix.hpp"
#include "../fwd.hpp"
#include "../similarity/measures.hpp"
#include "../similarity/neighbours.hpp"
#include "item_weights.hpp"

namespace tailor {
inline namespace v0 {
namespace recommender {

/// The defaults are those of Dacrema et al.'s RP3betaRecommender.
struct rp3beta_options {
  double alpha = 1;   ///< exponent of each step's probability: above 1 the likely steps count more, below 1 less
  double beta = 0.6;  ///< exponent of an item's number of users, by which its weight is divided: 0 = popular items win
  std::size_t k = 100;    ///< items that each item speaks for
  bool normalize = true;  ///< whether an item's weights are divided by their sum, so that each speaks for as much

  template <class A>
  void archive(A& a) {
    a("alpha", alpha);
    a("beta", beta);
    a("k", k);
    a("normalize", normalize);
  }
};

/// RP³β, random walks of three steps over the graph of users and items, Paudel et al. 2017: from the user to an item of
/// theirs, on to somebody who has it too, and on to an item of theirs; popular ends are weighed down by β.
///
/// score(i) = Σ r_j W_ji over the user's items j, with W_ji = Σ_v P_jv^α P_vi^α / d_i^β: P_jv = r_vj / Σ_v r_vj leads
/// from an item to a user, P_vi = r_vi / Σ_i r_vi from a user to an item, and d_i is the number of users who have i. An
/// item speaks for the k others of the largest weight. Values are how strongly a user and an item are connected; a
/// value of 0 is no connection.
///
/// For data of ones this is the paper's, and Dacrema et al.'s (RecSys 2019) but that they cut the columns of W to k,
/// too, after the rows. For other values their P_jv is 1 / d_j all the same. irspack raises r, not P, to α, so that it
/// does nothing to ones; takes for d_i the sum of the values; and keeps the k largest of every column of W, the item
/// itself among them.
///
/// Exponents so large that no weight is left in T, though items share users, are an error of `fit`.
///
/// Memory: n_items · k weights. Time: Σ over users of the square of their items' number.
template <class T>
class basic_rp3beta : public item_weights_base<basic_rp3beta<T>, T> {
  friend class scorer_base<basic_rp3beta<T>, T>;

 public:
  /// @throws value_error when no data could make the options right
  explicit basic_rp3beta(rp3beta_options options = {}) : options_(options) {
    require(std::isfinite(options.alpha) && options.alpha >= 0, "rp3beta_options::alpha", "a number from 0",
            options.alpha);
    require(std::isfinite(options.beta) && options.beta >= 0, "rp3beta_options::beta", "a number from 0", options.beta);
    require(options.k >= 1, "rp3beta_options::k", "at least 1", options.k);
  }

  const rp3beta_options& options() const noexcept { return options_; }
  data::duplicates duplicate_policy() const noexcept { return data::duplicates::sum; }

  static constexpr const char* saved_as = "tailor.recommender.rp3beta";
  template <class A>
  void archive(A& a) {
    a("options", options_);
    this->archive_weights(a);
  }

 private:
  void learn(const run_options& run);

  rp3beta_options options_;
};

// ---------------------------------------------------------------------------------------------------------------------

// W_ji is the product of x_j and x_i, x_vi = r_vi^α (Σ_i r_vi)^(−α/2) d_i^(−β), times what is the same for all i:
// d_j^β (Σ_v r_vj)^(−α). So the k largest of a row are the k nearest by products, which `neighbours` finds.
template <class T>
void basic_rp3beta<T>::learn(const run_options& run) {
  const data::csr_view<T> values = this->user_items().view();
  const double alpha = options_.alpha, beta = options_.beta;

  // W does not change with the unit of the values: in that of the largest nothing overflows.
  double unit = 0;
  for (const T value : values.values()) {
    require(value >= T{}, "rp3beta::fit", "values from 0", value);
    unit = (std::max)(unit, static_cast<double>(value));
  }
  const auto connection = [unit](T value) { return value > T{} ? static_cast<double>(value) / unit : 0.0; };
  std::vector<double> of_users(values.n_rows(), 0), of_items(values.n_columns(), 0), degrees(values.n_columns(), 0);
  bool share_users = false;
  for (std::size_t u = 0; u < values.n_rows(); ++u) {
    const data::row_view<T> row = values.row(u);
    for (std::size_t i = 0; i < row.size(); ++i) {
      const double r = connection(row.values[i]);
      if (r == 0) continue;
      share_users = share_users || of_users[u] > 0;
      of_users[u] += r;
      of_items[row.columns[i]] += r;
      degrees[row.columns[i]] += 1;
    }
  }
  // Only what is relative to the strongest user enters x, so that a large α leaves something to compare.
  double least = 0;
  for (const double sum : of_users)
    if (sum > 0 && (least == 0 || sum < least)) least = sum;

  std::vector<double> penalties(degrees.size());
  std::transform(degrees.begin(), degrees.end(), penalties.begin(),
                 [beta](double d) { return d > 0 ? std::pow(d, -beta) : 0.0; });
  data::csr_matrix<T> x(values);
  const work_hint hint{30.0 * static_cast<double>(x.nnz())};
  parallel_blocks({x.n_rows(), 256}, run, hint, [&](std::size_t, std::size_t, std::size_t begin, std::size_t end) {
    for (std::size_t u = begin; u < end; ++u) {
      const double of_user = std::pow(least / of_users[u], alpha / 2);
      for (auto at = static_cast<std::size_t>(x.row_pointers()[u]); at < x.row_pointers()[u + 1]; ++at) {
        T& value = x.values()[at];
        const double r = connection(value);
        value = r > 0 ? static_cast<T>(std::pow(r, alpha) * of_user * penalties[x.columns()[at]]) : T{};
      }
    }
  });
  const auto nearest =
      similarity::neighbours(data::transpose(x, run).view(), x.view(), similarity::dot{}, options_.k, run);

  std::vector<scored<T>> weights = nearest.entries();
  bool is_any_left = false;
  for (std::size_t j = 0; j < nearest.size(); ++j) {
    if (nearest[j].empty()) continue;
    const span<scored<T>> row(weights.data() + nearest.offsets()[j], nearest[j].size());
    double scale = std::pow(least * of_items[j], -alpha) / penalties[j];
    if (options_.normalize) {
      double sum = 0;
      for (const scored<T>& one : row) sum += static_cast<double>(one.score);
      scale = 1 / sum;
    }
    for (scored<T>& one : row) {
      one.score = static_cast<T>(static_cast<double>(one.score) * scale);
      require(std::isfinite(one.score), "rp3beta_options", "exponents that leave weights finite", one.score);
      is_any_left = is_any_left || one.score > T{};
    }
  }
  require(is_any_left || !share_users, "rp3beta_options", "exponents that leave weights above 0", "none");
  this->weights_ = {nearest.offsets(), std::move(weights)};
}

}  // namespace recommender
}  // namespace v0
}  // namespace tailor

#endif
