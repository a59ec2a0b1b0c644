// SPDX-License-Identifier: BSD-3-Clause
#include <tailor/data.hpp>
#include <tailor/io.hpp>
#include <tailor/recommender.hpp>

#include <cstdio>
#include <iostream>

namespace recommender = tailor::recommender;

int main() {
  recommender::pipeline<recommender::item_knn> shop;
  shop.fit(tailor::data::read_interactions("ratings.csv"));
  tailor::io::save(shop, "shop.safetensors");

  // Later, elsewhere: ids, options and all.
  const auto loaded = tailor::io::load<recommender::pipeline<recommender::item_knn>>("shop.safetensors");
  for (const auto& pick : loaded.recommend("196", 3)) std::cout << pick.item << ' ' << pick.score << '\n';

  // The arrays where they lie in the file, which is mapped: nothing is copied.
  const tailor::io::tensor_file file("shop.safetensors");
  const auto scores = file.view().values<float>("model/neighbours/entries/score");
  std::cout << scores.size() << " similarities\n";
  std::remove("shop.safetensors");
}
