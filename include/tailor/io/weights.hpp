// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_IO_WEIGHTS_HPP
#define TAILOR_IO_WEIGHTS_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/span.hpp"
#include "safetensors.hpp"

namespace tailor {
inline namespace v0 {
namespace io {

/// Whose names and shapes a file of weights has:
///   keras  `dense_1/kernel` of [in, out], `dense_1/bias`; gamma, beta, moving_mean and moving_variance; `embeddings`
///   torch  `2.weight` of [out, in], `2.bias`; weight, bias, running_mean and running_var; `weight`: a state_dict
enum class weight_layout { keras, torch };

/// Writes the weights of a network, `mlp::sequential` or `mlp::model`, for another library.
/// @param modules  the names there of the layers that have weights, in order; empty: ours for Keras ("dense",
///                 "dense_1", …), and 0, 1, 2, … for PyTorch, whose nn.Sequential counts activations too: pass
///                 {"0", "2"} for a Linear, a ReLU, a Linear
/// @throws shape_error for another number of modules than of such layers, not_fitted_error for a network that is not
///         built, data_error
template <class Network>
void save_weights(const Network& network, const std::string& path, weight_layout layout,
                  const std::vector<std::string>& modules = {});

/// Reads weights that another library wrote, in float or double, into a network of the same layers that is built.
/// @param modules  as above; empty for PyTorch: those of the file in the order of their numbers
/// @throws format_error for a tensor that is missing, of another shape, not finite, or one of no layer: the network
///         stays as it was; shape_error, not_fitted_error, data_error
template <class Network>
void load_weights(Network& network, const std::string& path, weight_layout layout,
                  const std::vector<std::string>& modules = {});

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

/// One array of a network, and how the other library has it.
template <class T>
struct foreign_weights {
  std::string name;
  bool transposed;
  bool trained;
  std::vector<std::size_t> shape;  // ours
  span<const T> values;
};

/// PyTorch's name for one of ours, which are Keras's.
inline std::string torch_name(std::string_view ours) {
  if (ours == "kernel" || ours == "gamma" || ours == "embeddings") return "weight";
  if (ours == "beta") return "bias";
  if (ours == "moving_mean") return "running_mean";
  if (ours == "moving_variance") return "running_var";
  return std::string(ours);
}

/// The modules of a state_dict: its names up to the last dot, numbers by their value.
inline std::vector<std::string> torch_modules(const tensor_view& file) {
  std::vector<std::string> modules;
  for (const auto& tensor : file.tensors()) {
    const std::size_t dot = tensor.first.rfind('.');
    const std::string module = tensor.first.substr(0, dot == std::string::npos ? 0 : dot);
    if (std::find(modules.begin(), modules.end(), module) == modules.end()) modules.push_back(module);
  }
  const auto is_number = [](const std::string& s) { return s.find_first_not_of("0123456789") == std::string::npos; };
  std::stable_sort(modules.begin(), modules.end(), [&](const std::string& a, const std::string& b) {
    return is_number(a) && is_number(b) && a.size() != b.size() ? a.size() < b.size() : a < b;
  });
  return modules;
}

template <class Network>
auto weights_as(const Network& network, weight_layout layout, std::vector<std::string> modules) {
  using T = typename Network::value_type;
  if (!network.is_built())
    throw not_fitted_error("weights: expected a network that is built, found one without weights");
  const auto arrays = network.weights();
  std::vector<std::string> layers;
  for (const auto& array : arrays)
    if (const std::string layer = array.name.substr(0, array.name.rfind('/')); layers.empty() || layers.back() != layer)
      layers.push_back(layer);
  if (modules.empty())
    for (std::size_t i = 0; i < layers.size(); ++i)
      modules.push_back(layout == weight_layout::keras ? layers[i] : std::to_string(i));
  require<shape_error>(modules.size() == layers.size(), "modules", show(layers.size()) + ", one a layer with weights",
                       modules.size());
  std::vector<foreign_weights<T>> all;
  std::size_t layer = 0;
  for (const auto& array : arrays) {
    const std::size_t slash = array.name.rfind('/');
    while (layers[layer] != array.name.substr(0, slash)) ++layer;
    const std::string own = array.name.substr(slash + 1);
    const bool keras = layout == weight_layout::keras;
    all.push_back({modules[layer] + (keras ? '/' + own : '.' + torch_name(own)), !keras && own == "kernel",
                   array.trained, array.shape, array.values});
  }
  return all;
}

/// The transpose of [rows, columns].
template <class T, class From>
std::vector<T> transposed_copy(const From* values, std::size_t rows, std::size_t columns) {
  std::vector<T> out(rows * columns);
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < columns; ++j) out[j * rows + i] = static_cast<T>(values[i * columns + j]);
  return out;
}

/// One array as the network has it.
template <class T, class From>
std::vector<T> native_weights(const tensor_view& file, const foreign_weights<T>& to) {
  const tensor_place& place = file.tensor(to.name);
  std::vector<std::size_t> expected = to.shape;
  if (to.transposed) std::swap(expected[0], expected[1]);
  require<format_error>(place.shape == expected, to.name, '[' + show_list(expected) + ']',
                        '[' + show_list(place.shape) + ']');
  std::vector<From> values(place.count());  // files of others may have numbers at any byte
  if (!values.empty()) std::memcpy(values.data(), file.bytes(place).data(), values.size() * sizeof(From));
  if (to.transposed) return transposed_copy<T>(values.data(), expected[0], expected[1]);
  std::vector<T> out(values.size());
  std::transform(values.begin(), values.end(), out.begin(), [](From value) { return static_cast<T>(value); });
  return out;
}

template <class Network>
void take_weights(Network& network, const tensor_view& file, weight_layout layout, std::vector<std::string> modules) {
  using T = typename Network::value_type;
  if (modules.empty() && layout == weight_layout::torch) modules = torch_modules(file);
  std::vector<T> trained, others;
  std::size_t counters = 0;  // of batches, which only PyTorch counts
  for (const auto& tensor : file.tensors())
    if (const std::string& name = tensor.first;
        name.size() > 20 && name.substr(name.size() - 20) == ".num_batches_tracked")
      ++counters;
  const auto all = weights_as(network, layout, std::move(modules));
  for (const foreign_weights<T>& to : all) {
    const std::string dtype = file.tensor(to.name).dtype;
    require<format_error>(dtype == "F32" || dtype == "F64", to.name, "F32 or F64", dtype);
    const std::vector<T> values =
        dtype == "F32" ? native_weights<T, float>(file, to) : native_weights<T, double>(file, to);
    for (const T value : values)
      if (!std::isfinite(value)) require<format_error>(false, to.name, "finite numbers", value);
    (to.trained ? trained : others).insert((to.trained ? trained : others).end(), values.begin(), values.end());
  }
  require<format_error>(all.size() + counters == file.tensors().size(), "weights",
                        show(all.size()) + " tensors, as the network has", file.tensors().size() - counters);
  trained.insert(trained.end(), others.begin(), others.end());
  network.set_all_weights(span<const T>(trained));
}

}  // namespace detail

template <class Network>
void save_weights(const Network& network, const std::string& path, weight_layout layout,
                  const std::vector<std::string>& modules) {
  using T = typename Network::value_type;
  const auto all = detail::weights_as(network, layout, modules);
  const auto describe = [&](tensor_writer& out) {
    if (layout == weight_layout::torch) out.set("format", "pt");
    for (const auto& array : all) {
      if (array.transposed)
        out.add(array.name, {array.shape[1], array.shape[0]},
                detail::transposed_copy<T>(array.values.data(), array.shape[0], array.shape[1]).data());
      else
        out.add(array.name, array.shape, array.values.data());
      const std::size_t dot = array.name.rfind('.');
      const std::int64_t none = 0;
      if (layout == weight_layout::torch && array.name.substr(dot + 1) == "running_mean")
        out.add(array.name.substr(0, dot) + ".num_batches_tracked", {}, &none);
    }
  };
  save_tensors(path, describe, false);
}

template <class Network>
void load_weights(Network& network, const std::string& path, weight_layout layout,
                  const std::vector<std::string>& modules) {
  const tensor_file file(path);
  try {
    file.view().verify();
    detail::take_weights(network, file.view(), layout, modules);
  } catch (const format_error& fault) {
    throw format_error(path + ": " + fault.what());
  }
}

}  // namespace io
}  // namespace v0
}  // namespace tailor

#endif
