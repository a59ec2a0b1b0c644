// SPDX-License-Identifier: BSD-3-Clause
// Ratings or events from a CSV: train a model, recommend with reasons, or measure how good it is.
#include <cstdio>
#include <fstream>
#include <optional>
#include <string>
#include <tailor/data.hpp>
#include <tailor/evaluation.hpp>
#include <tailor/recommender.hpp>
#include <vector>

#include "support/program.hpp"
#include "support/ratings_data.hpp"

namespace {

namespace data = tailor::data;
namespace evaluation = tailor::evaluation;
namespace recommender = tailor::recommender;
namespace similarity = tailor::similarity;

const char* const usual_data = TAILOR_EXAMPLES_DATA_DIR "/movielens-latest-small.csv";

struct settings : program::common_flags {
  std::string ratings, titles, separator;
  std::optional<std::string> user_column, item_column, value_column, time_column;
  bool skip_bad_rows = false;
  std::optional<double> binarise;

  std::string mode = "topn", model, measure, weighting = "none", centring = "none";
  std::size_t k = 0, neighbours = 0;  // 0 = the mode's own
  std::size_t min_support = 1;
  double shrinkage = 0;

  std::optional<std::string> user;
  std::vector<std::string> history;
  std::size_t top = 10;
  bool explain = false, all = false;
  std::string out;

  std::string evaluate, split = "stratified";
  std::size_t folds = 5;
  double test_size = 0.25;

