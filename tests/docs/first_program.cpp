// SPDX-License-Identifier: BSD-3-Clause
#include <tailor/tailor.hpp>

#include <iostream>

int main() {
  tailor::use_single_threaded_blas();  // tailor has its own threads; see below

  xt::xtensor<int, 2> R = {{5, 3, 0, 2}, {0, 1, 1, 0}, {4, 0, 0, 1}, {3, 2, 0, 3}};  // users in rows, 0: not rated
  for (auto [item, score] : tailor::recommend(R, 0)) std::cout << "item " << item << ": " << score << '\n';

  auto log = tailor::data::read_interactions("ratings.csv");  // columns are found by their header
  tailor::recommender::pipeline<tailor::recommender::item_knn> shop;
  shop.fit(log);
  for (auto& pick : shop.recommend("196", 10)) std::cout << pick.item << ": " << pick.score << '\n';
}
