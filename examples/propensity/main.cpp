// SPDX-License-Identifier: BSD-3-Clause
// How likely each customer is to act: from a CSV of labelled customers to calibrated probabilities, what they are
// worth, and reasons.
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <fstream>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <tailor/data.hpp>
#include <tailor/metrics.hpp>
#include <utility>
#include <vector>

#include "customers.hpp"
#include "models.hpp"
#include "support/program.hpp"

namespace {

namespace metrics = tailor::metrics;
using namespace propensity;

struct settings : program::common_flags {
  std::string file, target, positive, time_column, model = "mlp", out;
  std::vector<std::string> drop, categorical;
  double test_size = 0.2;
  std::size_t splits = 1;
  std::size_t explain = 0;  ///< a row of the file, from 1; 0 = whom the model thinks most likely
};

void add_flags(CLI::App& app, settings& s) {
  s.add_to(app);
  app.add_option("--data", s.file, "CSV with a header, one customer a row; without it, packaged or generated data");
  app.add_option("--target", s.target,
                 "the column that is to be foretold, of two values; customers without are scored");
  app.add_option("--positive", s.positive, "which value of it counts as 1 (by default the larger or later)");
  app.add_option("--drop", s.drop, "columns that are not to be used")->delimiter(',')->allow_extra_args(false);
  app.add_option("--categorical", s.categorical, "columns of numbers that are names")
      ->delimiter(',')
      ->allow_extra_args(false);
  app.add_option("--test-size", s.test_size, "the part of the customers that is held back")->capture_default_str();
  app.add_option("--time-column", s.time_column, "hold back the latest customers by this column");
  app.add_option("--splits", s.splits, "measure on so many test parts instead of one: five of .2 hold every customer")
      ->check(program::whole_number(1))
      ->capture_default_str();
  app.add_option("--model", s.model, "whose probabilities: mlp or logistic")
      ->check(CLI::IsMember({"mlp", "logistic"}))
      ->capture_default_str();
  app.add_option("--explain", s.explain, "the customer in this row (the first is 1); by default the likeliest")
      ->check(program::whole_number(1));
  app.add_option("--out", s.out, "write a probability for every row into this CSV");
}

void check_flags(const settings& s) {
  const auto refuse = [](const char* reason) { throw program::usage_error(reason); };
  if (!(s.test_size > 0 && s.test_size <= 0.5)) refuse("--test-size: expected a number above 0, at most .5");
  if (s.file.empty() != s.target.empty()) refuse("--data and --target go together");
  if (s.file.empty() && !(s.positive.empty() && s.drop.empty() && s.categorical.empty() && s.time_column.empty()))
    refuse("--positive, --drop, --categorical and --time-column need --data");
  if (s.splits > 1 && !s.time_column.empty()) refuse("--splits: there is one latest part, so no --time-column");
  if (s.splits > 1 && (!s.out.empty() || s.explain != 0)) refuse("--splits measures: no --out and no --explain");
}

customer_data load(const settings& s) {
  if (!s.file.empty()) return {data::read_table(s.file), s.target, s.positive, s.file};
  const std::string packaged = std::string(TAILOR_EXAMPLES_DATA_DIR) + "/wa_churn.csv";
  if (std::ifstream(packaged).good())
    return {data::read_table(packaged), "churn", "Yes", "a telephone company's customers (wa_churn)"};
  return generate_customers(s.seed);
}

/// The customers whose answer is known, what it is, and how they become features.
struct labelled_customers {
  data::table known;
  std::vector<std::size_t> known_rows, new_rows;  ///< of the file
  std::vector<int> y;
  data::feature_options options;
  std::string negative;
  std::optional<data::table_column> times;
};

labelled_customers prepare(const customer_data& loaded, const settings& s) {
  labelled_customers c;
  const data::table_column& target = loaded.rows.column(loaded.target);
  for (std::size_t i = 0; i < target.size(); ++i) (target.is_missing(i) ? c.new_rows : c.known_rows).push_back(i);
  c.known = loaded.rows.rows(c.known_rows).drop(s.drop);
  c.options.target = loaded.target;
  c.options.positive = loaded.positive;
  c.options.categorical = s.categorical;
  if (!s.time_column.empty()) {
    c.times = c.known.column(s.time_column);
    c.known = c.known.drop({s.time_column});
  }
  data::feature_encoder of_labels(c.options);  // the only thing that it is asked for
  const auto y = of_labels.fit(c.known).labels<double>(c.known);
  c.options.positive = of_labels.positive();
  c.negative = of_labels.negative();
  std::size_t of_class[2] = {0, 0};
  for (const double label : y) {
    c.y.push_back(label == 1 ? 1 : 0);
    ++of_class[c.y.back()];
  }
  for (const std::size_t n : of_class)
    tailor::require(n >= 20, loaded.target, "at least 20 customers of either kind", n);
  return c;
}

/// Everything about one test part.
struct measured {
  row_split parts;
  data::feature_encoder encoder;
  matrix X, test_X;
  std::vector<int> y, test_y;
  std::unique_ptr<tuned_model> model, logistic;  ///< the former is null when it is the latter
  std::vector<double> p;                         ///< of the test part
  double auc, logistic_auc, log_loss, brier, ece;
  double seconds, logistic_seconds;

