// SPDX-License-Identifier: BSD-3-Clause
// Expected numbers: scikit-learn 1.2.1's LogisticRegression(solver="newton-cg", tol=1e-14), whose gradient is below
// 1e-8 at them.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <tailor/mlp/logistic_regression.hpp>
#include <variant>
#include <vector>

namespace mlp = tailor::mlp;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

doctest::Approx near(double expected) { return doctest::Approx(expected).epsilon(1e-6); }

struct sample {
  tailor::dense_matrix<double> X = tailor::make_matrix<double>(40, 3);
  std::vector<int> y;
  std::vector<double> w;
  sample() {
    for (std::size_t i = 0; i < 40; ++i) {
      const auto t = static_cast<double>(i);
      for (std::size_t j = 0; j < 3; ++j) {
        const auto u = static_cast<double>(j);
        X(i, j) = std::sin(1.3 * t + 0.7 * u) + (j == 1 ? 0.5 * std::cos(0.37 * t * t) : 0) + u;
      }
      y.push_back(X(i, 0) + 0.8 * std::sin(5.1 * t) > 0.1 ? 1 : 0);
      w.push_back(i == 7 ? 0 : 0.5 + static_cast<double>(i % 4) * 0.5);
    }
  }
};

mlp::logistic_options with(double c, std::vector<double> class_weight = {}) {
  mlp::logistic_options options;
  options.c = c;
  options.class_weight = std::move(class_weight);
  return options;
}

/// Copies a state by what `archive` names.
struct memory_archive {
  std::map<std::string, std::variant<double, std::vector<double>>> state;
  bool loading = false;

  template <class T>
  void operator()(const char* name, T& value) {
    if (loading)
      value = std::get<T>(state.at(name));
    else
      state[name] = value;
  }
  void operator()(const char*, mlp::logistic_options& options) { options.archive(*this); }
};

template <class Error, class F>
std::string message_of(F f) {
  try {
    f();
  } catch (const Error& e) {
    return e.what();
  }
  return "nothing was thrown";
}

}  // namespace

TEST_CASE("logistic_regression: coefficients are scikit-learn's, with and without penalty and weights") {
  const sample s;
  struct known {
    mlp::logistic_options options;
    bool weighted;
    std::vector<double> coefficients;
    double intercept, p0, p1;
  };
  const known all[] = {
      {with(1),
       false,
       {2.2487342376735433, 0.7037385764248121, -0.1841742589398014},
       -1.3752914792475694,
       0.39743461121411533,
       0.8824810298780722},
      {with(0.01),
       false,
       {0.10192456092371178, 0.08140801829789643, 0.017291789654421838},
       -0.6409461845894285,
       0.39776989944479396,
       0.4237542290532308},
      {with(100),
       false,
       {8.552057497719446, -0.9897639080536274, 1.0486086814745428},
       -4.049131879320182,
       0.04561490822965069,
       0.9876965897970977},
      {with(1, {1, 3}),
       false,
       {2.8608220158863915, 0.5832144693792956, -0.14292062199678102},
       -0.5987167183996005,
       0.5560483843506541,
       0.9606960252067124},
      {with(0.5),
       true,
       {1.757911336353989, 0.8155604592215143, -0.3038742891579456},
       -1.040665902913402,
       0.450381807949271,
       0.8644669748314042},
      {with(0.5, {2, 0.25}),
       true,
       {1.2633274600707631, 0.7678158366425237, -0.2126025876978935},
       -2.7431577401889373,
       0.15039481965069723,
       0.44571016843002265},
      {with(infinity),
       false,
       {9.954568203238518, -1.4164875938384491, 1.3932531335516725},
       -4.764619657762389,
       0.025521276246007918,
       0.9921886035567683},
  };
  for (const known& k : all) {
    CAPTURE(k.options.c);
    mlp::logistic_regression model(k.options);
    model.fit(s.X, s.y, k.weighted ? tailor::span<const double>(s.w) : tailor::span<const double>());
    for (std::size_t j = 0; j < 3; ++j) CHECK(model.coefficients()[j] == near(k.coefficients[j]));
    CHECK(model.intercept() == near(k.intercept));
    const auto p = model.predict(s.X);
    CHECK(p(0) == near(k.p0));
    CHECK(p(1) == near(k.p1));
    CHECK(1 / (1 + std::exp(-model.logits(s.X)(1))) == doctest::Approx(p(1)).epsilon(1e-12));
  }
}

TEST_CASE("logistic_regression: a fit is the same for floats, for far away columns, for any threads and again") {
  const sample s;
  mlp::logistic_regression model, again, far;
  model.fit(s.X, s.y);
  const xt::xtensor<float, 2> single = s.X;
  CHECK(again.fit(single, s.y).coefficients()[0] == near(model.coefficients()[0]));
  const tailor::dense_vector<float> p = again.predict(single);
  CHECK(static_cast<double>(p(3)) == doctest::Approx(model.predict(s.X)(3)).epsilon(1e-5));
  far.fit(s.X + 1e6, s.y);
  CHECK(far.coefficients()[1] == near(model.coefficients()[1]));
  CHECK(far.predict(s.X + 1e6)(5) == near(model.predict(s.X)(5)));
  tailor::run_options two;
  two.threads = 2;
  again.fit(s.X, s.y, {}, two);
  CHECK(again.coefficients() == model.coefficients());
}

