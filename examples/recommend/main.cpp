// SPDX-License-Identifier: BSD-3-Clause
// Ratings or events from a CSV: train a model, recommend with reasons, or measure how good it is.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <initializer_list>
#include <optional>
#include <string>
#include <tailor/data.hpp>
#include <tailor/evaluation.hpp>
#include <tailor/recommender/pipeline.hpp>
#include <tailor/recommender/popularity.hpp>
#include <vector>

#include "models.hpp"
#include "settings.hpp"
#include "support/program.hpp"
#include "support/ratings_data.hpp"

namespace {

namespace data = tailor::data;
namespace evaluation = tailor::evaluation;
namespace recommender = tailor::recommender;

using shop_type = recommender::pipeline<chosen_model>;

const char* const usual_data = TAILOR_EXAMPLES_DATA_DIR "/movielens-latest-small.csv";

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
  std::string models = "default: item_knn to rank, user_knn to predict ratings;";
  for (const model_kind& kind : all_models()) models += '\n' + kind.name + ": " + kind.about;
  app.add_option("--model", s.model, models)->group(group);
  app.add_option("--set", s.set, "an option of the model by its name in the library: NAME=VALUE; --set ? lists them")
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
  app.add_flag("--repeats", s.repeats, "what they had may come again, and counts when measured")->group(group);
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
  refuse(s.rates(), {"--history"}, "is for --mode topn: it says no ratings");
  refuse(!s.rates(), {"--centring"}, "is for --mode ratings");
  const model_kind kind = model_named(s.model_name());
  const bool is_knn = kind.name == "item_knn" || kind.name == "user_knn";
  if (s.rates() && !kind.rates) throw program::usage_error("--model " + kind.name + " predicts no ratings");
  refuse(!is_knn, {"--measure", "--neighbours", "--centring", "--weighting", "--min-support", "--shrinkage"},
         "does not go with --model " + kind.name);
  refuse(!is_knn && !s.ranks_lists(), {"--k"}, "does not go with --model " + kind.name);
  refuse(!kind.explains && kind.name != "popularity", {"--explain"}, "does not go with --model " + kind.name);
  refuse(kind.repeats, {"--repeats"}, "goes without saying with --model " + kind.name);
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

// --- recommending ----------------------------------------------------------------------------------------------------

std::string title_of(const program::title_map& titles, std::string_view item) {
  const auto found = titles.find(std::string(item));
  return found == titles.end() ? std::string() : found->second;
}

/// The strongest reasons, in words.
std::string because(const shop_type& shop, const model_kind& kind, const program::title_map& titles,
                    const recommender::explanation<float>& why) {
  constexpr std::size_t most = 3;
  std::string text;
  const bool of_users = why.reasons_are == recommender::explanation<float>::kind::users;
  for (std::size_t i = 0; i < why.reasons.size() && i < most; ++i) {
    const auto& reason = why.reasons[i];
    const std::string id(of_users ? shop.users()[reason.index] : shop.items()[reason.index]);
    const std::string title = of_users ? "user " + id : title_of(titles, id);
    char value[64];
    const auto similarity = static_cast<double>(reason.similarity), amount = static_cast<double>(reason.value);
    if (amount == 1 && !of_users)
      std::snprintf(value, sizeof value, " (%.2f %s)", similarity, kind.closeness.c_str());
    else
      std::snprintf(value, sizeof value, " (%.2f %s, gave it %g)", similarity, kind.closeness.c_str(), amount);
    text += (i == 0 ? "" : ", ") + (title.empty() ? id : title) + value;
  }
  if (why.reasons.size() > most) text += " and " + std::to_string(why.reasons.size() - most) + " more";
  return text;
}

/// What `--history` says, as the model wants it.
data::sparse_vector<float> history_of(const shop_type& shop, const settings& s) {
  std::vector<std::uint32_t> items;
  for (const std::string& item : s.history) {
    const auto index = shop.items().find(item);
    if (!index) throw tailor::value_error(tailor::describe("--history", "ids of items of the data", '"' + item + '"'));
    items.push_back(*index);
  }
  const std::vector<float> ones(items.size(), 1);
  return {shop.items().size(), items, tailor::span<const float>(ones), data::duplicates::last};
}

void recommend_one(const shop_type& shop, const model_kind& kind, const settings& s,
                   const program::ratings_data& loaded, double fit_seconds) {
  const bool is_new = !s.history.empty();
  const std::string user = s.user ? *s.user : std::string(loaded.log.users()[loaded.log[0].user.value()]);
  if (!shop.knows_user(user))
    throw tailor::value_error(tailor::describe("--user", "the id of a user of the data", '"' + user + '"'));
  const auto history = history_of(shop, s);
  const auto& model = shop.model();
  const auto index = tailor::user_index(shop.users().at(user));
  recommender::recommend_options options;
  options.n = s.top;
  options.hide_seen = !(s.repeats || kind.repeats);
  const program::stopwatch watch;
  const auto picks =
      is_new ? recommender::recommend(model, history.view(), options) : recommender::recommend(model, index, options);
  const double score_seconds = watch.seconds();

  nlohmann::json items = nlohmann::json::array();
  std::vector<double> shown;  // to a person: a rating within the range of ratings, where the order goes beyond it
  for (const auto& pick : picks) {
    shown.push_back(static_cast<double>(pick.score));
    if (s.rates()) {
      float rating = pick.score;
      const tailor::span<const tailor::item_index> item(&pick.item, 1);
      const tailor::span<float> out(&rating, 1);
      is_new ? model.predict(history.view(), item, out) : model.predict(index, item, out);
      shown.back() = static_cast<double>(rating);
    }
    const std::string id(shop.items()[pick.item.value()]);
    std::string reasons;
    if (s.explain && kind.explains) {
      reasons = because(shop, kind, loaded.titles,
                        is_new ? model.explain(history.view(), pick.item) : model.explain(index, pick.item));
    } else if (s.explain) {
      char text[64];
      std::snprintf(text, sizeof text, s.set.empty() ? "chosen %g times" : "counted %g",
                    static_cast<double>(pick.score));
      reasons = text;
    }
    items.push_back({{"id", id}, {"score", pick.score}, {"title", title_of(loaded.titles, id)}, {"because", reasons}});
    if (s.rates()) items.back()["rating"] = shown.back();
  }
  if (s.json) {
    program::print_json({{"user", is_new ? "new" : user},
                         {"items", items},
                         {"fit_seconds", fit_seconds},
                         {"score_seconds", score_seconds}});
    return;
  }
  const char* why = kind.explains ? "because of " : "because it was ";
  const std::size_t width = program::terminal_width(), title_width = std::min<std::size_t>(width - 14, 60);
  std::printf("For %s, out of %s:\n\n", is_new ? "somebody new" : ("user " + user).c_str(), loaded.source.c_str());
  if (!items.empty())
    std::printf("     %s %8s\n", program::fitted("", title_width).c_str(), s.rates() ? "rating" : "score");
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::string title = items[i]["title"], id = items[i]["id"], reasons = items[i]["because"];
    std::printf(shown[i] != 0 && std::abs(shown[i]) < 0.001 ? "%3zu. %s %8.1e\n" : "%3zu. %s %8.3f\n", i + 1,
                program::fitted(title.empty() ? id : title, title_width).c_str(), shown[i]);
    if (!reasons.empty()) std::printf("%s\n", program::wrapped(why + reasons, 7, width).c_str());
  }
  if (picks.missing() > 0)
    std::printf("     %s\n",
                items.empty()
                    ? "Nothing: the model has no opinion of any item that may be recommended to them."
                    : (std::to_string(picks.missing()) + " fewer than asked for: nothing else has a score.").c_str());
  std::printf(
      "\nTrained in %.2f s on %s of %s and %s.\n", fit_seconds, program::count_of(loaded.log.size(), "event").c_str(),
      program::count_of(loaded.log.n_users(), "user").c_str(), program::count_of(loaded.log.n_items(), "item").c_str());
}