  bool rates() const { return mode == "ratings"; }
  bool ranks_lists() const { return evaluate == "topn"; }
  std::size_t list_length() const { return k == 0 ? 10 : k; }
};

void add_flags(CLI::App& app, settings& s) {
  app.add_option("--ratings", s.ratings,
                 "CSV of ratings or events; default: MovieLens from scripts/data, else generated");
  app.add_option("--user-column", s.user_column, "its name; default: found by the usual names");
  app.add_option("--item-column", s.item_column, "the same for items");
  app.add_option("--value-column", s.value_column, "ratings or amounts; without one every event counts 1");
  app.add_option("--time-column", s.time_column, "seconds since 1970 or ISO 8601");
  app.add_option("--separator", s.separator, "default: detected");
  app.add_flag("--skip-bad-rows", s.skip_bad_rows, "pass by rows that cannot be read, and say how many");
  app.add_option("--binarise", s.binarise, "keep values of at least this, as 1");
  app.add_option("--titles", s.titles, "CSV with a title for each item");
  app.add_option("--mode", s.mode, "rank items, or predict ratings")
      ->check(CLI::IsMember({"topn", "ratings"}))
      ->capture_default_str();
  app.add_option("--model", s.model, "default: item_knn to rank, user_knn to predict ratings")
      ->check(CLI::IsMember({"item_knn", "user_knn", "popularity"}));
  app.add_option("--measure", s.measure, "default: cosine to rank, msd to predict ratings")
      ->check(CLI::IsMember({"cosine", "corated_cosine", "adjusted_cosine", "pearson", "msd", "jaccard", "dice",
                             "tversky", "asymmetric_cosine", "euclidean", "dot"}));
  app.add_option("--k", s.k, "neighbours; with --evaluate topn the length of the lists instead (10)")
      ->check(CLI::PositiveNumber);
  app.add_option("--neighbours", s.neighbours, "neighbours, always; default: 20 to rank, 40 to predict ratings")
      ->check(CLI::PositiveNumber);
  app.add_option("--centring", s.centring, "of ratings")
      ->check(CLI::IsMember({"none", "mean", "zscore", "baseline"}))
      ->capture_default_str();
  app.add_option("--weighting", s.weighting, "of counts, before they are compared")
      ->check(CLI::IsMember({"none", "log", "tfidf", "bm25"}))
      ->capture_default_str();
  app.add_option("--min-support", s.min_support, "common ratings below which two are not similar")
      ->capture_default_str();
  app.add_option("--shrinkage", s.shrinkage, "similarity * n / (n + this) for n in common")->capture_default_str();
  app.add_option("--user", s.user, "for whom; default: the first one in the file");
  app.add_option("--history", s.history, "for somebody new who has these items: ID,ID,...")->delimiter(',');
  app.add_option("--top", s.top, "how many")->check(CLI::PositiveNumber)->capture_default_str();
  app.add_flag("--explain", s.explain, "say why");
  app.add_flag("--all", s.all, "for every user, into --out");
  app.add_option("--out", s.out, "CSV that --all writes");
  app.add_option("--evaluate", s.evaluate, "measure instead of recommending")->check(CLI::IsMember({"rating", "topn"}));
  app.add_option("--folds", s.folds, "of --evaluate rating")->check(CLI::Range(2, 1000))->capture_default_str();
  app.add_option("--split", s.split, "of --evaluate topn")
      ->check(CLI::IsMember({"stratified", "strong", "last", "temporal"}))
      ->capture_default_str();
  app.add_option("--test-size", s.test_size, "part that is held back (strong: of the users)")
      ->check(CLI::Range(0.01, 0.99))
      ->capture_default_str();
}

// --- the data --------------------------------------------------------------------------------------------------------

program::ratings_data load(const settings& s) {
  std::string path = s.ratings;
  if (path.empty() && std::ifstream(usual_data).good()) path = usual_data;
  program::ratings_data loaded;
  if (path.empty()) {
    loaded = program::generate_ratings(s.seed);
    if (s.user_column || s.item_column || s.value_column || s.time_column)
      throw program::usage_error("--user-column and the like need --ratings");
  } else {
    data::interactions_csv_options options;
    const auto column = [](const std::optional<std::string>& name) {
      return name ? std::optional<data::csv_column>(*name) : std::nullopt;
    };
    options.user = column(s.user_column);
    options.item = column(s.item_column);
    options.value = column(s.value_column);
    options.time = column(s.time_column);
    options.csv.separator = s.separator == "\\t" ? "\t" : s.separator;
    if (s.skip_bad_rows) options.csv.bad_rows = data::bad_rows::skip;
    data::csv_report report;
    loaded.log = data::read_interactions(path, options, &report);
    loaded.source = path;
    if (report.bad_rows > 0) loaded.source += " (" + std::to_string(report.bad_rows) + " bad rows passed by)";
    if (path == usual_data && s.titles.empty()) loaded.titles = program::read_titles(path);
  }
  if (!s.titles.empty()) loaded.titles = program::read_titles(s.titles);
  if (s.binarise) loaded.log = loaded.log.binarise(*s.binarise);
  return loaded;
}

// --- the model -------------------------------------------------------------------------------------------------------

similarity::any_measure measure_named(const std::string& name) {
  if (name == "corated_cosine") return similarity::corated_cosine{};
  if (name == "adjusted_cosine") return similarity::adjusted_cosine{};
  if (name == "pearson") return similarity::pearson{};
  if (name == "msd") return similarity::msd{};
  if (name == "jaccard") return similarity::jaccard{};
  if (name == "dice") return similarity::dice{};
  if (name == "tversky") return similarity::tversky{};
  if (name == "asymmetric_cosine") return similarity::asymmetric_cosine{};
  if (name == "euclidean") return similarity::euclidean{};
  if (name == "dot") return similarity::dot{};
  return similarity::cosine{};
}

recommender::knn_options knn_options_of(const settings& s) {
  recommender::knn_options options = s.rates() ? recommender::knn_options::ratings() : recommender::knn_options();
  if (s.weighting == "log") options.weight = data::weighting::log;
  if (s.weighting == "tfidf") options = recommender::knn_options::tfidf();
  if (s.weighting == "bm25") options = recommender::knn_options::bm25();
  if (s.rates() && s.weighting != "none") throw program::usage_error("--weighting is for --mode topn");
  if (!s.rates() && s.centring != "none") throw program::usage_error("--centring is for --mode ratings");
  if (s.centring == "mean") options.centre = recommender::centring::mean;
  if (s.centring == "zscore") options.centre = recommender::centring::zscore;
  if (s.centring == "baseline") options.centre = recommender::centring::baseline;
  if (!s.measure.empty()) options.measure = measure_named(s.measure);
  if (s.k != 0 && !s.ranks_lists()) options.k = s.k;
  if (s.neighbours != 0) options.k = s.neighbours;
  options.min_support = s.min_support;
  options.shrinkage = s.shrinkage;
  return options;
}

/// Calls `f` with a pipeline, not yet fitted, of the model that was asked for.
template <class F>
void with_model(const settings& s, F&& f) {
  const std::string name = !s.model.empty() ? s.model : s.rates() ? "user_knn" : "item_knn";
  if (name == "popularity")
    f(recommender::pipeline<recommender::popularity>());
  else if (name == "user_knn")
    f(recommender::pipeline<recommender::user_knn>(knn_options_of(s)));
  else
    f(recommender::pipeline<recommender::item_knn>(knn_options_of(s)));
}

// --- recommending ----------------------------------------------------------------------------------------------------

std::string title_of(const program::title_map& titles, std::string_view item) {
  const auto found = titles.find(std::string(item));
  return found == titles.end() ? std::string() : found->second;
}

/// The strongest reasons, in words.
template <class Shop, class Why>
std::string because(const Shop& shop, const program::title_map& titles, const Why& why) {
  constexpr std::size_t most = 3;
  std::string text;
  const bool of_users = why.reasons_are == Why::kind::users;
  for (std::size_t i = 0; i < why.reasons.size() && i < most; ++i) {
    const auto& reason = why.reasons[i];
    const std::string id(of_users ? shop.users()[reason.index] : shop.items()[reason.index]);
    const std::string title = of_users ? "user " + id : title_of(titles, id);
    char value[48];
    std::snprintf(value, sizeof value, of_users ? " (gave it %g)" : " (%.2f similar)",
                  static_cast<double>(of_users ? reason.value : reason.similarity));
    text += (i == 0 ? "" : ", ") + (title.empty() ? id : title) + value;
  }
  if (why.reasons.size() > most) text += " and " + std::to_string(why.reasons.size() - most) + " more";
  return text;
}

template <class Shop>
auto picks_for(const Shop& shop, const settings& s, const std::string& user) {
  if (s.history.empty()) return shop.recommend(user, s.top);
  std::vector<recommender::action> history;
  for (const std::string& item : s.history) {
    if (!shop.knows_item(item)) throw tailor::value_error(tailor::describe("--history", "items of the data", item));
    history.push_back({item, 1});
  }
  return shop.recommend_for(history, s.top);
}

template <class Shop>
void recommend_one(const Shop& shop, const settings& s, const program::ratings_data& loaded, double fit_seconds) {
  const std::string user = s.user ? *s.user : std::string(loaded.log.users()[0]);
  const program::stopwatch watch;
  const auto picks = picks_for(shop, s, user);
  const double score_seconds = watch.seconds();

  nlohmann::json items = nlohmann::json::array();
  for (const auto& pick : picks) {
    std::string reasons;
    using model_type = std::decay_t<decltype(shop.model())>;
    if constexpr (recommender::explains_v<model_type>) {
      if (s.explain && s.history.empty()) reasons = because(shop, loaded.titles, shop.explain(user, pick.item));
    } else if (s.explain) {
      char text[64];
      std::snprintf(text, sizeof text, "chosen %g times", static_cast<double>(pick.score));
      reasons = text;
    }
    items.push_back({{"id", pick.item},
                     {"score", pick.score},
                     {"title", title_of(loaded.titles, pick.item)},
                     {"because", reasons}});
  }
  if (s.json) {
    std::cout << nlohmann::json({{"user", s.history.empty() ? user : "new"},
                                 {"items", items},
                                 {"fit_seconds", fit_seconds},
                                 {"score_seconds", score_seconds}})
                     .dump(2)
              << '\n';
    return;
  }
  std::printf("For %s, out of %s:\n\n", s.history.empty() ? ("user " + user).c_str() : "somebody new",
              loaded.source.c_str());
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::string title = items[i]["title"], id = items[i]["id"], reasons = items[i]["because"];
    std::printf("%3zu. %-48s %8.3f\n", i + 1, (title.empty() ? id : title).c_str(), items[i]["score"].get<double>());
    if (!reasons.empty()) std::printf("       because of %s\n", reasons.c_str());
  }
  if (picks.missing() > 0) std::printf("     (%zu fewer than asked for: nothing else scores)\n", picks.missing());
  std::printf("\nTrained in %.2f s on %zu events of %zu users and %zu items.\n", fit_seconds, loaded.log.size(),
              loaded.log.n_users(), loaded.log.n_items());
}

