// SPDX-License-Identifier: BSD-3-Clause
// Ratings or events from a CSV: train a model, recommend with reasons, or measure how good it is.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <initializer_list>
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
  const auto from_one = program::whole_number(1);
  const char* group = "The data";
  app.add_option("--ratings", s.ratings,
                 "CSV of ratings or events; default: MovieLens from scripts/data, else generated")
      ->group(group);
  app.add_option("--user-column", s.user_column, "its name; default: found by the usual names")->group(group);
  app.add_option("--item-column", s.item_column, "the same for items")->group(group);
  app.add_option("--value-column", s.value_column, "ratings or amounts; without one every event counts 1")
      ->group(group);
  app.add_option("--time-column", s.time_column, "seconds since 1970 or ISO 8601")->group(group);
  app.add_option("--separator", s.separator, "default: detected")->group(group);
  app.add_flag("--skip-bad-rows", s.skip_bad_rows, "pass by rows that cannot be read, and say how many")->group(group);
  app.add_option("--binarise", s.binarise, "keep values of at least this, as 1")->group(group);
  app.add_option("--titles", s.titles, "CSV with a title for each item; default: a title column of --ratings")
      ->group(group);

  group = "The model";
  app.add_option("--mode", s.mode, "rank items, or predict ratings")
      ->check(CLI::IsMember({"topn", "ratings"}))
      ->capture_default_str()
      ->group(group);
  app.add_option("--model", s.model, "default: item_knn to rank, user_knn to predict ratings")
      ->check(CLI::IsMember({"item_knn", "user_knn", "popularity"}))
      ->group(group);
  app.add_option("--measure", s.measure, "default: cosine to rank, msd to predict ratings")
      ->check(CLI::IsMember({"cosine", "corated_cosine", "adjusted_cosine", "pearson", "msd", "jaccard", "dice",
                             "tversky", "asymmetric_cosine", "euclidean", "dot"}))
      ->group(group);
  app.add_option("--k", s.k, "neighbours; with --evaluate topn the length of the lists instead (10)")
      ->check(from_one)
      ->group(group);
  app.add_option("--neighbours", s.neighbours, "neighbours, always; default: 20 to rank, 40 to predict ratings")
      ->check(from_one)
      ->group(group);
  app.add_option("--centring", s.centring, "of ratings, with --mode ratings")
      ->check(CLI::IsMember({"none", "mean", "zscore", "baseline"}))
      ->capture_default_str()
      ->group(group);
  app.add_option("--weighting", s.weighting, "of counts, before they are compared, with --mode topn")
      ->check(CLI::IsMember({"none", "log", "tfidf", "bm25"}))
      ->capture_default_str()
      ->group(group);
  app.add_option("--min-support", s.min_support, "common ratings below which two are not similar")
      ->check(program::whole_number(0))
      ->capture_default_str()
      ->group(group);
  app.add_option("--shrinkage", s.shrinkage, "similarity * n / (n + this) for n in common")
      ->check(CLI::Range(0.0, 1e9))
      ->capture_default_str()
      ->group(group);

  group = "Recommending";
  app.add_option("--user", s.user, "for whom; default: the first one in the file")->group(group);
  app.add_option("--history", s.history, "for somebody new who has these items: ID,ID,...")
      ->delimiter(',')
      ->group(group);
  app.add_option("--top", s.top, "how many")->check(from_one)->capture_default_str()->group(group);
  app.add_flag("--explain", s.explain, "say why")->group(group);
  app.add_flag("--all", s.all, "for every user, into --out")->group(group);
  app.add_option("--out", s.out, "CSV that --all writes")->group(group);

  group = "Measuring instead";
  app.add_option("--evaluate", s.evaluate, "how far predicted ratings are off, or how good the lists are")
      ->check(CLI::IsMember({"rating", "topn"}))
      ->group(group);
  app.add_option("--folds", s.folds, "of --evaluate rating")
      ->check(CLI::Range(2, 1000))
      ->capture_default_str()
      ->group(group);
  app.add_option("--split", s.split, "of --evaluate topn")
      ->check(CLI::IsMember({"stratified", "strong", "last", "temporal"}))
      ->capture_default_str()
      ->group(group);
  app.add_option("--test-size", s.test_size, "part that is held back (strong: of the users)")
      ->check(CLI::Range(0.01, 0.99))
      ->capture_default_str()
      ->group(group);
  app.footer(
      "For example\n"
      "  recommend --explain\n"
      "  recommend --ratings orders.csv --user 17850 --top 5 --explain\n"
      "  recommend --ratings orders.csv --all --out picks.csv\n"
      "  recommend --evaluate topn --k 20\n"
      "  recommend --mode ratings --centring baseline --evaluate rating");
}