  const tuned_model& chosen() const { return model ? *model : *logistic; }
};

measured measure(const labelled_customers& c, row_split parts, const settings& s, std::uint64_t seed) {
  measured m;
  m.parts = std::move(parts);
  m.encoder = data::feature_encoder(c.options);
  m.X = m.encoder.fit_transform<float>(c.known.rows(m.parts.train), s.run);
  m.test_X = m.encoder.transform<float>(c.known.rows(m.parts.test), s.run);
  m.y = rows_of(c.y, m.parts.train);
  m.test_y = rows_of(c.y, m.parts.test);
  const std::vector<fold> folds = make_folds(m.X, m.y, tailor::random::derived_seed(seed, 1));
  const program::stopwatch watch;
  m.logistic = std::make_unique<tuned_logistic>(m.X, m.y, folds, s.run);
  m.seconds = m.logistic_seconds = watch.seconds();
  if (s.model == "mlp") {
    m.model = std::make_unique<tuned_networks>(m.y, folds, tailor::random::derived_seed(seed, 2), s.run);
    m.seconds = watch.seconds() - m.logistic_seconds;
  }
  m.p = m.chosen().predict(m.test_X, s.run);
  m.auc = metrics::roc_auc(m.p, m.test_y);
  m.logistic_auc = metrics::roc_auc(m.logistic->predict(m.test_X, s.run), m.test_y);
  m.log_loss = metrics::log_loss(m.p, m.test_y);
  m.brier = metrics::brier(m.p, m.test_y);
  m.ece = metrics::ece(m.p, m.test_y);
  return m;
}

// --- one customer
// --------------------------------------------------------------------------------------------------------

struct explanation {
  std::size_t row;  ///< of the file, from 1
  double probability, average;
  mlp::reason_codes why;  ///< effects are on the calibrated logit
};

explanation explain(const customer_data& loaded, const labelled_customers& c, const measured& m, const settings& s) {
  std::size_t row = 0;
  if (s.explain == 0) {
    const auto likeliest = static_cast<std::size_t>(std::max_element(m.p.begin(), m.p.end()) - m.p.begin());
    row = c.known_rows[m.parts.test[likeliest]];
  } else {
    row = s.explain - 1;
  }
  const std::vector<std::size_t> one = {row};
  const data::table customer = loaded.rows.rows(one);
  const matrix x = m.encoder.transform<float>(customer);
  const std::vector<float> average = mlp::average_row(m.X);
  matrix at_average = tailor::make_matrix<float>(1, average.size());
  std::copy(average.begin(), average.end(), at_average.begin());
  const tuned_model& model = m.chosen();
  matrix added = model.attributions(x, average, s.run);
  for (float& a : added) a *= static_cast<float>(model.slope());
  return {row + 1, model.predict(x)[0], model.predict(at_average)[0],
          mlp::reasons_of<float>(m.encoder, customer, 0, added)};
}

mlp::importance_table importance_of(const measured& m, const settings& s) {
  mlp::permutation_options options;
  options.repeats = 3;
  options.seed = s.seed;
  const auto auc = [&](tailor::span<const double> p) { return metrics::roc_auc(p, m.test_y); };
  return mlp::permutation_importance(m.chosen(), m.test_X, auc, mlp::feature_groups(m.encoder), options, s.run);
}

void write_probabilities(const customer_data& loaded, const labelled_customers& c, const measured& m,
                         const settings& s) {
  struct line {
    const char* part;
    double probability;
  };
  std::vector<line> lines(loaded.rows.n_rows());
  const std::vector<double> of_train = m.chosen().calibrated(m.chosen().held_out_logits());
  for (std::size_t i = 0; i < of_train.size(); ++i) lines[c.known_rows[m.parts.train[i]]] = {"train", of_train[i]};
  for (std::size_t i = 0; i < m.p.size(); ++i) lines[c.known_rows[m.parts.test[i]]] = {"test", m.p[i]};
  if (!c.new_rows.empty()) {
    const auto of_new = m.chosen().predict(m.encoder.transform<float>(loaded.rows.rows(c.new_rows)), s.run);
    for (std::size_t i = 0; i < of_new.size(); ++i) lines[c.new_rows[i]] = {"new", of_new[i]};
  }
  data::csv_writer file;
  file.row("row", "part", "probability");
  for (std::size_t i = 0; i < lines.size(); ++i) file.row(i + 1, lines[i].part, lines[i].probability);
  file.save(s.out);
}

// --- for scripts
// ---------------------------------------------------------------------------------------------------------

nlohmann::json pair_of(const metrics::interval& at) { return {at.lower, at.upper}; }

nlohmann::json as_json(const std::vector<mlp::reason>& reasons) {
  nlohmann::json list = nlohmann::json::array();
  for (const mlp::reason& r : reasons)
    list.push_back({{"column", r.column}, {"value", r.value}, {"odds_factor", std::exp(r.effect)}});
  return list;
}

nlohmann::json as_json(const measured& m, const explanation& why, const mlp::importance_table& importance) {
  nlohmann::json object = {{"model", m.chosen().description()},
                           {"train_customers", m.y.size()},
                           {"test_customers", m.test_y.size()},
                           {"features", m.encoder.n_features()},
                           {"auc", m.auc},
                           {"logistic_auc", m.logistic_auc},
                           {"log_loss", m.log_loss},
                           {"brier", m.brier},
                           {"ece", m.ece},
                           {"explanation",
                            {{"row", why.row},
                             {"probability", why.probability},
                             {"average_probability", why.average},
                             {"up", as_json(why.why.up)},
                             {"down", as_json(why.why.down)}}}};
  for (const metrics::lift_row& group : metrics::lift_table(m.p, m.test_y))
    object["lift"].push_back(group.cumulative_lift);
  for (const mlp::feature_importance& f : importance.features)
    object["importance"].push_back({{"column", f.name}, {"auc_drop", f.drop.mean}});
  return object;
}

// --- for a person
// --------------------------------------------------------------------------------------------------------

void say(const std::string& text) { std::printf("%s\n", program::wrapped(text, 0, program::terminal_width()).c_str()); }

double rate_of(const std::vector<int>& y) {
  return static_cast<double>(std::accumulate(y.begin(), y.end(), 0)) / static_cast<double>(y.size());
}

void say_who(const customer_data& loaded, const labelled_customers& c, const settings& s) {
  char text[512];
  std::snprintf(text, sizeof text, "%s: %s, of whom %.1f %% have %s = %s.", loaded.source.c_str(),
                program::count_of(c.y.size(), "customer").c_str(), 100 * rate_of(c.y), loaded.target.c_str(),
                c.options.positive.c_str());
  std::string all = text;
  if (!c.new_rows.empty()) all += ' ' + std::to_string(c.new_rows.size()) + " more, who have none, are only scored.";
  if (!s.time_column.empty()) all += " Held back are the latest by " + s.time_column + '.';
  say(all);
}

void show_measures(const measured& m) {
  const auto line = [](const char* name, double mine, double other, bool two) {
    std::printf("   %s %10.4f", program::fitted(name, 34).c_str(), mine);
    if (two) std::printf(" %12.4f", other);
    std::printf("\n");
  };
  const bool two = m.model != nullptr;
  const std::vector<double> q = m.logistic->predict(m.test_X);
  std::printf("\n   %s %10s", program::fitted("", 34).c_str(), two ? "networks" : "logistic");
  if (two) std::printf(" %12s", "logistic");
  std::printf("\n");
  line("AUC (1 = all right, .5 = chance)", m.auc, m.logistic_auc, two);
  line("log loss", m.log_loss, metrics::log_loss(q, m.test_y), two);
  line("Brier score", m.brier, metrics::brier(q, m.test_y), two);
  line("calibration error", m.ece, metrics::ece(q, m.test_y), two);
}

void show_lift(const measured& m) {
  std::printf("\n   Reach the likeliest    of them act    of all who act    times chance\n");
  const auto groups = metrics::lift_table(m.p, m.test_y);
  double called = 0, found = 0;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    called += static_cast<double>(m.p.size()) / static_cast<double>(groups.size());
    found += groups[g].positives;
    if (g != 4 && g > 2 && g + 1 != groups.size()) continue;
    std::printf("   %17zu %%   %9.1f %%   %13.1f %%   %13.2f\n", 10 * (g + 1), 100 * found / called,
                100 * groups[g].gain, groups[g].cumulative_lift);
  }
}