template <class Shop>
void recommend_everybody(const Shop& shop, const settings& s, const program::ratings_data& loaded, double fit_seconds) {
  if (s.out.empty()) throw program::usage_error("--all needs --out FILE");
  std::vector<std::string> users;
  for (std::uint32_t u = 0; u < loaded.log.n_users(); ++u) users.emplace_back(loaded.log.users()[u]);
  recommender::pipeline_options options;
  options.n = s.top;
  const program::stopwatch watch;
  const auto lists = shop.recommend(users, options, s.run);
  const double score_seconds = watch.seconds();

  std::size_t rows = 0, missing = 0;
  data::csv_writer file;
  file.row("user", "rank", "item", "score", "title");
  for (std::size_t u = 0; u < users.size(); ++u) {
    for (std::size_t i = 0; i < lists[u].size(); ++i, ++rows)
      file.row(users[u], i + 1, lists[u][i].item, lists[u][i].score, title_of(loaded.titles, lists[u][i].item));
    missing += lists[u].missing();
  }
  file.save(s.out);
  if (s.json)
    std::cout << nlohmann::json({{"out", s.out},
                                 {"users", users.size()},
                                 {"recommendations", rows},
                                 {"missing", missing},
                                 {"fit_seconds", fit_seconds},
                                 {"score_seconds", score_seconds}})
                     .dump(2)
              << '\n';
  else
    std::printf(
        "%s: %zu recommendations for %zu users, %zu fewer than asked for; trained in %.2f s, scored in %.2f s.\n",
        s.out.c_str(), rows, users.size(), missing, fit_seconds, score_seconds);
}