/// Flags that would be without effect are refused: whoever gave them expects one.
void check_flags(const CLI::App& app, const settings& s) {
  const auto refuse = [&](bool when, std::initializer_list<const char*> flags, const std::string& reason) {
    if (!when) return;
    for (const char* flag : flags)
      if (app.get_option(flag)->count() > 0) throw program::usage_error(std::string(flag) + ' ' + reason);
  };
  if (s.all && s.out.empty()) throw program::usage_error("--all needs --out FILE");
  refuse(s.ratings.empty() && !std::ifstream(usual_data).good(),
         {"--user-column", "--item-column", "--value-column", "--time-column", "--separator", "--skip-bad-rows"},
         "needs --ratings");
  refuse(!s.all, {"--out"}, "is for --all");
  refuse(s.all, {"--user", "--history", "--explain", "--evaluate"}, "does not go with --all");
  refuse(s.user.has_value(), {"--history"}, "is for somebody new, and does not go with --user");
  refuse(!s.evaluate.empty(), {"--user", "--history", "--top", "--explain"}, "does not go with --evaluate");
  refuse(s.evaluate != "rating", {"--folds"}, "is for --evaluate rating");
  refuse(s.evaluate != "topn", {"--split", "--test-size"}, "is for --evaluate topn");
  refuse(s.split == "last", {"--test-size"}, "does not go with --split last, which holds one event back");
  refuse(s.rates(), {"--weighting"}, "is for --mode topn");
  refuse(!s.rates(), {"--centring"}, "is for --mode ratings");
  if (s.model == "popularity") {
    if (s.rates()) throw program::usage_error("popularity predicts no ratings: it is for --mode topn");
    refuse(true, {"--measure", "--neighbours", "--weighting", "--min-support", "--shrinkage"},
           "does not go with --model popularity");
    refuse(!s.ranks_lists(), {"--k"}, "does not go with --model popularity");
  }
  if (s.evaluate == "rating" && !s.rates()) throw program::usage_error("--evaluate rating needs --mode ratings");
  if (s.separator != "\\t" && s.separator.size() > 2)
    throw program::usage_error("--separator: expected one or two characters, or \\t, found " + s.separator);
}

// --- the data --------------------------------------------------------------------------------------------------------

program::ratings_data load(const settings& s) {
  std::string path = s.ratings;
  if (path.empty() && std::ifstream(usual_data).good()) path = usual_data;
  program::ratings_data loaded;
  if (path.empty()) {
    loaded = program::generate_ratings(s.seed);
    if (!s.titles.empty()) loaded.titles = program::read_titles(s.titles, {}, {}, true);
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
    if (report.bad_rows > 0) loaded.source += " (" + program::count_of(report.bad_rows, "bad row") + " passed by)";
    loaded.titles = s.titles.empty() ? program::read_titles(path, options.item, options.csv, false)
                                     : program::read_titles(s.titles, {}, {}, true);
  }
  if (s.binarise) {
    loaded.log = loaded.log.binarise(*s.binarise).compact();
    if (loaded.log.empty())
      throw tailor::value_error(
          tailor::describe("--binarise", "values of at least " + tailor::show(*s.binarise), "none"));
  }
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
    char value[64];
    const auto similarity = static_cast<double>(reason.similarity), amount = static_cast<double>(reason.value);
    if (amount == 1 && !of_users)
      std::snprintf(value, sizeof value, " (%.2f similar)", similarity);
    else
      std::snprintf(value, sizeof value, " (%.2f similar, gave it %g)", similarity, amount);
    text += (i == 0 ? "" : ", ") + (title.empty() ? id : title) + value;
  }
  if (why.reasons.size() > most) text += " and " + std::to_string(why.reasons.size() - most) + " more";
  return text;
}

/// What `--history` says, as the model wants it.
template <class Shop>
data::sparse_vector<typename Shop::value_type> history_of(const Shop& shop, const settings& s) {
  std::vector<std::uint32_t> items;
  for (const std::string& item : s.history) {
    const auto index = shop.items().find(item);
    if (!index) throw tailor::value_error(tailor::describe("--history", "ids of items of the data", '"' + item + '"'));
    items.push_back(*index);
  }
  const std::vector<typename Shop::value_type> ones(items.size(), 1);
  return {shop.items().size(), items, tailor::span<const typename Shop::value_type>(ones), data::duplicates::last};
}