void recommend_everybody(const shop_type& shop, const model_kind& kind, const settings& s,
                         const program::ratings_data& loaded, double fit_seconds) {
  std::vector<std::string> users;
  for (std::uint32_t u = 0; u < loaded.log.n_users(); ++u) users.emplace_back(loaded.log.users()[u]);
  recommender::pipeline_options options;
  options.n = s.top;
  options.hide_seen = !(s.repeats || kind.repeats);
  const program::stopwatch watch;
  const auto lists = shop.recommend_many(users, options, s.run);
  const double score_seconds = watch.seconds();

  std::size_t rows = 0, missing = 0;
  data::csv_writer file;
  file.row("user", "rank", "item", s.rates() ? "rating" : "score", "title");
  for (std::size_t u = 0; u < users.size(); ++u) {
    for (std::size_t i = 0; i < lists[u].size(); ++i, ++rows) {
      const auto& [item, score] = lists[u][i];
      file.row(users[u], i + 1, item, s.rates() ? shop.predict(users[u], item) : score, title_of(loaded.titles, item));
    }
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

/// "0.3012 ± 0.0123", as wide as a column.
std::string with_interval(double value, const tailor::metrics::interval& at) {
  char text[64];
  std::snprintf(text, sizeof text, "%.4f ± %.4f", value, (at.upper - at.lower) / 2);
  return program::fitted(text, 17);
}
std::string without_interval(double value) {
  char text[64];
  std::snprintf(text, sizeof text, "%.4f", value);
  return program::fitted(text, 17);
}
void table_line(const std::string& name, const std::string& mine, const std::string& other) {
  std::printf("%s  %s  %s\n", program::fitted(name, 14).c_str(), mine.c_str(), other.c_str());
}

nlohmann::json pair_of(const tailor::metrics::interval& at) { return {at.lower, at.upper}; }

/// How sure a difference is, in words.
std::string difference_in_words(const std::string& metric, const tailor::metrics::paired_comparison& found,
                                const std::string& other) {
  if (found.difference == 0) return metric + " is the same as " + other + '.';
  const double sign = found.difference < 0 ? -1 : 1, p = found.randomization_p_value;
  double low = sign * found.interval.lower, high = sign * found.interval.upper;
  if (low > high) std::swap(low, high);
  char chance[32], text[256];
  std::snprintf(chance, sizeof chance, p < 0.001 ? "< 0.001" : "= %.3f", p);
  std::snprintf(text, sizeof text, "%s is %.4f %s %s (95%%: %.4f to %.4f; p %s).", metric.c_str(),
                sign * found.difference, sign < 0 ? "below" : "above", other.c_str(), low, high, chance);
  return text;
}

nlohmann::json as_json(const evaluation::cross_validation_result<evaluation::rating_result>& found) {
  const auto rmse = found.mean(&evaluation::rating_result::rmse);
  nlohmann::json object = {{"rmse", rmse.mean},
                           {"rmse_interval", pair_of(rmse.interval)},
                           {"mae", found.mean(&evaluation::rating_result::mae).mean}};
  return object;
}

void evaluate_ratings(const chosen_model& unfitted, const settings& s, const program::ratings_data& loaded) {
  using evaluation::rating_result;
  evaluation::fold_options folds;
  folds.folds = s.folds;
  folds.seed = s.seed;
  const auto mine = evaluation::cross_validate_ratings(unfitted, loaded.log, folds, s.run);
  settings plain;
  plain.seed = s.seed;
  const chosen_model baseline = model_named("baseline").make(plain);
  const auto other = evaluation::cross_validate_ratings(baseline, loaded.log, folds, s.run);
  if (s.json) {
    nlohmann::json object = as_json(mine);
    object["folds"] = s.folds;
    object["fit_seconds"] = mine.fit_seconds;
    object["score_seconds"] = mine.score_seconds;
    object["baseline"] = as_json(other);
    return program::print_json(object);
  }
  std::printf("%s, %zu folds:\n\n", loaded.source.c_str(), s.folds);
  table_line("", program::fitted(s.model_name(), 17), "baseline");
  for (const auto& [name, member] : {std::pair("RMSE", &rating_result::rmse), std::pair("MAE", &rating_result::mae)}) {
    const auto a = mine.mean(member), b = other.mean(member);
    table_line(name, with_interval(a.mean, a.interval), with_interval(b.mean, b.interval));
  }
  std::printf("\n± is half the 95%% interval over the folds. %.2f s to train, %.2f s to predict.\n", mine.fit_seconds,
              mine.score_seconds);
}

evaluation::protocol_result run_protocol(const chosen_model& unfitted, const settings& s, const data::interactions& log,
                                         bool repeats) {
  evaluation::ranking_options lists;
  lists.cutoffs = {s.list_length()};
  lists.hide_seen = !repeats;
  if (s.split == "strong") {
    evaluation::strong_options options;
    options.ranking = lists;
    options.test_users = s.test_size;
    options.seed = s.seed;
    return evaluation::evaluate_strong(unfitted, log, options, s.run);
  }
  if (s.split == "last") {
    evaluation::last_out_options options;
    options.ranking = lists;
    return evaluation::evaluate_last_out(unfitted, log, options, s.run);
  }
  if (s.split == "temporal") {
    evaluation::temporal_options options;
    options.ranking = lists;
    options.test_size = s.test_size;
    return evaluation::evaluate_temporal(unfitted, log, options, s.run);
  }
  evaluation::stratified_options options;
  options.ranking = lists;
  options.test_size = s.test_size;
  options.seed = s.seed;
  return evaluation::evaluate_stratified(unfitted, log, options, s.run);
}

struct named_metric {
  const char* name;
  double tailor::metrics::ranking_scores::*member;
};
constexpr named_metric all_metrics[] = {{"ndcg", &tailor::metrics::ranking_scores::ndcg},
                                        {"recall", &tailor::metrics::ranking_scores::recall},
                                        {"precision", &tailor::metrics::ranking_scores::precision},
                                        {"map", &tailor::metrics::ranking_scores::average_precision},
                                        {"mrr", &tailor::metrics::ranking_scores::reciprocal_rank},
                                        {"hit_rate", &tailor::metrics::ranking_scores::hit_rate}};

nlohmann::json as_json(const evaluation::ranking_result& found) {
  const std::string at = '@' + std::to_string(found.k);
  nlohmann::json object;
  for (const named_metric& metric : all_metrics) {
    const auto estimate = found.estimate(metric.member);
    object[metric.name + at] = estimate.mean;
    // Of one user there is no interval; JSON knows no infinity.
    if (found.users > 1) object[metric.name + at + "_interval"] = pair_of(estimate.interval);
  }
  object["coverage"] = found.coverage;
  object["gini"] = found.gini;
  if (found.novelty) object["novelty"] = found.novelty->mean;
  object["users"] = found.users;
  return object;
}

void evaluate_topn(const chosen_model& unfitted, const model_kind& kind, const settings& s,
                   const program::ratings_data& loaded) {
  const bool repeats = s.repeats || kind.repeats;
  const auto mine = run_protocol(unfitted, s, loaded.log, repeats);
  settings plain;
  const auto popular = run_protocol(model_named("popularity").make(plain), s, loaded.log, repeats);
  const evaluation::ranking_result &a = mine.lists.front(), &b = popular.lists.front();
  if (s.json) {
    nlohmann::json object = as_json(a);
    object["fit_seconds"] = mine.fit_seconds;
    object["score_seconds"] = mine.score_seconds;
    object["popularity"] = as_json(b);
    return program::print_json(object);
  }
  std::printf("%s, %s split, %s, lists of %zu%s:\n\n", loaded.source.c_str(), s.split.c_str(),
              program::count_of(a.users, "user").c_str(), a.k, repeats ? ", repeats count" : "");
  table_line("", program::fitted(s.model_name(), 17), "popularity");
  const std::string at = '@' + std::to_string(a.k);
  const char* const names[] = {"NDCG", "recall", "precision", "MAP"};
  for (std::size_t i = 0; i < 4; ++i) {
    const auto x = a.estimate(all_metrics[i].member), y = b.estimate(all_metrics[i].member);
    if (a.users > 1)
      table_line(names[i] + at, with_interval(x.mean, x.interval), with_interval(y.mean, y.interval));
    else
      table_line(names[i] + at, without_interval(x.mean), without_interval(y.mean));
  }
  table_line("coverage", without_interval(a.coverage), without_interval(b.coverage));
  if (a.novelty && b.novelty)
    table_line("novelty (bits)", without_interval(a.novelty->mean), without_interval(b.novelty->mean));
  if (a.users > 1) {
    const auto difference = evaluation::compare(a, b, all_metrics[0].member, {}, s.run);
    std::printf("\n%s", program::wrapped("± is half the 95% interval over users. " +
                                             difference_in_words("NDCG" + at, difference, "popularity's"),
                                         0, program::terminal_width())
                            .c_str());
  }
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
    const model_kind kind = model_named(s.model_name());
    const chosen_model model = kind.make(s);
    const program::ratings_data loaded = load(s);
    if (s.evaluate == "rating") return evaluate_ratings(model, s, loaded);
    if (s.evaluate == "topn") return evaluate_topn(model, kind, s, loaded);
    shop_type shop(model);
    const program::stopwatch watch;
    shop.fit(loaded.log, s.run);
    if (s.all) return recommend_everybody(shop, kind, s, loaded, watch.seconds());
    recommend_one(shop, kind, s, loaded, watch.seconds());
  });
}