void show_importance(const mlp::importance_table& importance) {
  std::printf("\n   AUC without what a column says (its values shuffled):\n");
  for (std::size_t i = 0; i < (std::min<std::size_t>)(5, importance.features.size()); ++i)
    std::printf("   %s %7.4f\n", program::fitted(importance.features[i].name, 34).c_str(),
                importance.score - importance.features[i].drop.mean);
}

void show_reasons(const explanation& e) {
  std::printf("\nThe customer in row %zu: %.1f %% (somebody average: %.1f %%).\n", e.row, 100 * e.probability,
              100 * e.average);
  const auto show = [](const char* word, const std::vector<mlp::reason>& reasons) {
    for (const mlp::reason& r : reasons)
      if (std::abs(r.effect) >= 0.005)  // what would not show
        std::printf("   %s  %s odds x %.2f\n", word, program::fitted(r.text(), 48).c_str(), std::exp(r.effect));
  };
  show("up  ", e.why.up);
  show("down", e.why.down);
}

void show_page(const customer_data& loaded, const labelled_customers& c, const measured& m, const settings& s) {
  say_who(loaded, c, s);
  say("Learnt from " + std::to_string(m.y.size()) + " of them, measured on the other " +
      std::to_string(m.test_y.size()) + ", whom no step before has seen.");
  show_measures(m);
  show_lift(m);
  show_importance(importance_of(m, s));
  show_reasons(explain(loaded, c, m, s));
  char text[256];
  std::snprintf(text, sizeof text, "Tuned by five folds of the customers learnt from: %s (%.1f s)",
                m.chosen().description().c_str(), m.seconds);
  std::string tuned = text;
  if (m.model) {
    std::snprintf(text, sizeof text, "; %s (%.1f s)", m.logistic->description().c_str(), m.logistic_seconds);
    tuned += text;
  }
  std::printf("\n");
  say(tuned + ". Probabilities are calibrated by Platt's method on the same folds.");
}

