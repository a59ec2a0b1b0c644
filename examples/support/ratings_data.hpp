// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_EXAMPLES_SUPPORT_RATINGS_DATA_HPP
#define TAILOR_EXAMPLES_SUPPORT_RATINGS_DATA_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <tailor/core/random.hpp>
#include <tailor/core/sampling.hpp>
#include <tailor/data.hpp>
#include <unordered_map>
#include <vector>

namespace program {

/// Item ids to what a person calls them.
using title_map = std::unordered_map<std::string, std::string>;

struct ratings_data {
  tailor::data::interactions log;
  title_map titles;
  std::string source;  ///< a sentence for the reader
};

/// A made-up cinema: every viewer prefers one or two of six genres and every film has one, some films are better than
/// others, and a few are seen by most. 400 viewers, 300 films, some 12,500 ratings from 1 to 5.
inline ratings_data generate_ratings(std::uint64_t seed) {
  const std::vector<std::string> genres = {"Comedy", "Drama", "Thriller", "Romance", "Western", "Science fiction"};
  constexpr std::size_t n_users = 400, n_items = 300;
  tailor::random::generator g(seed, 1);
  ratings_data made;
  std::vector<double> quality(n_items), popularity(n_items);
  for (std::size_t i = 0; i < n_items; ++i) {
    quality[i] = 0.5 * g.normal<double>();
    popularity[i] = std::exp(g.normal<double>());
    made.titles["f" + std::to_string(i)] = genres[i % genres.size()] + " no. " + std::to_string(i / genres.size() + 1);
  }
  for (std::size_t u = 0; u < n_users; ++u) {
    const std::size_t first = g.below(genres.size()), second = g.below(genres.size());
    const double mood = 0.4 * g.normal<double>();
    std::vector<double> chance(n_items);
    for (std::size_t i = 0; i < n_items; ++i)
      chance[i] = popularity[i] * (i % genres.size() == first ? 8 : i % genres.size() == second ? 4 : 1);
    const tailor::random::alias_table choose(chance);
    std::vector<bool> seen(n_items, false);
    const auto n_ratings = static_cast<std::size_t>(15 + 30 * g.exponential());
    for (std::size_t r = 0; r < n_ratings; ++r) {
      const std::size_t i = choose(g);
      if (seen[i]) continue;
      seen[i] = true;
      const double taste = i % genres.size() == first ? 0.9 : i % genres.size() == second ? 0.4 : -0.5;
      const double rating = std::round(3.3 + quality[i] + taste + mood + 0.6 * g.normal<double>());
      made.log.add("v" + std::to_string(u), "f" + std::to_string(i), std::clamp(rating, 1.0, 5.0),
                   static_cast<std::int64_t>(1'700'000'000 + 3600 * r + 86400 * u));
    }
  }
  made.source = "a generated cinema of " + std::to_string(n_users) + " viewers and " + std::to_string(n_items) +
                " films (seed " + std::to_string(seed) + ')';
  return made;
}

namespace detail {

inline std::optional<tailor::data::csv_column> first_column(const tailor::data::csv_reader& file,
                                                            std::initializer_list<const char*> names) {
  for (const char* name : names)
    if (const auto found = file.find_column(name)) return tailor::data::csv_column(*found);
  return std::nullopt;
}

inline std::string without_blanks(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  return begin == text.npos ? "" : std::string(text.substr(begin, text.find_last_not_of(" \t") - begin + 1));
}

}  // namespace detail

/// Titles from a CSV with an item column and a title column, found by name, or the first two where nothing has a name.
/// Of repeated items the first counts; rows that cannot be read have no title.
/// @param item_column  when it is known
/// @param must_have  whether it is an error to find no titles there
inline title_map read_titles(const std::string& path, std::optional<tailor::data::csv_column> item_column,
                             tailor::data::csv_options options, bool must_have) {
  options.bad_rows = tailor::data::bad_rows::skip;
  tailor::data::csv_reader file(path, options);
  auto item = item_column;
  if (!item)
    item = detail::first_column(file,
                                {"itemId",     "item_id", "item",      "movieId",    "movie_id",  "movie", "productId",
                                 "product_id", "product", "StockCode", "stock_code", "sku",       "isbn",  "asin",
                                 "bookId",     "book_id", "artistId",  "trackId",    "articleId", "id"});
  auto title = detail::first_column(file, {"title", "Book-Title", "name", "description", "label"});
  if (!file.has_header() && file.column_count() >= 2 && must_have) {
    if (!item) item = 0;
    title = 1;
  }
  title_map titles;
  if (!item || !title) {
    if (must_have)
      throw tailor::data_error(tailor::describe(item ? "title column" : "item column", "a usual name", "none"), path);
    return titles;
  }
  file.read({*item, *title}, [&](const tailor::data::csv_row& row) {
    if (!row.empty(1)) titles.emplace(detail::without_blanks(row.text(0)), row.text(1));
  });
  return titles;
}

}  // namespace program

#endif