TEST_CASE("logistic_regression: columns that say nothing, or the same, share what a penalty leaves them") {
  const sample s;
  tailor::dense_matrix<double> X = tailor::make_matrix<double>(40, 4);
  for (std::size_t i = 0; i < 40; ++i) {
    X(i, 0) = X(i, 1) = s.X(i, 0);
    X(i, 2) = 7;
    X(i, 3) = s.X(i, 1);
  }
  mlp::logistic_regression model;
  model.fit(X, s.y);
  CHECK(model.coefficients()[0] == doctest::Approx(model.coefficients()[1]).epsilon(1e-9));
  CHECK(model.coefficients()[2] == doctest::Approx(0).epsilon(1e-9));
  mlp::logistic_regression free(with(infinity));
  CHECK(message_of<tailor::convergence_error>([&] { free.fit(X, s.y); }) ==
        "X: expected columns that do not depend on one another, or a penalty (a finite c), found some that the others "
        "tell");
  CHECK_FALSE(free.is_fitted());
}

TEST_CASE("logistic_regression: classes that a plane separates need a penalty, and are told so") {
  const tailor::dense_matrix<double> X = {{0, 1}, {1, 0}, {2, 2}, {3, 1}, {4, 3}, {5, 0}};
  const std::vector<int> separated = {0, 0, 0, 1, 1, 1};
  mlp::logistic_regression free(with(infinity)), held(with(1000));
  CHECK(message_of<tailor::convergence_error>([&] { free.fit(X, separated); }) ==
        "logistic_regression: expected classes that overlap, or a penalty (a finite c), found some that the columns "
        "separate");
  // one case between them, but the first column's last value belongs to one class alone
  const tailor::dense_matrix<double> one_hot = {{0}, {0}, {0}, {0}, {1}, {1}};
  CHECK_THROWS_AS(free.fit(one_hot, std::vector<int>{0, 1, 0, 1, 1, 1}), tailor::convergence_error);
  const auto p = held.fit(X, separated).predict(X);
  CHECK(p(0) < 0.01);
  CHECK(p(5) > 0.99);
}

TEST_CASE("logistic_regression: is the network without hidden layers, and remembers itself") {
  const sample s;
  mlp::logistic_regression model(with(2));
  model.fit(s.X, s.y);
  const auto net = model.network<double>();
  CHECK(net.n_parameters() == 4);
  const tailor::dense_vector<double> p = model.predict(s.X);
  const tailor::dense_matrix<double> q = net.predict(s.X);
  for (std::size_t i = 0; i < 40; ++i) CHECK(q(i, 0) == doctest::Approx(p(i)).epsilon(1e-12));

  memory_archive memory;
  model.archive(memory);
  memory.loading = true;
  mlp::logistic_regression copy;
  copy.archive(memory);
  CHECK(copy.options().c == 2);
  CHECK(copy.predict(s.X) == p);
}

TEST_CASE("logistic_regression: bad input is named, and a failed fit changes nothing") {
  const sample s;
  for (const double c : {0.0, -1.0, not_a_number, 1e-310})
    CHECK_THROWS_AS(mlp::logistic_regression(with(c)), tailor::value_error);
  CHECK_THROWS_AS(mlp::logistic_regression(with(1, {1})), tailor::value_error);
  CHECK_THROWS_AS(mlp::logistic_regression(with(1, {1, 0})), tailor::value_error);
  mlp::logistic_regression model;
  CHECK_THROWS_AS(model.predict(s.X), tailor::not_fitted_error);
  CHECK_THROWS_AS(model.network(), tailor::not_fitted_error);
  model.fit(s.X, s.y);
  const std::vector<double> before = model.coefficients();

  CHECK(message_of<tailor::shape_error>([&] { model.fit(s.X, std::vector<int>(39, 1)); }) ==
        "y: expected one for each of the 40 rows of X, found 39");
  std::vector<int> y = s.y;
  y[3] = 2;
  CHECK(message_of<tailor::value_error>([&] { model.fit(s.X, y); }) == "y(3): expected 0 or 1, found 2");
  CHECK(message_of<tailor::value_error>([&] { model.fit(s.X, std::vector<int>(40, 1)); }) ==
        "y: expected both 0 and 1, found only 1");
  CHECK_THROWS_AS(model.fit(s.X, s.y, std::vector<double>(40, 0.0)), tailor::value_error);
  CHECK_THROWS_AS(model.fit(s.X, s.y, std::vector<double>(40, -1.0)), tailor::value_error);
  CHECK_THROWS_AS(model.fit(s.X, s.y, std::vector<double>(39, 1.0)), tailor::shape_error);
  CHECK_THROWS_AS(model.fit(s.X, s.y, std::vector<double>(40, infinity)), tailor::value_error);
  for (const double bad : {not_a_number, infinity}) {
    auto X = s.X;
    X(2, 1) = bad;
    CHECK_THROWS_AS(model.fit(X, s.y), tailor::value_error);
    CHECK_THROWS_AS(model.predict(X), tailor::value_error);
  }
  const auto none = tailor::make_matrix<double>(0, 3), narrow = tailor::make_matrix<double>(40, 0);
  CHECK_THROWS_AS(model.fit(none, std::vector<int>{}), tailor::value_error);
  CHECK_THROWS_AS(model.fit(narrow, s.y), tailor::value_error);
  CHECK_THROWS_AS(model.predict(narrow), tailor::shape_error);
  tailor::run_options stopped;
  stopped.progress = [](const tailor::progress_report&) { return false; };
  CHECK_THROWS_AS(model.fit(s.X, s.y, {}, stopped), tailor::cancelled_error);
  CHECK(model.coefficients() == before);
}