// --- measuring -------------------------------------------------------------------------------------------------------

template <class Model>
void evaluate_ratings(const Model& unfitted, const settings& s, const program::ratings_data& loaded) {
  if constexpr (std::is_same_v<Model, recommender::popularity>) {
    throw program::usage_error("popularity predicts no ratings");
  } else {
    if (!s.rates()) throw program::usage_error("--evaluate rating needs --mode ratings");
    double rmse = 0, mae = 0, fit_seconds = 0, score_seconds = 0;
    for (const evaluation::split& fold : evaluation::k_fold(loaded.log, s.folds, s.seed)) {
      Model model = unfitted;
      const program::stopwatch fitting;
      model.fit(fold.train, s.run);
      fit_seconds += fitting.seconds();
      const program::stopwatch scoring;
      const auto result = evaluation::evaluate_ratings(model, fold.test, s.run);
      score_seconds += scoring.seconds();
      rmse += result.rmse / static_cast<double>(s.folds);
      mae += result.mae / static_cast<double>(s.folds);
    }
    if (s.json)
      std::cout << nlohmann::json({{"rmse", rmse},
                                   {"mae", mae},
                                   {"folds", s.folds},
                                   {"fit_seconds", fit_seconds},
                                   {"score_seconds", score_seconds}})
                       .dump(2)
                << '\n';
    else
      std::printf("%s, %zu folds: RMSE %.4f, MAE %.4f (%.2f s to train, %.2f s to predict)\n", loaded.source.c_str(),
                  s.folds, rmse, mae, fit_seconds, score_seconds);
  }
}

