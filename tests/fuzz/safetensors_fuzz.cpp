// SPDX-License-Identifier: BSD-3-Clause
// Loading from hostile bytes. The first byte chooses what is to be loaded, the rest is the file, its checksum left out
// of account: it is refused by format_error, or is a model that can be asked and saved, and loads again as the same
// bytes. With its highest bit set, the file says rightly how long its header is, so that headers of other lengths are
// met too.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <tailor/data/features.hpp>
#include <tailor/data/table.hpp>
#include <tailor/io/model_file.hpp>
#include <tailor/mlp/layers.hpp>
#include <tailor/mlp/sequential.hpp>
#include <tailor/recommender/co_clustering.hpp>
#include <tailor/recommender/item_knn.hpp>
#include <tailor/recommender/pipeline.hpp>
#include <tailor/recommender/recommend.hpp>
#include <tailor/recommender/slope_one.hpp>
#include <tailor/recommender/user_knn.hpp>
#include <vector>

namespace {

namespace io = tailor::io;
namespace data = tailor::data;
namespace rec = tailor::recommender;
namespace sim = tailor::similarity;

void require(bool holds) {
  if (!holds) std::abort();
}

/// The same file with another name for its checksum.
/// @param repaired  with the length of its header, as far as that can be seen
std::string unchecked(std::string_view file, bool repaired) {
  std::string bytes(file);
  if (const std::size_t end = bytes.find("]}}"); repaired && end != std::string::npos) {
    std::size_t length = end + 3 - 8;
    while (length % 8 != 0) ++length;
    for (std::size_t i = 0; end >= 8 && i < 8; ++i) bytes[i] = static_cast<char>(length >> (8 * i) & 255);
  }
  for (std::size_t at = 0; (at = bytes.find("\"checksum\"", at)) != std::string::npos; ++at) bytes[at + 1] = 'C';
  return bytes;
}

template <class Model>
bool load(const std::string& bytes, Model& model) {
  try {
    io::from_bytes(bytes, model);
  } catch (const tailor::format_error&) {
    return false;
  }
  const std::string saved = io::to_bytes(model);
  Model again = model;
  io::from_bytes(saved, again);
  require(io::to_bytes(again) == saved);
  return true;
}

template <class Model>
void ask(const Model& model) {
  if (!model.is_fitted()) return;
  std::vector<typename Model::value_type> scores(model.n_items());
  for (std::size_t u = 0; u < model.n_users() && u < 8; ++u) {
    try {
      model.score(tailor::user_index(u), tailor::span<typename Model::value_type>(scores));
      for (const auto& pick : rec::recommend(model, tailor::user_index(u))) require(pick.item.at() < model.n_items());
      if constexpr (rec::explains_v<Model>)
        for (std::size_t i = 0; i < model.n_items() && i < 8; ++i)
          (void)model.explain(tailor::user_index(u), tailor::item_index(i));
    } catch (const tailor::error&) {
      // numbers too large to add up, say
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size < 1) return 0;
  const std::string file = unchecked({reinterpret_cast<const char*>(bytes) + 1, size - 1}, (bytes[0] & 128) != 0);
  switch (bytes[0] % 64 % 6) {
    case 0: {
      rec::pipeline<rec::basic_item_knn<float, sim::cosine>> model;
      if (load(file, model) && model.is_fitted()) {
        ask(model.model());
        for (const std::string_view user : model.users()) (void)model.recommend(user, 3);
      }
      break;
    }
    case 1: {
      rec::basic_user_knn<double, sim::msd> model(rec::basic_knn_options<sim::msd>::ratings());
      if (load(file, model)) ask(model);
      break;
    }
    case 2: {
      rec::basic_slope_one<float> model;
      if (load(file, model)) ask(model);
      break;
    }
    case 3: {
      rec::basic_co_clustering<float> model;
      if (load(file, model)) ask(model);
      break;
    }
    case 4: {
      data::feature_encoder model;
      if (load(file, model) && model.is_fitted()) {
        const data::table rows({data::table_column::of_numbers("age", {20, 30}),
                                data::table_column::of_texts<std::string>("plan", {"b", ""})});
        try {
          (void)model.transform(rows);
        } catch (const tailor::error&) {
          // other columns
        }
      }
      break;
    }
    default: {
      auto net = tailor::mlp::make_sequential(tailor::mlp::dense{2, tailor::mlp::relu{}}, tailor::mlp::dense{1});
      if (load(file, net) && net.is_built() && net.n_inputs() < 100) {
        const std::vector<float> x(net.n_inputs(), 1.0f);
        std::vector<float> y(1);
        net.predict(tailor::span<const float>(x), tailor::span<float>(y));
      }
    }
  }
  return 0;
}