// --- several test parts
// ----------------------------------------------------------------------------------------------------

void measure_splits(const customer_data& loaded, const labelled_customers& c, const settings& s) {
  const program::stopwatch watch;
  std::vector<double> auc, logistic_auc, log_loss, brier, ece;
  const auto parts = static_cast<std::size_t>(1 / s.test_size + 1e-9);  // that have no row in common
  for (std::size_t i = 0; i < s.splits; ++i) {
    const std::uint64_t seed = tailor::random::derived_seed(s.seed, i / parts);
    const measured m = measure(c, stratified_part(c.y, s.test_size, i % parts, seed), s,
                               tailor::random::derived_seed(s.seed, 1000 + i));
    auc.push_back(m.auc);
    logistic_auc.push_back(m.logistic_auc);
    log_loss.push_back(m.log_loss);
    brier.push_back(m.brier);
    ece.push_back(m.ece);
  }
  const auto mean = [](const std::vector<double>& values) { return metrics::estimate_mean(values); };
  const metrics::paired_comparison difference = metrics::compare_paired(auc, logistic_auc);
  if (s.json) {
    program::print_json({{"splits", s.splits},
                         {"auc", mean(auc).mean},
                         {"auc_interval", pair_of(mean(auc).interval)},
                         {"logistic_auc", mean(logistic_auc).mean},
                         {"logistic_auc_interval", pair_of(mean(logistic_auc).interval)},
                         {"difference", difference.difference},
                         {"difference_interval", pair_of(difference.interval)},
                         {"p_value", difference.randomization_p_value},
                         {"wins", difference.wins},
                         {"losses", difference.losses},
                         {"log_loss", mean(log_loss).mean},
                         {"brier", mean(brier).mean},
                         {"ece", mean(ece).mean},
                         {"seconds", watch.seconds()}});
    return;
  }
  say_who(loaded, c, s);
  std::printf("\n%s, %.0f %% held back in each; mean and 95 %% interval over them:\n\n",
              program::count_of(s.splits, "test part").c_str(), 100 * s.test_size);
  const auto line = [&](const char* name, const std::vector<double>& values) {
    const auto m = mean(values);
    std::printf("   %s %.4f  (%.4f to %.4f)\n", program::fitted(name, 24).c_str(), m.mean, m.interval.lower,
                m.interval.upper);
  };
  line(s.model == "mlp" ? "AUC, networks" : "AUC, logistic", auc);
  line("AUC, logistic beside", logistic_auc);
  line("log loss", log_loss);
  line("Brier score", brier);
  line("calibration error", ece);
  char text[256];
  std::snprintf(
      text, sizeof text,
      "AUC is %.4f %s the logistic regression's (95 %%: %.4f to %.4f; p = %.3f), better on %zu, worse on %zu. "
      "%.1f s in all.",
      std::abs(difference.difference), difference.difference < 0 ? "below" : "above", difference.interval.lower,
      difference.interval.upper, difference.randomization_p_value, difference.wins, difference.losses, watch.seconds());
  std::printf("\n");
  say(text);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("How likely each customer is to act: calibrated probabilities from a CSV of labelled customers.",
               "propensity");
  settings s;
  add_flags(app, s);
  return program::run(app, argc, argv, [&] {
    check_flags(s);
    const customer_data loaded = load(s);
    tailor::require(s.explain <= loaded.rows.n_rows(), "--explain", "a row up to " + tailor::show(loaded.rows.n_rows()),
                    s.explain);
    const labelled_customers c = prepare(loaded, s);
    if (s.splits > 1) return measure_splits(loaded, c, s);
    const program::stopwatch watch;
    const row_split parts = c.times ? latest_part(*c.times, s.test_size)
                                    : stratified_part(c.y, s.test_size, 0, tailor::random::derived_seed(s.seed, 0));
    const measured m = measure(c, parts, s, tailor::random::derived_seed(s.seed, 1000));
    if (!s.out.empty()) write_probabilities(loaded, c, m, s);
    if (!s.json) return show_page(loaded, c, m, s);
    nlohmann::json object = as_json(m, explain(loaded, c, m, s), importance_of(m, s));
    object["seconds"] = watch.seconds();
    program::print_json(object);
  });
}
