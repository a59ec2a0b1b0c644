// SPDX-License-Identifier: BSD-3-Clause
// A model that was saved says what it said before; files of fixtures/ were written when their schemas were new. What
// Python reads of one is compared with what numpy computes (python_twin.py).
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <tailor/io/model_file.hpp>
#include <tailor/recommender/item_knn.hpp>
#include <tailor/recommender/pipeline.hpp>
#include <tailor/recommender/popularity.hpp>
#include <tailor/recommender/slope_one.hpp>
#include <tailor/recommender/user_knn.hpp>
#include <vector>

#include "hostile.hpp"
#include "support/ratings.hpp"

namespace io = tailor::io;
namespace rec = tailor::recommender;
namespace data = tailor::data;
namespace sim = tailor::similarity;
using hostile::temporary_path;
using tailor::user_index;

namespace {

using shop_model = rec::pipeline<rec::basic_item_knn<float, sim::cosine>>;
const std::vector<std::string> people = {"ann", "bob", "cat", "dan"}, goods = {"tea", "milk", "jam", "rye"};

/// The documents' ratings, by name.
shop_model shop() {
  const auto users = std::make_shared<const data::id_map>(people), items = std::make_shared<const data::id_map>(goods);
  rec::basic_item_knn<float, sim::cosine> model;
  model.fit(support::documents());
  return {model, users, items};
}

template <class List>
std::string shown(const List& list) {
  std::ostringstream text;
  text.precision(17);
  for (const auto& pick : list) text << pick.item << ' ' << pick.score << '\n';
  return text.str();
}

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

rec::basic_knn_options<sim::msd> ratings(rec::centring centre) {
  auto options = rec::basic_knn_options<sim::msd>::ratings();
  options.centre = centre;
  return options;
}

struct any_options {
  sim::any_measure measure;
  template <class A>
  void archive(A& a) {
    a("measure", measure);
  }
};

}  // namespace

TEST_CASE("model_file: a pipeline is saved with its ids, and recommends by them") {
  const shop_model before = shop();
  const temporary_path file("shop");
  io::save(before, file.path());
  const auto after = io::load<shop_model>(file.path());
  CHECK(after.users() == before.users());
  CHECK(after.items() == before.items());
  CHECK(after.model().neighbours() == before.model().neighbours());
  CHECK(after.model().user_items() == before.model().user_items());
  for (const std::string& who : people) {
    CHECK(!shown(before.recommend(who, 3)).empty());
    CHECK(shown(after.recommend(who, 3)) == shown(before.recommend(who, 3)));
  }
  CHECK(contents(file.path()) == io::to_bytes(before));
  CHECK(io::to_bytes(after) == io::to_bytes(before));

  const temporary_path unfitted("unfitted");
  io::save(shop_model(), unfitted.path());
  CHECK(!io::load<shop_model>(unfitted.path()).is_fitted());
}

TEST_CASE("model_file: files of the first schemas keep loading") {
  const std::string folder = TAILOR_TESTS_DIR "/io/fixtures/";
  const auto loaded = io::load<shop_model>(folder + "pipeline_item_knn_1.safetensors");
  const shop_model expected = shop();
  CHECK(loaded.users() == expected.users());
  CHECK(loaded.model().neighbours() == expected.model().neighbours());
  CHECK(shown(loaded.recommend("ann", 3)) == shown(expected.recommend("ann", 3)));

  using user_model = rec::basic_user_knn<double, sim::msd>;
  const auto users = io::load<user_model>(folder + "user_knn_ratings_1.safetensors");
  user_model fitted(ratings(rec::centring::baseline));
  fitted.fit(support::peers_csr<double>());
  for (std::size_t u = 0; u < support::n_users; ++u) {
    const auto old = support::predictions(users, user_index(u)), now = support::predictions(fitted, user_index(u));
    for (std::size_t i = 0; i < old.size(); ++i) CHECK(old[i] == doctest::Approx(now[i]).epsilon(1e-9));
  }
}

TEST_CASE("model_file: Python reads a model's arrays") {
  if (std::system("/usr/bin/python3 -c 'import numpy' > /dev/null 2>&1") != 0) {
    MESSAGE("skipped: no /usr/bin/python3 with numpy");
    return;
  }
  const std::string check = "/usr/bin/python3 " TAILOR_TESTS_DIR "/io/python_twin.py check_model ";
  const temporary_path file("python");
  io::save(shop(), file.path());
  CHECK(std::system((check + file.path()).c_str()) == 0);
  CHECK(std::system((check + TAILOR_TESTS_DIR "/io/fixtures/pipeline_item_knn_1.safetensors").c_str()) == 0);
}