template <class Shop>
void recommend_one(const Shop& shop, const settings& s, const program::ratings_data& loaded, double fit_seconds) {
  const bool is_new = !s.history.empty();
  const std::string user = s.user ? *s.user : std::string(loaded.log.users()[loaded.log[0].user.value()]);
  if (!shop.knows_user(user))
    throw tailor::value_error(tailor::describe("--user", "the id of a user of the data", '"' + user + '"'));
  const auto history = history_of(shop, s);
  const auto& model = shop.model();
  const auto index = tailor::user_index(shop.users().at(user));
  recommender::recommend_options options;
  options.n = s.top;
  const program::stopwatch watch;
  const auto picks =
      is_new ? recommender::recommend(model, history.view(), options) : recommender::recommend(model, index, options);
  const double score_seconds = watch.seconds();

  nlohmann::json items = nlohmann::json::array();
  std::vector<double> shown;  // to a person: a rating within the range of ratings, where the order goes beyond it
  for (const auto& pick : picks) {
    shown.push_back(static_cast<double>(pick.score));
    if constexpr (recommender::predicts_v<std::decay_t<decltype(model)>>) {
      typename Shop::value_type rating = pick.score;
      const tailor::span<const tailor::item_index> item(&pick.item, 1);
      const tailor::span<typename Shop::value_type> out(&rating, 1);
      if (s.rates()) is_new ? model.predict(history.view(), item, out) : model.predict(index, item, out);
      shown.back() = static_cast<double>(rating);
    }
    const std::string id(shop.items()[pick.item.value()]);
    std::string reasons;
    if constexpr (recommender::explains_v<std::decay_t<decltype(model)>>) {
      if (s.explain)
        reasons = because(shop, loaded.titles,
                          is_new ? model.explain(history.view(), pick.item) : model.explain(index, pick.item));
    } else if (s.explain) {
      char text[64];
      std::snprintf(text, sizeof text, "chosen %g times", static_cast<double>(pick.score));
      reasons = text;
    }
    items.push_back({{"id", id}, {"score", pick.score}, {"title", title_of(loaded.titles, id)}, {"because", reasons}});
  }
  if (s.json) {
    program::print_json({{"user", is_new ? "new" : user},
                         {"items", items},
                         {"fit_seconds", fit_seconds},
                         {"score_seconds", score_seconds}});
    return;
  }
  const char* why = recommender::explains_v<std::decay_t<decltype(model)>> ? "because of " : "because it was ";
  const std::size_t width = program::terminal_width(), title_width = std::min<std::size_t>(width - 14, 60);
  std::printf("For %s, out of %s:\n\n", is_new ? "somebody new" : ("user " + user).c_str(), loaded.source.c_str());
  if (!items.empty())
    std::printf("     %s %8s\n", program::fitted("", title_width).c_str(), s.rates() ? "rating" : "score");
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::string title = items[i]["title"], id = items[i]["id"], reasons = items[i]["because"];
    std::printf("%3zu. %s %8.3f\n", i + 1, program::fitted(title.empty() ? id : title, title_width).c_str(), shown[i]);
    if (!reasons.empty()) std::printf("%s\n", program::wrapped(why + reasons, 7, width).c_str());
  }
  if (picks.missing() > 0)
    std::printf("     %s\n",
                items.empty()
                    ? "Nothing: no item that is new to them is similar to what they have."
                    : (std::to_string(picks.missing()) + " fewer than asked for: nothing else has a score.").c_str());
  std::printf(
      "\nTrained in %.2f s on %s of %s and %s.\n", fit_seconds, program::count_of(loaded.log.size(), "event").c_str(),
      program::count_of(loaded.log.n_users(), "user").c_str(), program::count_of(loaded.log.n_items(), "item").c_str());
}

template <class Shop>
void recommend_everybody(const Shop& shop, const settings& s, const program::ratings_data& loaded, double fit_seconds) {
  std::vector<std::string> users;
  for (std::uint32_t u = 0; u < loaded.log.n_users(); ++u) users.emplace_back(loaded.log.users()[u]);
  recommender::pipeline_options options;
  options.n = s.top;
  const program::stopwatch watch;
  const auto lists = shop.recommend_many(users, options, s.run);
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
    program::print_json({{"out", s.out},
                         {"users", users.size()},
                         {"recommendations", rows},
                         {"missing", missing},
                         {"fit_seconds", fit_seconds},
                         {"score_seconds", score_seconds}});
  else
    std::printf("%s: %s for %s, %zu fewer than asked for; trained in %.2f s, scored in %.2f s.\n", s.out.c_str(),
                program::count_of(rows, "recommendation").c_str(), program::count_of(users.size(), "user").c_str(),
                missing, fit_seconds, score_seconds);
}

// --- measuring -------------------------------------------------------------------------------------------------------

template <class Model>
void evaluate_ratings(const Model& unfitted, const settings& s, const program::ratings_data& loaded) {
  if constexpr (std::is_same_v<Model, recommender::popularity>) {
    throw program::usage_error("popularity predicts no ratings");
  } else {
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
      program::print_json({{"rmse", rmse},
                           {"mae", mae},
                           {"folds", s.folds},
                           {"fit_seconds", fit_seconds},
                           {"score_seconds", score_seconds}});
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
    program::print_json({{"ndcg" + at, m.ndcg},
                         {"recall" + at, m.recall},
                         {"precision" + at, m.precision},
                         {"map" + at, m.average_precision},
                         {"mrr" + at, m.reciprocal_rank},
                         {"hit_rate" + at, m.hit_rate},
                         {"coverage", mine.result.coverage},
                         {"users", mine.result.users},
                         {"fit_seconds", mine.fit_seconds},
                         {"score_seconds", mine.score_seconds}});
    return;
  }
  const ranking_run popular = run_ranking(recommender::popularity(), s, loaded.log);
  const auto& p = popular.result.mean;
  std::printf("%s, %s split, %s, lists of %zu:\n\n%-12s %10s %12s\n", loaded.source.c_str(), s.split.c_str(),
              program::count_of(mine.result.users, "user").c_str(), s.list_length(), "", "this model", "popularity");
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
    check_flags(app, s);
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