struct ranking_run {
  evaluation::ranking_result result;
  double fit_seconds, score_seconds;
};

template <class Model>
ranking_run run_ranking(Model model, const settings& s, const data::interactions& log) {
  const program::stopwatch fitting;
  if (s.split == "strong") {
    const evaluation::user_split parts = evaluation::strong_split(log, s.test_size, 0.8, s.seed);
    model.fit(parts.train, s.run);
    const double fit_seconds = fitting.seconds();
    const program::stopwatch scoring;
    return {evaluation::evaluate_ranking(model, parts.history, parts.target, s.list_length(), s.run), fit_seconds,
            scoring.seconds()};
  }
  const evaluation::split parts = s.split == "last"       ? evaluation::leave_last_out(log)
                                  : s.split == "temporal" ? evaluation::temporal_split(log, s.test_size)
                                                          : evaluation::stratified_split(log, s.test_size, s.seed);
  model.fit(parts.train, s.run);
  const double fit_seconds = fitting.seconds();
  const program::stopwatch scoring;
  return {evaluation::evaluate_ranking(model, parts.test, s.list_length(), s.run), fit_seconds, scoring.seconds()};
}

template <class Model>
void evaluate_topn(const Model& unfitted, const settings& s, const program::ratings_data& loaded) {
  const ranking_run mine = run_ranking(unfitted, s, loaded.log);
  const std::string at = '@' + std::to_string(s.list_length());
  const auto& m = mine.result.mean;
  if (s.json) {
    std::cout << nlohmann::json({{"ndcg" + at, m.ndcg},
                                 {"recall" + at, m.recall},
                                 {"precision" + at, m.precision},
                                 {"map" + at, m.average_precision},
                                 {"mrr" + at, m.reciprocal_rank},
                                 {"hit_rate" + at, m.hit_rate},
                                 {"coverage", mine.result.coverage},
                                 {"users", mine.result.users},
                                 {"fit_seconds", mine.fit_seconds},
                                 {"score_seconds", mine.score_seconds}})
                     .dump(2)
              << '\n';
    return;
  }
  const ranking_run popular = run_ranking(recommender::popularity(), s, loaded.log);
  const auto& p = popular.result.mean;
  std::printf("%s, %s split, %zu users, lists of %zu:\n\n%-12s %10s %12s\n", loaded.source.c_str(), s.split.c_str(),
              mine.result.users, s.list_length(), "", "this model", "popularity");
  const auto line = [](const std::string& name, double a, double b) {
    std::printf("%-12s %10.4f %12.4f\n", name.c_str(), a, b);
  };
  line("NDCG" + at, m.ndcg, p.ndcg);
  line("recall" + at, m.recall, p.recall);
  line("precision" + at, m.precision, p.precision);
  line("MAP" + at, m.average_precision, p.average_precision);
  line("coverage", mine.result.coverage, popular.result.coverage);
  std::printf("\n%.2f s to train, %.2f s to recommend.\n", mine.fit_seconds, mine.score_seconds);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Recommendations with reasons, from a CSV of ratings or events.", "recommend");
  settings s;
  s.add_to(app);
  add_flags(app, s);
  return program::run(app, argc, argv, [&] {
    with_model(s, [&](auto shop) {
      const program::ratings_data loaded = load(s);
      if (s.evaluate == "rating") return evaluate_ratings(shop.model(), s, loaded);
      if (s.evaluate == "topn") return evaluate_topn(shop.model(), s, loaded);
      const program::stopwatch watch;
      shop.fit(loaded.log, s.run);
      if (s.all) return recommend_everybody(shop, s, loaded, watch.seconds());
      recommend_one(shop, s, loaded, watch.seconds());
    });
  });
}
