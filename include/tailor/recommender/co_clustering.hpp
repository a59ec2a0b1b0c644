// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_RECOMMENDER_CO_CLUSTERING_HPP
#define TAILOR_RECOMMENDER_CO_CLUSTERING_HPP

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/loaded.hpp"
#include "../core/parallel.hpp"
#include "../core/progress.hpp"
#include "../core/random.hpp"
#include "../data/csr_matrix.hpp"
#include "../fwd.hpp"
#include "rating_model.hpp"
#include "scorer.hpp"

namespace tailor {
inline namespace v0 {
namespace recommender {

/// The defaults are Surprise's.
struct co_clustering_options {
  std::size_t user_clusters = 3;
  std::size_t item_clusters = 3;
  std::size_t epochs = 20;  ///< at most: it ends when nobody changes their cluster
  std::uint64_t seed = 0;   ///< of the clusters that everybody starts in

  template <class A>
  void archive(A& a) {
    a("user_clusters", user_clusters);
    a("item_clusters", item_clusters);
    a("epochs", epochs);
    a("seed", seed);
  }
};

/// Groups of users by groups of items (George & Merugu 2005):
/// rating(u, i) = mean of u + mean of i + mean of both clusters' ratings of each other − mean of u's cluster − mean of
/// i's cluster. From random clusters on, every user and then every item moves to the cluster that fits its ratings best
/// and the means are taken anew; Surprise's CoClustering (which takes ratings for whole numbers there: ours are the
/// same for those alone, and better for halves).
///
/// An item without ratings has no score; `predict` gives it the user's mean, and a user without a history the item's,
/// as the paper does (Surprise: the mean of all). A user who was not in the data joins the cluster that fits their
/// history best. `fit` takes O(epochs · (nnz + (users + items) · clusters²)), in parallel, the same bits for any number
/// of threads.
template <class T>
class basic_co_clustering : public detail::rating_model<basic_co_clustering<T>, T> {
  friend scorer_base<basic_co_clustering<T>, T>;
  friend detail::rating_model<basic_co_clustering<T>, T>;

 public:
  /// @throws value_error for no or more than 256 clusters, no epoch or more than 1,000,000
  explicit basic_co_clustering(co_clustering_options options = {}) : options_(options) {
    const auto check = [](const char* name, std::size_t clusters) {
      require(clusters >= 1 && clusters <= 256, std::string("co_clustering_options::") + name, "from 1 to 256",
              clusters);
    };
    check("user_clusters", options.user_clusters);
    check("item_clusters", options.item_clusters);
    require(options.epochs >= 1 && options.epochs <= 1'000'000, "co_clustering_options::epochs", "from 1 to 1,000,000",
            options.epochs);
  }

  const co_clustering_options& options() const noexcept { return options_; }

  /// The cluster of every user and of every item.
  const std::vector<std::uint32_t>& user_clusters() const noexcept { return users_.clusters; }
  const std::vector<std::uint32_t>& item_clusters() const noexcept { return items_.clusters; }

  static constexpr const char* saved_as = "tailor.recommender.co_clustering";
  template <class A>
  void archive(A& a) {
    a("options", options_);
    this->archive_ratings(a);
    a("user_means", users_.means);
    a("user_clusters", users_.clusters);
    a("item_means", items_.means);
    a("item_clusters", items_.clusters);
    a("levels", levels_);
  }
  void loaded() {
    detail::rating_model<basic_co_clustering, T>::loaded();
    users_.n_clusters = options_.user_clusters;
    users_.stride = items_.n_clusters = options_.item_clusters;
    items_.stride = 1;
    using tailor::detail::require_loaded, tailor::detail::require_loaded_below;
    require_loaded(users_.means, this->n_users(), "user_means");
    require_loaded_below(users_.clusters, this->n_users(), users_.n_clusters, "user_clusters");
    require_loaded(items_.means, this->n_items(), "item_means");
    require_loaded_below(items_.clusters, this->n_items(), items_.n_clusters, "item_clusters");
    require_loaded(levels_, this->is_fitted() ? users_.n_clusters * items_.n_clusters : 0, "levels");
  }

 private:
  /// Users, or items.
  struct side {
    std::size_t n_clusters;
    std::size_t stride;  // from one of its clusters to the next, in `levels_`
    std::vector<double> means;
    std::vector<std::uint32_t> clusters;
  };
  struct sum {
    double total = 0, count = 0;
    void add(double value) noexcept {
      total += value;
      ++count;
    }
    double mean_or(double otherwise) const noexcept { return count > 0 ? total / count : otherwise; }
  };
  struct customer {
    double mean;
    std::uint32_t cluster;
    bool has_history;
  };

  customer somebody(user_index user) const {
    return {users_.means[user.at()], users_.clusters[user.at()], !this->user_items().row(user.at()).empty()};
  }
  customer somebody(data::row_view<T> history) const {
    if (history.empty()) return {this->mean_, 0, false};
    const double mean = detail::mean_of(history.values);
    std::vector<sum> memory;
    return {mean, best_cluster(history, mean, users_, items_, memory), true};
  }

  T rating(const customer& who, std::uint32_t item) const {
    if (!this->is_rated_[item]) return static_cast<T>(who.mean);
    if (!who.has_history) return static_cast<T>(items_.means[item]);
    return static_cast<T>(who.mean + items_.means[item] +
                          levels_[who.cluster * users_.stride + items_.clusters[item] * items_.stride]);
  }

  /// The one of `own`'s clusters that leaves the least squared error in a row, ties to the lower. What a cluster
  /// changes of the error are sums over the other side's clusters.
  std::uint32_t best_cluster(data::row_view<T> row, double mean, const side& own, const side& others,
                             std::vector<sum>& memory) const {
    memory.assign(others.n_clusters, {});
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::uint32_t other = row.columns[i];
      memory[others.clusters[other]].add(static_cast<double>(row.values[i]) - mean - others.means[other]);
    }
    std::uint32_t best = 0;
    double least = std::numeric_limits<double>::infinity();
    for (std::uint32_t c = 0; c < own.n_clusters; ++c) {
      double error = 0;
      for (std::size_t o = 0; o < others.n_clusters; ++o) {
        const double level = levels_[c * own.stride + o * others.stride];
        error += level * (level * memory[o].count - 2 * memory[o].total);
      }
      if (error < least) {
        least = error;
        best = c;
      }
    }
    return best;
  }

  void train(const run_options& run);
  side start(data::csr_view<T> rows, std::size_t n_clusters, std::size_t stride, std::uint64_t stream) const;
  bool assign(data::csr_view<T> rows, side& own, const side& others, const run_options& run) const;
  void take_means(const run_options& run);

  co_clustering_options options_;
  side users_, items_;
  std::vector<double> levels_;  // [user clusters, item clusters]: what both add to the means of user and item
};

// ---------------------------------------------------------------------------------------------------------------------

template <class T>
void basic_co_clustering<T>::train(const run_options& run) {
  const data::csr_view<T> user_items = this->user_items();
  const data::csr_matrix<T> item_users = data::transpose(user_items, run);
  users_ = start(user_items, options_.user_clusters, options_.item_clusters, 0);
  items_ = start(item_users, options_.item_clusters, 1, 1);
  take_means(run);
  for (std::size_t epoch = 0; epoch < options_.epochs; ++epoch) {
    const bool users_moved = assign(user_items, users_, items_, run);
    const bool items_moved = assign(item_users, items_, users_, run);
    const bool rests = !users_moved && !items_moved;
    report_progress(run, "co_clustering", rests ? options_.epochs : epoch + 1, options_.epochs);
    if (rests) break;
    take_means(run);
  }
}

template <class T>
typename basic_co_clustering<T>::side basic_co_clustering<T>::start(data::csr_view<T> rows, std::size_t n_clusters,
                                                                    std::size_t stride, std::uint64_t stream) const {
  side out{n_clusters, stride, {}, {}};
  random::generator draw(options_.seed, stream);
  for (std::size_t r = 0; r < rows.n_rows(); ++r) {
    out.means.push_back(rows.row(r).empty() ? this->mean_ : detail::mean_of(rows.row(r).values));
    out.clusters.push_back(static_cast<std::uint32_t>(draw.below(n_clusters)));
  }
  return out;
}

/// Whether anybody has moved.
template <class T>
bool basic_co_clustering<T>::assign(data::csr_view<T> rows, side& own, const side& others,
                                    const run_options& run) const {
  std::vector<std::vector<sum>> memories(thread_count(run.threads));
  std::vector<std::uint32_t> clusters(rows.n_rows());
  const double work = 3.0 * static_cast<double>(rows.nnz()) +
                      static_cast<double>(rows.n_rows()) * static_cast<double>(own.n_clusters * others.n_clusters);
  parallel_blocks({rows.n_rows(), 64}, run, {work},
                  [&](std::size_t worker, std::size_t, std::size_t begin, std::size_t end) {
                    for (std::size_t r = begin; r < end; ++r)
                      clusters[r] = best_cluster(rows.row(r), own.means[r], own, others, memories[worker]);
                  });
  const bool moved = clusters != own.clusters;
  own.clusters = std::move(clusters);
  return moved;
}

template <class T>
void basic_co_clustering<T>::take_means(const run_options& run) {
  using table = std::vector<sum>;
  const std::size_t n_users = users_.n_clusters, n_items = items_.n_clusters;
  const data::csr_view<T> user_items = this->user_items();
  const table both = parallel_reduce(
      {user_items.n_rows(), user_items.n_rows() / 16 + 1}, run, {3.0 * static_cast<double>(user_items.nnz())},
      table(n_users * n_items),
      [&](std::size_t begin, std::size_t end) {
        table sums(n_users * n_items);
        for (std::size_t u = begin; u < end; ++u) {
          const data::row_view<T> row = user_items.row(u);
          sum* of_user = sums.data() + users_.clusters[u] * n_items;
          for (std::size_t i = 0; i < row.size(); ++i)
            of_user[items_.clusters[row.columns[i]]].add(static_cast<double>(row.values[i]));
        }
        return sums;
      },
      [](table total, const table& sums) {
        for (std::size_t c = 0; c < total.size(); ++c) {
          total[c].total += sums[c].total;
          total[c].count += sums[c].count;
        }
        return total;
      });

  table of_users(n_users), of_items(n_items);
  for (std::size_t u = 0; u < n_users; ++u)
    for (std::size_t i = 0; i < n_items; ++i)
      for (sum* one : {&of_users[u], &of_items[i]}) {
        one->total += both[u * n_items + i].total;
        one->count += both[u * n_items + i].count;
      }
  // A cluster of nobody, and two that have no ratings of each other, are at the mean of all, as Surprise's are.
  const double all = this->mean_;
  levels_.resize(both.size());
  for (std::size_t u = 0; u < n_users; ++u)
    for (std::size_t i = 0; i < n_items; ++i)
      levels_[u * n_items + i] =
          both[u * n_items + i].mean_or(all) - of_users[u].mean_or(all) - of_items[i].mean_or(all);
}

}  // namespace recommender
}  // namespace v0
}  // namespace tailor

#endif
