// SPDX-License-Identifier: BSD-3-Clause
// Four users, four items, step by step: who is similar to whom, and what that makes us recommend.
#include <cstdio>
#include <string>
#include <tailor/recommender.hpp>
#include <tailor/similarity.hpp>

#include "support/program.hpp"

namespace {

using tailor::based_on;

// Ratings, users × items; 0 = not rated.
const xt::xtensor<int, 2> R = {{5, 3, 0, 2}, {0, 1, 1, 0}, {4, 0, 0, 1}, {3, 2, 0, 3}};

nlohmann::json as_json(const xt::xtensor<double, 2>& similarity) {
  nlohmann::json out;
  for (std::size_t u = 0; u < similarity.shape(0); ++u) {
    out["similarity"].emplace_back();
    for (std::size_t v = 0; v < similarity.shape(1); ++v) out["similarity"][u].push_back(similarity(u, v));
  }
  for (std::size_t user = 0; user < R.shape(0); ++user) {
    nlohmann::json row = {
        {"user", user}, {"user_based", nlohmann::json::array()}, {"item_based", nlohmann::json::array()}};
    for (auto [item, score] : tailor::recommend(R, user))
      row["user_based"].push_back({{"item", item}, {"score", score}});
    for (auto [item, score] : tailor::recommend(R, user, 5, based_on::items))
      row["item_based"].push_back({{"item", item}, {"score", score}});
    out["recommendations"].push_back(row);
  }
  return out;
}

/// A paragraph as wide as the terminal, and an empty line.
void say(const char* text) { std::printf("%s\n\n", program::wrapped(text, 0, program::terminal_width()).c_str()); }

void show_ratings() {
  say("1. What we know: ratings from 1 to 5, a dot where a user has not rated.");
  std::printf("          ");
  for (std::size_t item = 0; item < R.shape(1); ++item) std::printf(" item %zu", item);
  for (std::size_t user = 0; user < R.shape(0); ++user) {
    std::printf("\n   user %zu ", user);
    for (std::size_t item = 0; item < R.shape(1); ++item)
      std::printf("%7s", R(user, item) == 0 ? "." : std::to_string(R(user, item)).c_str());
  }
  std::printf("\n\n");
}

void show_similarity(const xt::xtensor<double, 2>& similarity) {
  say("2. Who is similar to whom: the cosine of two users' rows, 1 = the same direction, 0 = nothing in common.");
  std::printf("          ");
  for (std::size_t user = 0; user < similarity.shape(0); ++user) std::printf(" user %zu", user);
  for (std::size_t u = 0; u < similarity.shape(0); ++u) {
    std::printf("\n   user %zu ", u);
    for (std::size_t v = 0; v < similarity.shape(1); ++v) std::printf(" %6.3f", similarity(u, v));
  }
  std::printf("\n\n");
}

void show_picks(const char* title, based_on what) {
  say(title);
  for (std::size_t user = 0; user < R.shape(0); ++user) {
    std::printf("   user %zu:", user);
    for (auto [item, score] : tailor::recommend(R, user, 5, what)) std::printf("  item %zu (%.4f)", item, score);
    std::printf("\n");
  }
  std::printf("\n");
}

/// The same model that `recommend` fits, asked why.
void show_reasons(std::size_t user, std::size_t item) {
  tailor::recommender::basic_knn_options<tailor::similarity::cosine> options;
  options.mode = tailor::recommender::knn_mode::ratings;
  options.measure = tailor::similarity::cosine{};
  tailor::recommender::basic_user_knn<double, tailor::similarity::cosine> model(options);
  const auto why = model.fit(R).explain(tailor::user_index(user), tailor::item_index(item));
  std::printf("5. Why item %zu scores %.4f for user %zu:\n\n", item, why.score, user);
  for (const auto& reason : why.reasons)
    std::printf("   user %u, similarity %.3f, gave it %.0f: adds %.4f\n", reason.index, reason.similarity, reason.value,
                reason.contribution);
  std::printf("\n   In code:  for (auto [item, score] : tailor::recommend(R, %zu)) ...\n", user);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("The documents' 4 x 4 rating matrix: similarities and recommendations, step by step.", "walkthrough");
  program::common_flags flags;
  flags.add_to(app);
  return program::run(app, argc, argv, [&] {
    const xt::xtensor<double, 2> similarity = tailor::cosine_similarity(R, flags.run);
    if (flags.json) {
      program::print_json(as_json(similarity));
      return;
    }
    show_ratings();
    show_similarity(similarity);
    show_picks(
        "3. What to recommend, user-based: an unrated item scores the mean of what others gave it, weighted by how "
        "similar they are. Item 2 has no score for user 2: the one user who rated it is not similar at all.",
        based_on::users);
    show_picks(
        "4. The same, item-based: the mean of the user's own ratings, weighted by how similar those items are to it.",
        based_on::items);
    show_reasons(1, 0);
  });
}
