// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_IO_MODEL_FILE_HPP
#define TAILOR_IO_MODEL_FILE_HPP

#include <string>
#include <string_view>
#include <utility>

#include "../core/error.hpp"
#include "../core/span.hpp"
#include "../version.hpp"
#include "reader.hpp"
#include "safetensors.hpp"
#include "writer.hpp"

namespace tailor {
inline namespace v0 {
namespace io {

// Models, pipelines, transformers, calibrations and networks, each with all that it knows: options, ids, arrays. The
// file is of the safetensors format, so that Python's `safetensors.numpy.load_file` reads its arrays. Its metadata has
//   kind       tailor.recommender.item_knn<float>; another kind is not read
//   schema     of that kind; a newer one is not read, older ones are
//   tailor     the version of the library that wrote it
//   checksum   `tensor_view::checksum`; a file without one, of another program, is read as well
// and the options by their paths: "options/k". A loaded model gives the same bits as the one that was saved.

/// Writes a model to a file, which is replaced in one step when all of it is on the disk: whoever reads meanwhile gets
/// the old one, and so does everybody after a crash or an error.
/// @throws data_error when it cannot be written
template <class Model>
void save(const Model& model, const std::string& path);

/// Reads a model. The file is mapped and the arrays are copied out of it.
/// @throws format_error for anything but a file that `save` wrote of this kind of model, naming what was expected and
///         found; data_error when the file cannot be read
template <class Model>
Model load(const std::string& path);

/// The same into a model that is there, such as a network, whose layers a file does not have. A failed load leaves it
/// as it was.
template <class Model>
void load(const std::string& path, Model& model);

/// The bytes of the file, for other places to keep a model.
template <class Model>
std::string to_bytes(const Model& model);
template <class Model>
Model from_bytes(std::string_view bytes);
template <class Model>
void from_bytes(std::string_view bytes, Model& model);

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

/// What tells a tensor_writer of a model.
template <class Model>
auto description_of(const Model& model) {
  static_assert(has_kind<Model>::value, "tailor: what is saved on its own needs saved_as; io/archive.hpp says how");
  return [&model](tensor_writer& out) {
    out.set("tailor", version);
    writer archive(out);
    archive.object(const_cast<Model&>(model));  // an archive that writes changes nothing
  };
}

template <class Model>
void read_model(span<const unsigned char> bytes, std::string_view from, Model& model) {
  static_assert(has_kind<Model>::value, "tailor: what is loaded on its own needs saved_as; io/archive.hpp says how");
  try {
    const tensor_view file(bytes);
    file.verify();
    Model fresh = model;
    reader archive(file);
    archive.object(fresh);
    model = std::move(fresh);
  } catch (const error& fault) {
    throw format_error(from.empty() ? fault.what() : std::string(from) + ": " + fault.what());
  }
}

inline span<const unsigned char> bytes_of(std::string_view text) {
  return {reinterpret_cast<const unsigned char*>(text.data()), text.size()};
}

}  // namespace detail

template <class Model>
void save(const Model& model, const std::string& path) {
  save_tensors(path, detail::description_of(model));
}

template <class Model>
Model load(const std::string& path) {
  Model model;
  load(path, model);
  return model;
}

template <class Model>
void load(const std::string& path, Model& model) {
  const mapped_file file(path);
  detail::read_model(file.bytes(), path, model);
}

template <class Model>
std::string to_bytes(const Model& model) {
  return tensors_to_bytes(detail::description_of(model));
}

template <class Model>
Model from_bytes(std::string_view bytes) {
  Model model;
  from_bytes(bytes, model);
  return model;
}

template <class Model>
void from_bytes(std::string_view bytes, Model& model) {
  detail::read_model(detail::bytes_of(bytes), {}, model);
}

}  // namespace io
}  // namespace v0
}  // namespace tailor

#endif