TEST_CASE("model_file: a failed load or save leaves what there was") {
  const temporary_path file("failed");
  rec::basic_popularity<float> model;
  CHECK_THROWS_AS(io::load<rec::basic_popularity<float>>("no_such_file"), tailor::data_error);
  model.fit(support::peers_csr<float>());
  io::save(model, file.path());
  const std::string good = contents(file.path());
  shop_model other = shop();
  CHECK_THROWS_WITH_AS(io::load(file.path(), other),
                       (file.path() + ": kind: expected tailor.recommender.pipeline<float>, found "
                                      "tailor.recommender.popularity<float>")
                           .c_str(),
                       tailor::format_error);
  CHECK(other.is_fitted());
  std::ofstream(file.path(), std::ios::binary) << good.substr(0, good.size() / 2);
  CHECK_THROWS_AS(io::load(file.path(), model), tailor::format_error);
  CHECK(model.is_fitted());
  CHECK_THROWS_AS(io::save(model, "no_such_folder/file"), tailor::data_error);
}

TEST_CASE("model_file: a measure is chosen by the file, of the models that may have any") {
  rec::basic_knn_options<sim::tversky> options;
  options.measure = sim::tversky(0.25, 2);
  rec::basic_user_knn<float, sim::tversky> model(options);
  model.fit(support::peers_csr<float>());
  const std::string bytes = io::to_bytes(model);
  const auto same = io::from_bytes<rec::basic_user_knn<float, sim::tversky>>(bytes);
  CHECK(same.options().measure.alpha == 0.25);
  CHECK(same.options().measure.beta == 2);
  CHECK(support::scores(same, user_index(1)) == support::scores(model, user_index(1)));
  using other = rec::basic_user_knn<float, sim::cosine>;
  CHECK_THROWS_WITH_AS(io::from_bytes<other>(bytes), "options/measure: expected cosine, found tversky",
                       tailor::format_error);
  // that of any measure has the same file
  tailor::io::tensor_view file({reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()});
  io::reader reader(file);
  any_options any;
  reader("options", any);
  REQUIRE(std::holds_alternative<sim::tversky>(any.measure));
  CHECK(std::get<sim::tversky>(any.measure).alpha == 0.25);
}

TEST_CASE("model_file: ids and matrices on their own") {
  const data::id_map ids({"7", "", "\xff", "007"});
  CHECK(io::from_bytes<data::id_map>(io::to_bytes(ids)) == ids);
  CHECK(io::from_bytes<data::id_map>(io::to_bytes(ids)).find("007") == 3U);
  const auto matrix = support::random_ratings<double>(9, 7, 0.4, 3);
  CHECK(io::from_bytes<data::csr_matrix<double>>(io::to_bytes(matrix)) == matrix);
  CHECK(io::from_bytes<data::csr_matrix<double>>(io::to_bytes(data::csr_matrix<double>())).n_rows() == 0);
  CHECK_THROWS_AS(io::from_bytes<data::csr_matrix<float>>(io::to_bytes(matrix)), tailor::format_error);
  // without a copy: a view of what lies in the file
  const std::string bytes = io::to_bytes(matrix);
  std::vector<double> aligned(bytes.size() / 8 + 1);
  bytes.copy(reinterpret_cast<char*>(aligned.data()), bytes.size());
  const io::tensor_view file({reinterpret_cast<const unsigned char*>(aligned.data()), bytes.size()});
  const data::csr_view<double> view(9, 7, file.values<std::uint64_t>("row_pointers").data(),
                                    file.values<std::uint32_t>("columns").data(), file.values<double>("values").data());
  CHECK(data::csr_matrix<double>(view) == matrix);
}

TEST_CASE("model_file: a pipeline attacked bit by bit") { hostile::attack(shop()); }

TEST_CASE("model_file: user_knn for ratings attacked bit by bit") {
  rec::basic_user_knn<float, sim::msd> model(ratings(rec::centring::baseline));
  model.fit(support::peers_csr<float>());
  hostile::attack(model);
}

TEST_CASE("model_file: slope_one attacked bit by bit") {
  rec::basic_slope_one<double> model;
  model.fit(support::peers_csr<double>());
  hostile::attack(model);
}
